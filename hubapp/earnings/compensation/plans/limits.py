"""Caps, in whole minor units: first each participant's, then the total's, in the plan's order of scaling."""

from __future__ import annotations

from collections.abc import Sequence

from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.schema import Caps

Amounts = list[list[int]]  # by component, then by member


def capped(amounts: Amounts, *, caps: Caps, names: Sequence[str], turnover: int) -> Amounts:
    """What is paid: no member above the participant's cap, all together within the budget."""
    amounts = [list(row) for row in amounts]
    if caps.per_participant is not None:
        _cap_members(amounts, caps.per_participant)
    if caps.total_bps is None:
        return amounts
    excess = sum(map(sum, amounts)) - budget(caps, turnover)
    for name in caps.scale_order:
        if excess <= 0:
            return amounts
        place = names.index(name)
        before = sum(amounts[place])
        amounts[place] = hamilton(max(0, before - excess), amounts[place])
        excess -= before - sum(amounts[place])
    if excess > 0:
        _scale_rest(amounts, excess, [place for place, name in enumerate(names) if name not in caps.scale_order])
    return amounts


def budget(caps: Caps, turnover: int) -> int:
    """The most that may be paid for a turnover, rounded down."""
    return turnover * (caps.total_bps or 0) // SCALE


def _cap_members(amounts: Amounts, most: int) -> None:
    for member, parts in enumerate(zip(*amounts, strict=True)):
        if sum(parts) > most:
            _give(amounts, member, range(len(amounts)), hamilton(most, parts))


def _scale_rest(amounts: Amounts, excess: int, places: list[int]) -> None:
    """Scale what is in no order by members' totals, then within each member: largest remainder, ties ascending."""
    rows = [amounts[place] for place in places]
    totals = [sum(parts) for parts in zip(*rows, strict=True)]
    for member, total in enumerate(hamilton(max(0, sum(totals) - excess), totals)):
        if total != totals[member]:
            _give(amounts, member, places, hamilton(total, [row[member] for row in rows]))


def _give(amounts: Amounts, member: int, places: Sequence[int], parts: Sequence[int]) -> None:
    for place, part in zip(places, parts, strict=True):
        amounts[place][member] = part
