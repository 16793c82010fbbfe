"""What somebody is told of their lines: own sales one by one, those of others together, so that no customers show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans import explain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.explain import Line
from hubapp.earnings.compensation.plans.rounding import SCALE

OF_OTHERS = frozenset({"difference", "level", "generation", "reward"})


@dataclass(frozen=True, slots=True)
class Addend:
    """A part of a line: `base` at `bps` (None: no single rate made it), and what it comes to; minor units.

    `order` is a sale of one's own, `leg` who begins a group beneath. Ids only: what they are called is looked up when
    it is shown, and hidden where it is to be hidden by then.
    """

    why: str
    base: int
    bps: int | None
    amount: int
    order: str | None = None
    leg: str | None = None
    level: int | None = None
    hub: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A line with its addends, which sum to `amount`; before rules and caps it came to `computed`. Minor units."""

    component: str
    type: str
    computed: int
    forfeited: int
    reason: str
    capped: int
    amount: int
    addends: tuple[Addend, ...]

    @property
    def kept(self) -> dict[str, Any]:
        """As JSON; what an addend does not have is left out."""
        return {**_fields(self), "addends": [_fields(row) for row in self.addends]}


def _fields(row: Addend | Told) -> dict[str, Any]:
    """What it has. There are millions of them, and `asdict` copies each value."""
    return {name: one for name in row.__slots__ if (one := getattr(row, name)) is not None}


def of_kept(row: dict[str, Any]) -> Told:
    """The line that was kept."""
    return Told(**{**row, "addends": tuple(Addend(**{"bps": None, **one}) for one in row["addends"])})


def everybody(result: Result) -> Iterator[tuple[int, list[Told]]]:
    """Each member who is paid or forfeits something, by index in ascending order, with their lines."""
    earn = np.zeros(result.ground.size, bool)
    for paid, amount in zip(result.paid, result.capped, strict=True):
        earn |= (paid.kept.exact != 0) | (paid.kept.forfeited != 0) | (amount != 0)
    for member in np.flatnonzero(earn).tolist():
        yield member, [told(line) for line in explain.lines_at(result, member)]


def told(line: Line) -> Told:
    """A line as its earner may read it."""
    return Told(
        line.component,
        line.type,
        line.computed // SCALE,
        -(-line.forfeited // SCALE),
        line.reason or "",
        line.rounded - line.amount,
        line.amount,
        tuple(_addends(line)),
    )


def _addends(line: Line) -> Iterator[Addend]:
    """Sales of others come last, added up by rate and level."""
    together: dict[tuple[str, int | None, int | None], list[int]] = {}
    for piece, amount in zip(line.pieces, line.shown, strict=True):
        if piece.why in OF_OTHERS:
            sums = together.setdefault((piece.why, piece.bps, piece.level), [0, 0])
            sums[0] += piece.base
            sums[1] += amount
        else:
            order = piece.order if piece.why == "own_sale" else None
            yield Addend(piece.why, piece.base, piece.bps, amount, order, piece.leg, piece.level, piece.hub)
    for (why, bps, level), (base, amount) in together.items():
        yield Addend(why, base, bps, amount, level=level)
