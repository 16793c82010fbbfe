"""The network's month: figures per currency out of all books, and one sum at stored rates, which it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hubapp.kernel.money import Money
from hubapp.market.books.reports import months_before
from hubapp.money.ledger import months, rates
from hubapp.money.ledger.figures import NETWORK_FIGURES
from hubapp.money.ledger.months import HubSum
from hubapp.money.ledger.rates import Converted

SHOWN = (
    "turnover",
    "refunds",
    "lost",
    "seller",
    "connector",
    "referrer",
    "core",
    "cross_hub",
    "tax",
    "recovered",
    "kept",
    "retainers",
    "compensation",
)


@dataclass(frozen=True, slots=True)
class NetworkFigure:
    """A figure: by currency exact, and converted; `total` None where a rate is missing."""

    key: str
    parts: tuple[Converted, ...]
    total: Money | None


@dataclass(frozen=True, slots=True)
class NetworkMonth:
    """A month over all hubs. `rates_of`: the day whose rates, or the last before it, were used."""

    first: date
    target: str
    rates_of: date
    figures: tuple[NetworkFigure, ...]

    @property
    def missing(self) -> list[str]:
        """Currencies without a rate."""
        parts = [part for figure in self.figures for part in figure.parts]
        return sorted({part.amount.currency for part in parts if part.value is None})


def network_month(first: date, target: str) -> NetworkMonth:
    """All hubs' figures of a month, in `target` by the rates of the month's last day."""
    following = months_before(first, -1)
    last = following - timedelta(days=1)
    sums = months.sums_of(first, following)
    found = rates.rates_on(last, target)
    figures = []
    for key in SHOWN:
        amounts = by_currency(key, sums)
        parts = tuple(rates.convert(Money(amount, currency), target, found) for currency, amount in amounts.items())
        values = [part.value.amount for part in parts if part.value is not None]
        total = Money(sum(values), target) if len(values) == len(parts) else None
        figures.append(NetworkFigure(key, parts, total))
    return NetworkMonth(first, target, last, tuple(figures))


def by_currency(key: str, sums: Sequence[HubSum]) -> dict[str, int]:
    """A figure of all hubs together, currency by currency."""
    figure = NETWORK_FIGURES[key]
    found: dict[str, int] = {}
    for row in sums:
        if figure.takes(row.tag, row.purpose):
            found[row.currency] = found.get(row.currency, 0) + figure.sign * row.amount
    return dict(sorted(found.items()))


def by_hub(key: str, currency: str, sums: Sequence[HubSum]) -> dict[int, int]:
    """A figure hub by hub, in one currency."""
    figure = NETWORK_FIGURES[key]
    found: dict[int, int] = {}
    for row in sums:
        if row.currency == currency and figure.takes(row.tag, row.purpose):
            found[row.hub_id] = found.get(row.hub_id, 0) + figure.sign * row.amount
    return found
