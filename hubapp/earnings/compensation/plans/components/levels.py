"""Pay by level above the seller: unilevel with its three compressions, and generations of a breakaway rank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column, sums
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import Generation, Unilevel
from hubapp.earnings.compensation.plans.tree import Climb


def unilevel(component: Unilevel, ground: Ground) -> Outcome:
    """Level by level, volumes move from those who stood for a level to those who stand for the next."""
    tree, climb, down = ground.tree, Climb(ground.tree), ground.empty()
    takes_up_to = tree.lay(np.where(ground.members.active, depths(component, ground), 0), end=len(component.levels))
    if component.compression == "standard":
        climb.thin(tree.lay(ground.members.active, end=True))
    here, moved = np.arange(ground.size), ground.own_by_place
    breakage, sold = 0, int(moved.sum())
    for level, bps in enumerate(component.levels, start=1):
        takes = takes_up_to >= level
        if component.compression == "dynamic":
            climb.thin(takes)
        here, moved = climb.moved(here, moved)
        takers, taken = here, moved
        if component.compression != "dynamic":  # else nobody else is left
            mine = takes.take(here)
            takers, taken = here[mine], moved[mine]
        down[takers] += taken * bps
        breakage += (sold - int(taken.sum())) * bps
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
    tree, climb, down = ground.tree, Climb(ground.tree), ground.empty()
    is_owner = tree.lay(owners(component, ground), end=True)
    climb.thin(is_owner)
    owned_by = np.where(is_owner[:-1], np.arange(ground.size), climb.up[:-1])
    here = np.flatnonzero(is_owner[:-1])
    moved = sums(ground.size, owned_by, ground.own_by_place).take(here)
    for bps in component.rates:
        here, moved = climb.moved(here, moved)
        down[here] += moved * bps
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
