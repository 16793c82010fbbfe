"""Where a payment went: a member's last one to the cent, or an example by the rules in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.earnings.shares import policies, wording
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.errors import UnknownRules
from hubapp.earnings.shares.policies import Amounts, Parties
from hubapp.kernel.money import Money, exponent
from hubapp.market.orders import queries as orders
from hubapp.web.render import money, percent

EXAMPLE_UNITS = 20
WHOLE = 10_000
PARTIES = Parties("seller", (("connector", 1),), "referrer")


@dataclass(frozen=True, slots=True)
class Split:
    """A sale's parts as (label, minor units, shown), with the price; `order_id` None: an example."""

    parts: tuple[tuple[str, int, str], ...]
    price: str
    order_id: UUID | None = None
    number: str = ""


def split_for(*, account_id: UUID | None, currency: str, now: datetime) -> Split | None:
    """The member's last settled payment here, else an example; None while no rules are published."""
    return (_last(account_id) if account_id is not None else None) or _example(currency, now)


def network_split(now: datetime) -> Split | None:
    """The rules as parts of a hundred, before tax and the payment provider's fee."""
    return _by_rules(WHOLE, "EUR", now, shown=percent, price=percent(WHOLE))


def _last(account_id: UUID) -> Split | None:
    last = orders.last_split(account_id)
    if last is None:
        return None
    parts = tuple(
        (wording.role_name(line.role, is_vacant=line.is_vacant), line.amount, money(Money(line.amount, last.currency)))
        for line in last.lines
    )
    return Split(parts, money(Money(last.gross, last.currency)), last.order_id, last.number)


def _example(currency: str, now: datetime) -> Split | None:
    price = EXAMPLE_UNITS * 10 ** exponent(currency)

    def shown(amount: int) -> str:
        return money(Money(amount, currency))

    return _by_rules(price, currency, now, shown=shown, price=shown(price))


def _by_rules(base: int, currency: str, now: datetime, *, shown: Callable[[int], str], price: str) -> Split | None:
    try:
        rules = shares.rules(now).rules
    except UnknownRules:
        return None
    parts = policies.split(
        amounts=Amounts(gross=base, base=base), parties=PARTIES, rules=rules, currency=currency, turnover=0
    )
    return Split(
        tuple((wording.role_name(part.role), part.amount, shown(part.amount)) for part in parts if part.amount),
        price,
    )
