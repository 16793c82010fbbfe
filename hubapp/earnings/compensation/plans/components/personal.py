"""What own sales earn: tiers and the retail margin."""

from __future__ import annotations

from collections.abc import Iterator

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import PersonalTier, RetailMargin


def tiered(component: PersonalTier, ground: Ground) -> Outcome:
    """Marginal: the integral over what own sales add to the volume; slab: all of own cv at the rate reached."""
    tiers, volume = component.tiers, ground.volume(component.threshold_on)
    if component.mode == "slab":
        return Outcome(ground.own * tiers.rates_at(volume))
    if component.threshold_on == "cv":
        return Outcome(tiers.integrals(ground.own))
    return Outcome(tiers.integrals(volume) - tiers.integrals(volume - ground.own))


def explain_tiered(component: PersonalTier, ground: Ground, member: int) -> Iterator[Piece]:
    """Order by order in order of arrival; an order that straddles tiers gives one piece per tier."""
    orders, tiers = ground.orders, component.tiers
    reached = int(ground.volume(component.threshold_on)[member])
    running, slab = reached - int(ground.own[member]), tiers.rate(reached)
    for at in ground.places(member):
        cv = int(orders.cv[at])
        end = running + cv
        pieces = [(cv, slab)] if component.mode == "slab" else tiers.pieces(running, end)
        running = end
        for base, bps in pieces:
            yield Piece("own_sale", base, bps, base * bps, order=orders.ids[at], seller=ground.members.ids[member])


def margin(component: RetailMargin, ground: Ground) -> Outcome:
    """A rate of own cv."""
    return Outcome(ground.own * component.bps)


def explain_margin(component: RetailMargin, ground: Ground, member: int) -> Iterator[Piece]:
    """Every own order."""
    orders, name = ground.orders, ground.members.ids[member]
    for at in ground.places(member):
        cv = int(orders.cv[at])
        yield Piece("own_sale", cv, component.bps, cv * component.bps, orders.ids[at], name)


def running(component: PersonalTier, ground: Ground) -> Iterator[tuple[int, int, int]]:
    """(member, order place, exact) of every own sale, in order of arrival: what each order added."""
    tiers, orders, slab = component.tiers, ground.orders, component.mode == "slab"
    reached: list[int] = ground.volume(component.threshold_on).tolist()
    sums = [volume - cv for volume, cv in zip(reached, ground.own.tolist(), strict=True)]
    for at in ground.sold():
        member, cv = int(orders.seller[at]), int(orders.cv[at])
        before, after = sums[member], sums[member] + cv
        sums[member] = after
        yield member, at, cv * tiers.rate(reached[member]) if slab else tiers.integral(after) - tiers.integral(before)
