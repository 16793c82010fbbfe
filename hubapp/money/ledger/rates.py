"""Rates of exchange as somebody entered them, with day and source: for reports that say so, never for the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money, exponent
from hubapp.money.ledger.models import ExchangeRate

LARGEST = Decimal(10) ** 9


class RateKnown(Refusal):
    """A day has one rate."""

    field = "as_of"

    def __init__(self) -> None:
        super().__init__(_("There is a rate for this currency and day already. Rates are added, never changed."))


class SameCurrency(Refusal):
    """A currency is worth itself."""

    status = 422
    field = "target"

    def __init__(self) -> None:
        super().__init__(_("Choose two different currencies."))


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency at a stored rate; `value` None: no rate of that day or before is stored."""

    amount: Money
    value: Money | None
    rate: ExchangeRate | None


def enter(
    *, currency: str, target: str, rate: Decimal, as_of: date, source: str, who: UUID, now: datetime
) -> ExchangeRate:
    """Store a rate: one unit of `currency` in `target` on a day. Refuses with SameCurrency or RateKnown."""
    if currency == target:
        raise SameCurrency
    same = (ExchangeRate.currency == currency, ExchangeRate.target == target, ExchangeRate.as_of == as_of)
    if db.session.scalar(select(ExchangeRate.id).where(*same)) is not None:
        raise RateKnown
    row = ExchangeRate(
        id=ids.uuid7(),
        currency=currency,
        target=target,
        rate=rate,
        as_of=as_of,
        source=source.strip()[:200],
        entered_by=who,
        entered_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def rates(*, after: tuple[date, str, str] | None = None, limit: int = 100) -> Sequence[ExchangeRate]:
    """The newest first, paged by (day, currency, target)."""
    pair = (ExchangeRate.currency, ExchangeRate.target)
    statement = select(ExchangeRate).order_by(ExchangeRate.as_of.desc(), *pair)
    if after is not None:
        day, *last = after
        same_day = and_(ExchangeRate.as_of == day, tuple_(*pair) > tuple_(*last))
        statement = statement.where(ExchangeRate.as_of <= day, or_(ExchangeRate.as_of < day, same_day))
    return db.session.scalars(statement.limit(limit)).all()


def rates_on(day: date, target: str) -> dict[str, ExchangeRate]:
    """Currency → its last rate in `target` of that day or before."""
    statement = (
        select(ExchangeRate)
        .where(ExchangeRate.target == target, ExchangeRate.as_of <= day)
        .ext(distinct_on(ExchangeRate.currency))
        .order_by(ExchangeRate.currency, ExchangeRate.as_of.desc())
    )
    return {row.currency: row for row in db.session.scalars(statement)}


def convert(amount: Money, target: str, found: dict[str, ExchangeRate]) -> Converted:
    """At the stored rate, half-even to a minor unit of `target`."""
    if amount.currency == target:
        return Converted(amount, amount, None)
    row = found.get(amount.currency)
    if row is None:
        return Converted(amount, None, None)
    minor = (amount.major * row.rate).scaleb(exponent(target)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return Converted(amount, Money(int(minor), target), row)
