"""The differential: the difference to the highest rate beneath, or f(gv) - sum of f(gv of each leg)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import Differential
from hubapp.earnings.compensation.plans.tree import Climb


def compute(component: Differential, ground: Ground) -> Outcome:
    """Both modes, in a few passes over the tree."""
    return _marginal(component, ground) if component.mode == "marginal" else _slab(component, ground)


def rates(component: Differential, ground: Ground) -> Column:
    """Everybody's rate in this period."""
    if component.schedule is None:
        return ground.by_rank(component.rate_by_rank, kind=np.int16)
    return component.schedule.rates_at(ground.volume(component.threshold_on))


def _slab(component: Differential, ground: Ground) -> Outcome:
    """From the lowest rate up: volume moves to the next one above with a higher rate, who is paid the difference."""
    tree, bps, climb = ground.tree, rates(component, ground), Climb(ground.tree)
    rate, flow, down = tree.lay(bps), ground.own_by_place, ground.empty()
    for low in sorted({0, *(component.schedule.rates if component.schedule else component.rate_by_rank.values())}):
        kept, came = climb.gather(rate > low, flow)
        rate, flow = rate.take(kept), flow.take(kept) + came
        down[climb.left] += (rate - low) * came
    return Outcome(ground.own * bps, tree.lift(down))


def _marginal(component: Differential, ground: Ground) -> Outcome:
    """The integral f is convex with f(0) = 0: what own sales alone would earn is never more than the whole."""
    assert component.schedule is not None
    worth = component.schedule.integrals(ground.gv)
    own = component.schedule.integrals(ground.own)
    return Outcome(own, worth - own - ground.tree.legs(worth))


def explain(component: Differential, ground: Ground, member: int) -> Iterator[Piece]:
    """Marginal: own sales tier by tier, then what each leg adds; slab: sale by sale."""
    if component.mode == "marginal":
        yield from _explain_marginal(component, ground, member)
        return
    rate, ids, orders = ground.once(rates, component), ground.members.ids, ground.orders
    for at in ground.places_under(member):
        seller, cv = int(orders.seller[at]), int(orders.cv[at])
        beneath = ground.tree.path(seller, to=member)[:-1]
        bps = int(rate[member]) - max((int(rate[one]) for one in beneath), default=0)
        if bps > 0:
            yield Piece("difference" if beneath else "own_sale", cv, bps, cv * bps, orders.ids[at], ids[seller])


def _explain_marginal(component: Differential, ground: Ground, member: int) -> Iterator[Piece]:
    """Legs in ascending order of id: what each adds to f of the volume so far, less what it earned by itself."""
    assert component.schedule is not None
    tiers, ids = component.schedule, ground.members.ids
    running = 0
    for at in ground.places(member):
        cv = int(ground.orders.cv[at])
        for base, bps in tiers.pieces(running, running + cv):
            yield Piece("own_sale", base, bps, base * bps, ground.orders.ids[at], ids[member])
        running += cv
    for leg in ground.frontline(member):
        volume = int(ground.gv[leg])
        if not volume:
            continue
        added = tiers.integral(running + volume) - tiers.integral(running)
        yield Piece("leg", volume, None, added - tiers.integral(volume), leg=ids[leg])
        running += volume
