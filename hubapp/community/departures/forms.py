"""The form with which somebody leaves."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from hubapp.web.forms import ChoiceField, Form

KEEP, GO = "keep", "go"


class LeaveForm(Form):
    """What becomes of one's words, and that one is sure."""

    posts = ChoiceField(
        _l("Your conversations and messages"),
        choices=[(KEEP, _l("They stay, by “Former member”")), (GO, _l("They go, and so do my reactions"))],
        default=KEEP,
    )
    is_sure = BooleanField(_l("I leave this hub and understand what stays"), [InputRequired(_l("Tick this to leave."))])
