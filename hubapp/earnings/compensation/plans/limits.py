"""Caps, in whole minor units: first each participant's, then the total's, in the plan's order of scaling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column, added, total
from hubapp.earnings.compensation.plans.rounding import SCALE, apportioned, divided
from hubapp.earnings.compensation.plans.schema import Caps

Amounts = list[Column]  # by component, then by member


def capped(amounts: Amounts, *, caps: Caps, names: Sequence[str], turnover: int) -> Amounts:
    """What is paid: no member above the participant's cap, all together within the budget."""
    amounts = list(amounts)
    if amounts and caps.per_participant is not None:
        totals = added(amounts)
        _limit(amounts, range(len(amounts)), totals, np.minimum(totals, caps.per_participant))
    if caps.total_bps is None:
        return amounts
    excess = sum(map(total, amounts)) - budget(caps, turnover)
    for name in caps.scale_order:
        if excess <= 0:
            return amounts
        place = names.index(name)
        before = total(amounts[place])
        amounts[place] = apportioned(max(0, before - excess), amounts[place])
        excess -= before - total(amounts[place])
    if excess > 0:
        places = [place for place, name in enumerate(names) if name not in caps.scale_order]
        totals = added([amounts[place] for place in places])
        _limit(amounts, places, totals, apportioned(max(0, total(totals) - excess), totals))
    return amounts


def budget(caps: Caps, turnover: int) -> int:
    """The most that may be paid for a turnover, rounded down."""
    return turnover * (caps.total_bps or 0) // SCALE


def _limit(amounts: Amounts, places: Sequence[int], totals: Column, allowed: Column) -> None:
    """Give members with too much what is allowed, over their components by largest remainder, ties to the earlier."""
    over = np.flatnonzero(totals > allowed)
    if not over.size:
        return
    had = np.stack([amounts[place].take(over) for place in places])
    for place, before, part in zip(places, had, divided(allowed.take(over), had), strict=True):
        if (before != part).any():
            amounts[place] = amounts[place].copy()
            amounts[place][over] = part
