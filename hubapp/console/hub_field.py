"""The form field in which the central team says which hub: typed, with what it may mean shown meanwhile."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from hubapp.tenancy.choosing import LONGEST


def hub_field() -> StringField:
    """Its text is for `tenancy.choosing.chosen`."""
    asked = _l("Type the address or the whole name of a hub.")
    return StringField(_l("Hub"), [DataRequired(asked), Length(max=LONGEST)], filters=[_plain])


def _plain(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()
