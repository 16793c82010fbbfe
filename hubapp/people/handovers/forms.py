"""Forms of handovers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubapp.people.handovers import policies
from hubapp.web.forms import Form


class ProposeForm(Form):
    """Who is to take over, and a word to them."""

    handle = StringField(_l("Their handle here"), [InputRequired(_l("Enter their handle.")), Length(max=31)])
    note = TextAreaField(_l("A word to them"), [Optional(), Length(max=policies.LONGEST_NOTE)])


class AcceptForm(Form):
    """Taking over, knowing what it means."""

    is_sure = BooleanField(
        _l("I will look after this hub and keep its rules"), [InputRequired(_l("Tick this to take over."))]
    )
