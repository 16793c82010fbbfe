"""The differential: the difference to the highest rate beneath, or f(gv) - sum of f(gv of each leg)."""

from __future__ import annotations

from collections.abc import Iterator

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import Differential


def compute(component: Differential, ground: Ground) -> Outcome:
    """Both modes, in a few passes over the tree."""
    return _marginal(component, ground) if component.mode == "marginal" else _slab(component, ground)


def rates(component: Differential, ground: Ground) -> list[int]:
    """Everybody's rate in this period."""
    if component.schedule is None:
        return [component.rate_by_rank.get(rank or "", 0) for rank in ground.members.ranks]
    rate = component.schedule.rate
    return [rate(volume) for volume in ground.volume(component.threshold_on)]


def _slab(component: Differential, ground: Ground) -> Outcome:
    """Volume flows to the next ancestor with a higher rate, who is paid the difference on it."""
    rate = rates(component, ground)
    greater = ground.tree.next_greater(rate)
    flow = list(ground.own)
    down = [0] * ground.size
    for member in ground.tree.up:
        above = greater[member]
        if above >= 0 and flow[member]:
            flow[above] += flow[member]
            down[above] += (rate[above] - rate[member]) * flow[member]
    return Outcome([own * bps for own, bps in zip(ground.own, rate, strict=True)], down)


def _marginal(component: Differential, ground: Ground) -> Outcome:
    """The integral f is convex with f(0) = 0: what own sales alone would earn is never more than the whole."""
    assert component.schedule is not None
    integral = component.schedule.integral
    worth = [integral(volume) for volume in ground.gv]
    legs = ground.tree.legs(worth)
    own = [integral(volume) for volume in ground.own]
    return Outcome(own, [whole - mine - theirs for whole, mine, theirs in zip(worth, own, legs, strict=True)])


def explain(component: Differential, ground: Ground, member: int) -> Iterator[Piece]:
    """Marginal: own sales tier by tier, then what each leg adds; slab: sale by sale."""
    if component.mode == "marginal":
        yield from _explain_marginal(component, ground, member)
        return
    rate, ids, orders = rates(component, ground), ground.members.ids, ground.orders
    inside = ground.tree.downline(member)
    for at, seller in enumerate(orders.seller):
        if seller < 0 or not inside[seller]:
            continue
        beneath = 0
        for one in ground.tree.path(seller):
            if one == member:
                break
            beneath = max(beneath, rate[one])
        bps = rate[member] - beneath
        if bps > 0:
            why = "own_sale" if seller == member else "difference"
            yield Piece(why, orders.cv[at], bps, orders.cv[at] * bps, orders.ids[at], ids[seller])


def _explain_marginal(component: Differential, ground: Ground, member: int) -> Iterator[Piece]:
    """Legs in ascending order of id: what each adds to f of the volume so far, less what it earned by itself."""
    assert component.schedule is not None
    tiers, ids = component.schedule, ground.members.ids
    running = 0
    for at in ground.places(member):
        cv = ground.orders.cv[at]
        for base, bps in tiers.pieces(running, running + cv):
            yield Piece("own_sale", base, bps, base * bps, ground.orders.ids[at], ids[member])
        running += cv
    for leg, above in enumerate(ground.tree.parent):
        volume = ground.gv[leg]
        if above == member and volume:
            added = tiers.integral(running + volume) - tiers.integral(running)
            yield Piece("leg", volume, None, added - tiers.integral(volume), leg=ids[leg])
            running += volume
