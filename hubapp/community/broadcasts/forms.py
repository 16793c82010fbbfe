"""Forms of broadcasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hubapp.community.broadcasts import policies
from hubapp.community.broadcasts.models import Words
from hubapp.web.forms import ChoiceField, Form

SEGMENTS = {
    policies.EVERYBODY: _l("All members"),
    policies.SELLERS: _l("Who sells here"),
    policies.NEW: _l("Who joined in the last 30 days"),
}


class TongueForm(Form):
    """A broadcast in a further language of the hub: subject and text, or neither."""

    subject = StringField(_l("Subject"), [Length(max=policies.LONGEST_SUBJECT)])
    body_md = TextAreaField(_l("Text"), [Length(max=policies.LONGEST_BODY)])

    def validate(self, extra_validators: Any = None) -> bool:
        """As usual; one without the other is no letter."""
        valid = bool(super().validate(extra_validators))
        subject, text = (self.subject.data or "").strip(), (self.body_md.data or "").strip()
        if text and not subject:
            self.subject.errors = [*self.subject.errors, _("Enter a subject.")]
        if subject and not text:
            self.body_md.errors = [*self.body_md.errors, _("Write something.")]
        return valid and bool(subject) == bool(text)

    @property
    def words(self) -> Words | None:
        """What was written, or None."""
        subject = (self.subject.data or "").strip()
        return Words(subject, self.body_md.data or "") if subject else None


class BroadcastForm(Form):
    """What is written in the hub's own language, in its further ones (`tongues`, by code), and to whom."""

    subject = StringField(_l("Subject"), [InputRequired(_l("Enter a subject.")), Length(max=policies.LONGEST_SUBJECT)])
    body_md = TextAreaField(_l("Text"), [InputRequired(_l("Write something.")), Length(max=policies.LONGEST_BODY)])
    segment = ChoiceField(_l("To"), choices=list(SEGMENTS.items()))

    def __init__(self, *, further: Iterable[str], held: Mapping[str, Any], **values: Any) -> None:
        super().__init__(**values)
        self.tongues = {code: TongueForm(prefix=code, data=held.get(code), meta={"csrf": False}) for code in further}

    def validate(self, extra_validators: Any = None) -> bool:
        """All languages, so that what is wrong anywhere is said at once."""
        return all([bool(super().validate(extra_validators)), *[one.validate() for one in self.tongues.values()]])

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """Those of further languages as well."""
        return [*super().all_errors, *[error for one in self.tongues.values() for error in one.all_errors]]

    @property
    def words(self) -> dict[str, Words]:
        """What was written in further languages."""
        return {code: one.words for code, one in self.tongues.items() if one.words is not None}


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
