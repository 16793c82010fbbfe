"""What own sales earn: tiers and the retail margin."""

from __future__ import annotations

from collections.abc import Iterator

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import PersonalTier, RetailMargin


def tiered(component: PersonalTier, ground: Ground) -> Outcome:
    """Marginal: the integral over what own sales add to the volume; slab: all of own cv at the rate reached."""
    tiers = component.tiers
    pairs = zip(ground.own, ground.volume(component.threshold_on), strict=True)
    if component.mode == "slab":
        return Outcome([cv * tiers.rate(volume) for cv, volume in pairs])
    if component.threshold_on == "cv":
        return Outcome([tiers.integral(cv) for cv in ground.own])
    return Outcome([tiers.integral(volume) - tiers.integral(volume - cv) for cv, volume in pairs])


def explain_tiered(component: PersonalTier, ground: Ground, member: int) -> Iterator[Piece]:
    """Order by order in order of arrival; an order that straddles tiers gives one piece per tier."""
    orders, tiers = ground.orders, component.tiers
    reached = ground.volume(component.threshold_on)[member]
    running, slab = reached - ground.own[member], tiers.rate(reached)
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
    sums = [volume - cv for volume, cv in zip(reached, ground.own, strict=True)]
    for at, member in enumerate(orders.seller):
        if member < 0:
            continue
        before, after = sums[member], sums[member] + orders.cv[at]
        sums[member] = after
        added = orders.cv[at] * tiers.rate(reached[member]) if slab else tiers.integral(after) - tiers.integral(before)
        yield member, at, added
