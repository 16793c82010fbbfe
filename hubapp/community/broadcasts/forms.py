"""Forms of broadcasts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hubapp.community.broadcasts import policies
from hubapp.web.forms import ChoiceField, Form

SEGMENTS = {
    policies.EVERYBODY: _l("All members"),
    policies.SELLERS: _l("Who sells here"),
    policies.NEW: _l("Who joined in the last 30 days"),
}


class BroadcastForm(Form):
    """What is written, and to whom."""

    subject = StringField(_l("Subject"), [InputRequired(_l("Enter a subject.")), Length(max=policies.LONGEST_SUBJECT)])
    body_md = TextAreaField(_l("Text"), [InputRequired(_l("Write something.")), Length(max=policies.LONGEST_BODY)])
    segment = ChoiceField(_l("To"), choices=list(SEGMENTS.items()))


class ScheduleForm(Form):
    """At once, or at a day and an hour in the hub's time zone."""

    when = ChoiceField(_l("When"), choices=[("now", _l("Now")), ("later", _l("Later"))])
    send_at = StringField(_l("Day and time"))

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """The time chosen; None for now."""
        if self.when.data == "now":
            return None
        return datetime.fromisoformat(self.send_at.data).replace(tzinfo=zone)

    def validate(self, extra_validators: Any = None) -> bool:
        """As usual; later needs a day and a time."""
        valid = bool(super().validate(extra_validators))
        if self.when.data == "later":
            try:
                datetime.fromisoformat(self.send_at.data or "")
            except ValueError:
                self.send_at.errors = [*self.send_at.errors, _("Choose a day and a time.")]
                return False
        return valid
