"""A hub's months and the taxes in them: every sum is a sum of postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hubapp.kernel.money import allocate
from hubapp.market.books import policies
from hubapp.market.books.policies import Month, TaxKey
from hubapp.market.orders import sums
from hubapp.market.orders.sums import Taxed
from hubapp.money.ledger import postings

MONTHS = 12


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What was sold at one rate in a period, less refunds and lost disputes.

    `gross` contains `tax`; who remits follows from who sold.
    """

    is_core: bool
    category: str
    rate: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        """Without the tax."""
        return self.gross - self.tax


def first_of_month(now: datetime, zone: ZoneInfo) -> date:
    """The first day of the month that `now` falls into there."""
    return now.astimezone(zone).date().replace(day=1)


def months_before(first: date, count: int) -> date:
    """The first of the month `count` months earlier; later when negative."""
    place = first.year * 12 + first.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


def span(first: date, zone: ZoneInfo, months: int = 1) -> tuple[datetime, datetime]:
    """From the first moment of a month to that after its last, by the hub's own clock, in UTC."""
    end = months_before(first, -months)
    return tuple(  # type: ignore[return-value]
        datetime(day.year, day.month, 1, tzinfo=zone).astimezone(UTC) for day in (first, end)
    )


def hub_months(*, zone: ZoneInfo, owner: str, now: datetime, count: int = MONTHS) -> list[Month]:
    """The hub's last months with sales, newest first, with `owner`'s own share (hub in scope)."""
    first = months_before(first_of_month(now, zone), count - 1)
    start, end = span(first, zone, count)
    when = {"timezone": zone.key, "start": start, "end": end}
    return policies.months(
        postings.sums_by_month(**when),  # type: ignore[arg-type]
        postings.sums_by_month(**when, owner=owner),  # type: ignore[arg-type]
    )


def taxes(*, currency: str, start: datetime, end: datetime) -> list[TaxRow]:
    """Sales of a period by who remits, category and rate (hub in scope); their tax is the sum of the tax postings."""
    paid: dict[str, int] = {}
    tax: dict[str, int] = {}
    for row in postings.sums_by_ref(("charge", "refund", "lost", "tax"), currency=currency, start=start, end=end):
        of = tax if row.tag == "tax" else paid
        of[row.ref] = of.get(row.ref, 0) + (-row.amount if row.tag == "tax" else row.amount)
    ids = {ref: order_id for ref in {*paid, *tax} if (order_id := policies.uuid_in(ref.removeprefix("order:")))}
    known = sums.taxed(ids.values())
    found: dict[tuple[bool, TaxKey], list[int]] = {}
    for ref in sorted({*paid, *tax}):
        order = known.get(ids[ref]) if ref in ids else None
        _add(found, order, paid.get(ref, 0), tax.get(ref, 0))
    return [TaxRow(is_core, *key, *amounts) for (is_core, key), amounts in sorted(found.items())]


def _add(found: dict[tuple[bool, TaxKey], list[int]], order: Taxed | None, paid: int, tax: int) -> None:
    """Split what was paid and its tax over the rates of an order's lines; the parts sum exactly."""
    is_core = order is not None and order.is_core
    gross = allocate(paid, order.gross) if order is not None and any(order.gross.values()) else {("", 0): paid}
    for place, parts in enumerate((gross, policies.tax_by_rate(tax, order.tax if order else {}))):
        for key, amount in parts.items():
            if amount:
                found.setdefault((is_core, key), [0, 0])[place] += amount


def totals(rows: Sequence[TaxRow]) -> tuple[int, int]:
    """(gross, tax) of all rows."""
    return sum(row.gross for row in rows), sum(row.tax for row in rows)
