"""Pay by level above the seller: unilevel with its three compressions, and generations of a breakaway rank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import Generation, Unilevel
from hubapp.earnings.compensation.plans.tree import Climb


def unilevel(component: Unilevel, ground: Ground) -> Outcome:
    """Level by level, volumes move from those who stood for a level to those who stand for the next."""
    tree, climb, down = ground.tree, Climb(ground.tree), ground.empty()
    takes_up_to = tree.lay(np.where(ground.members.active, depths(component, ground), 0))
    moved, way = ground.own_by_place, climb.up
    if component.compression == "standard":
        kept, way = climb.thin(tree.lay(ground.members.active))
        takes_up_to = takes_up_to.take(kept)
    breakage, sold = 0, int(moved.sum())
    for level, bps in enumerate(component.levels, start=1):
        takes = takes_up_to >= level
        if component.compression == "dynamic":
            kept, way = climb.thin(takes)
            takes, takes_up_to = takes.take(kept), takes_up_to.take(kept)
        moved = climb.moved(way, moved)
        taken = moved if takes.all() else moved * takes
        down[climb.left] += taken * bps
        breakage += (sold - int(taken.sum())) * bps
        way = climb.up
    return Outcome(ground.empty(), tree.lift(down), breakage)


def depths(component: Unilevel, ground: Ground) -> Column:
    """How many of the levels everybody may take."""
    most = len(component.levels)
    if component.depth_by_rank is None:
        return np.full(ground.size, most, np.int16)
    return ground.by_rank({rank: min(depth, most) for rank, depth in component.depth_by_rank.items()}, kind=np.int16)


def explain_unilevel(component: Unilevel, ground: Ground, member: int) -> Iterator[Piece]:
    """Sale by sale: the walk from the seller up, as the plan's words have it."""
    orders, active, depth = ground.orders, ground.members.active, ground.once(depths, component)
    for at in ground.places_under(member):
        seller, cv = int(orders.seller[at]), int(orders.cv[at])
        for level, taker in _takers(component, ground.tree.path(seller, to=member)[1:], active, depth):
            if taker == member:
                bps, name = component.levels[level - 1], ground.members.ids[seller]
                yield Piece("level", cv, bps, cv * bps, orders.ids[at], name, level=level)


def _takers(component: Unilevel, uplines: list[int], active: Column, depth: Column) -> Iterator[tuple[int, int]]:
    """(level, who takes it) of one sale."""
    if component.compression == "standard":
        uplines = [one for one in uplines if active[one]]
    waiting = iter(uplines)
    for level in range(1, len(component.levels) + 1):
        for one in waiting:
            if active[one] and depth[one] >= level:
                yield level, one
                break
            if component.compression != "dynamic":
                break


def generation(component: Generation, ground: Ground) -> Outcome:
    """The volume of each owner's generation 0 moves from one member of the rank to the next above."""
    tree, climb, down, own = ground.tree, Climb(ground.tree), ground.empty(), ground.own_by_place
    kept, came = climb.gather(tree.lay(owners(component, ground)), own)
    moved = own.take(kept) + came
    for bps in component.rates:
        moved = climb.moved(climb.up, moved)
        down[climb.left] += moved * bps
    return Outcome(ground.empty(), tree.lift(down))


def owners(component: Generation, ground: Ground) -> Column:
    """Who has the rank of those whose generations count."""
    return ground.has_rank(frozenset([component.rank]))


def explain_generation(component: Generation, ground: Ground, member: int) -> Iterator[Piece]:
    """Sale by sale: the member's place among those of the rank on the way to the root."""
    orders, is_owner = ground.orders, ground.once(owners, component)
    for at in ground.places_under(member) if is_owner[member] else ():
        seller, cv = int(orders.seller[at]), int(orders.cv[at])
        place = sum(bool(is_owner[one]) for one in ground.tree.path(seller, to=member)) - 1
        if 1 <= place <= len(component.rates):
            bps, name = component.rates[place - 1], ground.members.ids[seller]
            yield Piece("generation", cv, bps, cv * bps, orders.ids[at], name, level=place)
