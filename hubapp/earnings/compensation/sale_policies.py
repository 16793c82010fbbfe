"""What the plan sees of a sale, without I/O: which period counts it, who bought, what a refund takes of which line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.earnings.compensation import calendar
from hubapp.earnings.compensation.calendar import Span
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.schema import Base, Plan
from hubapp.kernel.money import allocate


@dataclass(frozen=True, slots=True)
class Standing:
    """When somebody began to take part in the programme, and when they left: each time, the last one last."""

    times: tuple[tuple[datetime, datetime | None], ...]

    def at(self, moment: datetime) -> bool:
        """Whether they took part then."""
        return any(joined <= moment and (left is None or left > moment) for joined, left in self.times)


def span_of(plan: Plan, moment: datetime) -> Span:
    """The period of a plan that a moment is in."""
    period = plan.period
    assert period is not None
    return calendar.at(period.kind, calendar.day_of(moment, period.timezone))


@dataclass(frozen=True, slots=True)
class Term:
    """From when to when somebody looks after a hub; `until` None: still."""

    since: datetime
    until: datetime | None

    def meets(self, starts: datetime, ends: datetime) -> bool:
        """Whether it has a moment in a period: all of the period then counts as inside, as the close reads it."""
        return self.since < ends and (self.until is None or self.until > starts)


def is_counted(*, kind: str, buyer: int, base: Base) -> bool:
    """Whether the plan pays for a sale of this kind to such a buyer."""
    return kind not in base.exclude_kinds and BUYERS[buyer] in base.buyers


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a sale after refunds, in minor units (pv: points)."""

    amount: int
    cv: int
    pv: int

    def part(self, amount: int) -> Left:
        """What goes with `amount` of it; the last refund takes all that is left."""
        if not self.amount:
            return Left(0, 0, 0)
        return Left(amount, self.cv * amount // self.amount, self.pv * amount // self.amount)


def apportion(
    amount: int, *, remaining: Mapping[UUID, int], shipping: int, asked: Mapping[UUID, int]
) -> dict[UUID, int]:
    """What of a refund each line gives, in minor units; the rest is the shipping's.

    Lines it was asked for (line → value) give first, then the shipping that goes with them, then all lines. Where
    nothing was named, lines and shipping give by what is left of them.
    """
    named = {line: min(asked.get(line, 0), left) for line, left in remaining.items()}
    parts = dict.fromkeys(remaining, 0)
    if any(named.values()):
        parts |= allocate(min(amount, sum(named.values())), named)
        amount -= sum(parts.values())
        amount, shipping = max(0, amount - shipping), 0
    # Lines before shipping where a cent is left over: their keys are smaller.
    weights = {f"0{line}": left - parts[line] for line, left in remaining.items()} | {"1": shipping}
    spread = allocate(amount, weights) if any(weights.values()) else {}
    return {line: part + spread.get(f"0{line}", 0) for line, part in parts.items()}
