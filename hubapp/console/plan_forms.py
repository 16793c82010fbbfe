"""Forms of the console's pages about people of the earning programme: correcting a sponsor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from hubapp.web.forms import Form


def _plain(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()


class SponsorForm(Form):
    """Under whom somebody belongs, and why."""

    sponsor = StringField(
        _l("The right sponsor"),
        description=_l("Their e-mail address. Leave it empty for directly under the network."),
        validators=[Optional(), Length(max=254)],
        filters=[_plain],
    )
    reason = TextAreaField(
        _l("Why"),
        validators=[DataRequired(_l("Write a few words: the history keeps them.")), Length(max=500)],
        filters=[_plain],
    )
