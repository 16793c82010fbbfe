"""Pure rules of refunds: how far a hub decides alone, who answers next, what lines amount to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hubapp.kernel.money import Money, exponent
from hubapp.market.orders.refund_models import Level

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """A hub gives back by itself up to `days` after the payment and up to `units` of its currency.

    A request is answered within `answer_days`, or the next one above answers it.
    """

    days: int = 60
    units: int = 250
    answer_days: int = 5

    def most(self, currency: str) -> Money:
        """The largest refund that needs nobody else."""
        return Money(self.units * int(10 ** exponent(currency)), currency)

    def allow(self, *, amount: Money, paid_at: datetime | None, now: datetime) -> bool:
        """Whether the hub decides alone."""
        if paid_at is None:
            return False
        return now - paid_at <= timedelta(days=self.days) and amount <= self.most(amount.currency)

    def due(self, now: datetime) -> datetime:
        """Until when an answer is waited for."""
        return now + timedelta(days=self.answer_days)


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of an order, as far as refunds ask; amounts in minor units, tax inside."""

    line_id: UUID
    quantity: int
    gross: int
    shipping: int


def first_level(*, seller_id: UUID | None, has_connector: bool) -> Level:
    """Who is asked first: the seller; for what the core sells, the hub's connector, where there is one."""
    return Level.SELLER if seller_id is not None else next_level(Level.SELLER, has_connector=has_connector)


def next_level(level: str, *, has_connector: bool) -> Level:
    """Who is asked when nobody answered."""
    return Level.HUB if level == Level.SELLER and has_connector else Level.CORE


def value_of(lines: Iterable[Bought], quantities: Mapping[UUID, int]) -> int:
    """What these pieces cost; a line's shipping goes with all of its pieces. Raises ValueError for more than bought."""
    total = 0
    for line in lines:
        wanted = quantities.get(line.line_id, 0)
        if not 0 <= wanted <= line.quantity:
            raise ValueError(line.line_id)
        total += line.gross * wanted // line.quantity + (line.shipping if wanted == line.quantity else 0)
    return total
