"""What members type who join the earning programme."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, Optional

from hubapp.web.forms import Form


class JoinForm(Form):
    """Consent, and who brought them if nobody is known."""

    terms = HiddenField()
    code = StringField(
        _l("Code of who told you about it"),
        description=_l("Only if somebody gave you one. It is set once; two people of the network can correct it."),
        validators=[Optional(), Length(max=32)],
    )
    shows_name = BooleanField(
        _l("Those above me may see my name"),
        description=_l("Without it they see a number. You can change this any time."),
    )
    agrees = BooleanField(_l("I have read the facts and the terms above, and I want to take part"))
