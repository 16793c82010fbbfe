"""The flatline test: whether repeat sales still fund the commitments after twelve months without anybody new.

Whoever is a customer goes on buying as customers were observed to; nobody joins, and no customer is new. What people
qualified for stays as it is, so that the test is never passed because somebody stopped qualifying.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.columns import coded
from hubapp.earnings.compensation.plans.inputs import Inputs, Orders
from hubapp.earnings.compensation.plans.preview import ratio
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.schema import Plan

MONTHS = 12

Bought = Mapping[tuple[int, int], int]  # cv by (period, first period of the customer), periods numbered from 0


@dataclass(frozen=True, slots=True)
class Month:
    """`number` 0 is the period it begins with. `promised` is what the plan comes to before the cap on the total."""

    number: int
    repeat_bps: int
    turnover: int
    promised: int
    fixed: int
    funding: int

    @property
    def commitments(self) -> int:
        """Everything that is owed for the month."""
        return self.promised + self.fixed

    @property
    def is_funded(self) -> bool:
        """Whether what may be paid out of the month's sales covers it."""
        return self.commitments <= self.funding

    @property
    def short(self) -> int:
        """What is missing, in minor units."""
        return max(0, self.commitments - self.funding)

    @property
    def ratio(self) -> int:
        """Commitments per cv in basis points; without sales 0."""
        return ratio(self.commitments, self.turnover)


@dataclass(frozen=True, slots=True)
class Flatline:
    """The period it begins with, then each month without anybody new."""

    months: tuple[Month, ...]
    funding_bps: int

    @property
    def is_funded(self) -> bool:
        """Whether every month is."""
        return all(month.is_funded for month in self.months)

    @property
    def first_short(self) -> Month | None:
        """The first month that is not."""
        return next((month for month in self.months if not month.is_funded), None)

    @property
    def short(self) -> int:
        """What is missing altogether."""
        return sum(month.short for month in self.months)


def observed(bought: Bought, *, months: int = MONTHS) -> tuple[int, ...]:
    """For 1, 2 … periods later: of what the customers of a period bought, how much those known by then bought, in bps.

    Only customers who were there already count in the later period. As far as the periods reach, at most `months`.
    """
    periods = [period for period, _first in bought]
    if not periods:
        return ()
    found = []
    for later in range(1, min(months, max(periods) - min(periods)) + 1):
        base = sum(cv for (period, _first), cv in bought.items() if period + later <= max(periods))
        again = sum(cv for (period, first), cv in bought.items() if first + later <= period)
        found.append(min(SCALE, again * SCALE // base) if base else 0)
    return tuple(found)


def carried_on(repeat: Sequence[int], *, months: int = MONTHS) -> tuple[int, ...]:
    """As many months as asked: where nothing was observed yet, what is left goes on as it began."""
    curve = list(repeat[:months])
    whole = len(curve)
    while whole and len(curve) < months:
        curve.append(curve[len(curve) - whole] * curve[whole - 1] // SCALE)
    return tuple(curve)


def flatline(
    plan: Plan,
    inputs: Inputs,
    repeat: Sequence[int],
    *,
    months: int = MONTHS,
    fixed: int = 0,
    funding_bps: int | None = None,
) -> Flatline:
    """Run the plan on the last period, then on what is left of its sales month by month.

    `repeat` as `observed` gives it; `fixed` is owed every month beside the plan, in minor units; `funding_bps` is the
    part of cv that may be paid out, by default the plan's cap on the total, or everything where it has none.
    """
    part = funding_bps if funding_bps is not None else plan.caps.total_bps
    part = SCALE if part is None else part
    promise = replace(plan, caps=replace(plan.caps, total_bps=None))
    base = condensed(inputs)
    found, earlier = [], base.members.earlier_cv
    for number, bps in enumerate((SCALE, *carried_on(repeat, months=months))):
        result = engine.compute(promise, _at(base, bps, earlier))
        earlier = result.ground.cumulative
        turnover, promised = int(result.ground.turnover), sum(int(total) for total in result.totals)
        found.append(Month(number, bps, turnover, promised, fixed, turnover * part // SCALE))
    return Flatline(tuple(found), part)


def condensed(inputs: Inputs) -> Inputs:
    """One order line per seller, hub, class of buyer and kind: the same volumes, so the same pay."""
    orders = inputs.orders
    count = len(orders.ids)
    has_kinds = len(orders.kind) > 0
    kinds, kind_names = coded(orders.kind, orders.kind_names) if has_kinds else ([0] * count, [])
    hubs = orders.hub if len(orders.hub) else [-1] * count
    sums: dict[tuple[int, int, int, int], list[int]] = {}
    places = zip(orders.seller, hubs, orders.buyer, kinds, strict=True)
    for place, *volumes in zip(places, orders.amount, orders.cv, orders.pv, strict=True):
        row = sums.setdefault(place, [0, 0, 0])
        for column, volume in enumerate(volumes):
            row[column] += int(volume)
    keys = sorted(sums)
    amount, cv, pv = ([sums[key][column] for key in keys] for column in range(3))
    names = [f"{number:08d}" for number in range(len(keys))]
    seller, hub, buyer = ([int(key[column]) for key in keys] for column in range(3))
    kind = [int(key[3]) for key in keys] if has_kinds else ()
    lines = Orders(names, seller, buyer, amount, cv, pv, hub, kind, kind_names)
    return Inputs(inputs.members, lines, inputs.hubs)


def _at(inputs: Inputs, bps: int, earlier: Sequence[int]) -> Inputs:
    """The same people with `bps` of the sales, each line rounded down."""
    orders, members = inputs.orders, inputs.members
    scaled = replace(
        orders,
        amount=[amount * bps // SCALE for amount in orders.amount],
        cv=[cv * bps // SCALE for cv in orders.cv],
        pv=[pv * bps // SCALE for pv in orders.pv],
    )
    people = replace(members, earlier_cv=earlier)
    return Inputs(people, scaled, inputs.hubs)
