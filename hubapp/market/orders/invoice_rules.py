"""Pure rules of sales documents: what of a booking is taxed at which rate, and how long a buyer may correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hubapp.kernel.money import allocate

CORRECTED_UNTIL = timedelta(days=90)
MOST_CORRECTIONS = 5
LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class RatePart:
    """What of a document is taxed at one rate (basis points); `gross` contains `tax`, in minor units."""

    rate: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        """Without the tax."""
        return self.gross - self.tax

    def as_json(self) -> dict[str, int]:
        """As a document keeps it."""
        return {"rate": self.rate, "gross": self.gross, "tax": self.tax}


@dataclass(frozen=True, slots=True)
class Billing:
    """Who a buyer is to the tax office."""

    name: str
    address: str = ""
    country: str = ""
    tax_id: str = ""


def parts_of_lines(lines: Iterable[tuple[int, int, int]], *, gross: int, tax: int) -> list[RatePart]:
    """An order's (rate, gross, tax) lines by rate. What they do not explain of `gross` and `tax` stands at rate 0."""
    found: dict[int, list[int]] = {}
    for rate, paid, taxed in lines:
        sums = found.setdefault(rate, [0, 0])
        sums[0], sums[1] = sums[0] + paid, sums[1] + taxed
    rest = (gross - sum(paid for paid, _ in found.values()), tax - sum(taxed for _, taxed in found.values()))
    if any(rest):
        sums = found.setdefault(0, [0, 0])
        sums[0], sums[1] = sums[0] + rest[0], sums[1] + rest[1]
    return [RatePart(rate, paid, taxed) for rate, (paid, taxed) in sorted(found.items()) if paid or taxed]


def left(documents: Iterable[Iterable[RatePart]]) -> list[RatePart]:
    """What documents add up to, by rate."""
    found: dict[int, tuple[int, int]] = {}
    for parts in documents:
        for part in parts:
            gross, tax = found.get(part.rate, (0, 0))
            found[part.rate] = (gross + part.gross, tax + part.tax)
    return [RatePart(rate, gross, tax) for rate, (gross, tax) in sorted(found.items())]


def taken(remaining: Iterable[RatePart], *, gross: int, tax: int) -> list[RatePart]:
    """A booking (below zero: money that goes back) over what remains at each rate; the sums are the booking's own.

    What goes back never leaves a rate below zero, and the last of it leaves each at zero.
    """
    weights = {part.rate: (max(part.gross, 0), max(part.tax, 0)) for part in remaining} or {0: (0, 0)}
    paid = allocate(gross, {rate: weight for rate, (weight, _) in weights.items()})
    taxed = allocate(tax, {rate: weight for rate, (_, weight) in weights.items()})
    return [RatePart(rate, paid[rate], taxed[rate]) for rate in sorted(weights) if paid[rate] or taxed[rate]]


def opposite(parts: Iterable[RatePart]) -> list[RatePart]:
    """The same with the other sign."""
    return [RatePart(part.rate, -part.gross, -part.tax) for part in parts if part.gross or part.tax]


def parts_of(content: Mapping[str, Any]) -> list[RatePart]:
    """A document's rates, as it keeps them."""
    return [RatePart(part["rate"], part["gross"], part["tax"]) for part in content["rates"]]


def is_too_late(paid_at: datetime, now: datetime) -> bool:
    """Whether the time to correct an invoice is over."""
    return now - paid_at > CORRECTED_UNTIL
