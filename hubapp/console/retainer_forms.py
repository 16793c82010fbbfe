"""Forms of the console's pages about retainers: proposing one, ending one, wanting something of one back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from hubapp.console.hub_field import hub_field
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.earnings.retainers.services import Wanted
from hubapp.earnings.retainers.services.agreeing import LONGEST_TEXT, Proposal
from hubapp.kernel.money import Money
from hubapp.web.forms import ChoiceField, Form, MoneyField, positive

RHYTHMS = ((Rhythm.MONTHLY.value, _l("Every month")), (Rhythm.WEEKLY.value, _l("Every week")))


def _plain(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()


class RetainerForm(Form):
    """What somebody wants to agree; the hub is looked up by what was typed, and the amount is in its currency."""

    hub = hub_field()
    person = StringField(
        _l("Person"), [DataRequired(_l("Enter an e-mail address or a handle.")), Length(max=254)], filters=[_plain]
    )
    amount = StringField(_l("Amount"), [DataRequired(_l("Enter an amount.")), Length(max=40)], filters=[_plain])
    rhythm = ChoiceField(_l("Rhythm"), choices=RHYTHMS)
    first_day = DateField(_l("First day"), [InputRequired(_l("Enter the first day."))])
    last_day = DateField(_l("Last day"), [Optional()])
    note = StringField(
        _l("What for"),
        [DataRequired(_l("Say what it is for: the person reads it.")), Length(max=LONGEST_TEXT)],
        filters=[_plain],
    )
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why: the one who decides and the audit log read it.")), Length(max=LONGEST_TEXT)],
        filters=[_plain],
    )

    def proposal(self, account_id: Any, *, currency: str) -> Proposal:
        """What was typed. ValueError says what is wrong with the amount."""
        return Proposal(
            account_id=account_id,
            amount=Money.parse(self.amount.data or "", currency).amount,
            rhythm=Rhythm(self.rhythm.data),
            first_day=self.first_day.data or date.min,
            last_day=self.last_day.data,
            note=self.note.data or "",
            reason=self.reason.data or "",
        )


class EndForm(Form):
    """The last day, and why."""

    last_day = DateField(_l("Last day"), [InputRequired(_l("Enter the last day."))])
    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Say why: the person and the audit log read it.")), Length(max=LONGEST_TEXT)],
        filters=[_plain],
    )


class TakeBackForm(Form):
    """What of a period somebody wants back, and why; the amount is in the retainer's currency."""

    amount = MoneyField(_l("Amount"), [DataRequired(_l("Enter an amount.")), positive])
    words = StringField(
        _l("Words to the person"),
        [DataRequired(_l("Say why: the person reads it.")), Length(max=LONGEST_TEXT)],
        filters=[_plain],
    )
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why: the one who decides and the audit log read it.")), Length(max=LONGEST_TEXT)],
        filters=[_plain],
    )

    def __init__(self, currency: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.amount.currency = currency

    def wanted(self, period_id: UUID) -> Wanted:
        """What was typed, once the form is valid."""
        amount = self.amount.data.amount if self.amount.data is not None else 0
        return Wanted(period_id, amount, self.words.data or "", self.reason.data or "")
