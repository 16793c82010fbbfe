"""What own sales earn: tiers and the retail margin."""

from __future__ import annotations

from collections.abc import Iterator

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import PersonalTier, RetailMargin


def tiered(component: PersonalTier, ground: Ground) -> Outcome:
    """Marginal: the integral over what this period adds; slab: all of own cv at the rate reached."""
    tiers = component.tiers
    if component.mode == "slab":
        reached = ground.volume(component.threshold_on)
        return Outcome([cv * tiers.rate(volume) for cv, volume in zip(ground.own, reached, strict=True)])
    if component.threshold_on == "cv":
        return Outcome([tiers.integral(cv) for cv in ground.own])
    after = ground.cumulative
    return Outcome([tiers.integral(end) - tiers.integral(end - cv) for end, cv in zip(after, ground.own, strict=True)])


def explain_tiered(component: PersonalTier, ground: Ground, member: int) -> Iterator[Piece]:
    """Order by order in order of arrival; an order that straddles tiers gives one piece per tier."""
    orders, tiers = ground.orders, component.tiers
    running = ground.members.earlier_cv[member] if component.threshold_on == "cumulative_cv" else 0
    slab = tiers.rate(ground.volume(component.threshold_on)[member])
    for at in ground.places(member):
        end = running + orders.cv[at]
        pieces = [(orders.cv[at], slab)] if component.mode == "slab" else tiers.pieces(running, end)
        running = end
        for base, bps in pieces:
            yield Piece("own_sale", base, bps, base * bps, order=orders.ids[at], seller=ground.members.ids[member])


def margin(component: RetailMargin, ground: Ground) -> Outcome:
    """A rate of own cv."""
    return Outcome([cv * component.bps for cv in ground.own])


def explain_margin(component: RetailMargin, ground: Ground, member: int) -> Iterator[Piece]:
    """Every own order."""
    orders, name = ground.orders, ground.members.ids[member]
    for at in ground.places(member):
        yield Piece("own_sale", orders.cv[at], component.bps, orders.cv[at] * component.bps, orders.ids[at], name)


def running(component: PersonalTier, ground: Ground) -> Iterator[tuple[int, int, int]]:
    """(member, order place, exact) of every own sale, in order of arrival: what each order added."""
    tiers, orders, slab = component.tiers, ground.orders, component.mode == "slab"
    reached = ground.volume(component.threshold_on)
    sums = list(ground.members.earlier_cv) if component.threshold_on == "cumulative_cv" else [0] * ground.size
    for at, member in enumerate(orders.seller):
        if member < 0:
            continue
        before, after = sums[member], sums[member] + orders.cv[at]
        sums[member] = after
        added = orders.cv[at] * tiers.rate(reached[member]) if slab else tiers.integral(after) - tiers.integral(before)
        yield member, at, added
