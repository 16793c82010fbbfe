"""Forms of welcoming: whom the connector asks, and the hub's own words for the steps."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from hubapp.tenancy.packs import schema
from hubapp.web.forms import Form


class AskForm(Form):
    """A member's handle."""

    handle = StringField(_l("Handle"), [InputRequired(_l("Enter a handle.")), Length(max=31)])


class WordsForm(Form):
    """The steps in the hub's words; the fields are named by language and step."""

    def words(self, locales: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """Language → step → words, as typed."""
        return {
            locale: {key: request.form.get(f"{locale}-{key}", "").strip() for key in schema.STEPS} for locale in locales
        }
