"""Forms of the console's money pages: entries by hand, decisions on them, rates of exchange."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DecimalField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from hubapp.console import places
from hubapp.console.hub_field import hub_field
from hubapp.kernel.money import Money
from hubapp.money.ledger import manual, rates, wording
from hubapp.money.ledger.manual import Proposal
from hubapp.money.ledger.policies import Purpose
from hubapp.web.forms import ChoiceField, Form

LEGS = 6
OWNER_NAMES = {"core": _l("Network"), "provider": _l("Payment provider")}


def account_choices() -> list[tuple[str, str]]:
    """(owner/purpose, words) of the accounts that may be changed by hand."""
    open_to = [purpose for purpose in Purpose if purpose not in manual.BARRED]
    return [("", "–")] + [
        (f"{owner}/{purpose}", f"{OWNER_NAMES[owner]} · {wording.purpose_name(purpose)}")
        for owner in manual.OWNERS
        for purpose in open_to
        if (owner == "provider") == purpose.startswith("provider_")
    ]


class ManualForm(Form):
    """An entry that somebody proposes; its legs are read apart, each an account and an amount."""

    hub = hub_field()
    currency = ChoiceField(_l("Currency"))
    memo = StringField(_l("What it is"), [DataRequired(_l("Say what it is.")), Length(max=manual.LONGEST_TEXT)])
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why: the one who decides and the audit log read it.")), Length(max=manual.LONGEST_TEXT)],
    )
    legs = StringField(_l("Postings"))

    def __init__(self, currencies: Sequence[str], typed: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency.choices = [(currency, currency) for currency in currencies]
        self.typed = typed

    def proposal(self, hub_id: int) -> Proposal:
        """What was typed. ValueError says which amount is none."""
        legs = []
        for account, text in self.typed:
            if not account and not text.strip():
                continue
            owner, _slash, purpose = account.partition("/")
            if purpose not in set(Purpose):
                raise ValueError(_("Choose an account for each amount."))
            legs.append((owner, Purpose(purpose), Money.parse(text, self.currency.data).amount))
        return Proposal(hub_id, self.currency.data, self.memo.data, self.reason.data, tuple(legs))


class RateForm(Form):
    """What one unit of a currency is worth in another on a day."""

    currency = ChoiceField(_l("One unit of"))
    target = ChoiceField(_l("is worth, in"))
    rate = DecimalField(
        _l("Rate"),
        [InputRequired(_l("Enter a rate.")), NumberRange(Decimal("0.000000000001"), rates.LARGEST)],
        places=None,
    )
    as_of = DateField(_l("Day"), [InputRequired(_l("Enter the day of the rate."))])
    source = StringField(_l("Source"), [DataRequired(_l("Say where the rate is from.")), Length(max=200)])

    def __init__(self, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today
        self.currency.choices = self.target.choices = list(places.currencies())

    def validate_as_of(self, field: DateField) -> None:
        """Nobody knows tomorrow's."""
        if field.data and field.data > self.today:
            raise ValidationError(_("The rate of a day to come is not known yet."))
