"""What people type in messages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from hubapp.community.messages import policies
from hubapp.web.forms import Form

TOO_LONG = _l("This text is too long: %(max)d characters are allowed.")


class WriteForm(Form):
    """One message."""

    body_md = TextAreaField(
        _l("Your message"),
        [DataRequired(_l("Write something first.")), Length(max=policies.LONGEST_MESSAGE, message=TOO_LONG)],
    )


class StartForm(WriteForm):
    """The first one of a thread."""

    to = StringField(_l("To"), [DataRequired(_l("Say to whom.")), Length(max=500)])
    title = StringField(_l("Name of the group"), [Optional(), Length(max=policies.LONGEST_TITLE, message=TOO_LONG)])
