"""Pay by level above the seller: unilevel with its three compressions, and generations of a breakaway rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column, total
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import Generation, Unilevel
from hubapp.earnings.compensation.plans.tree import Climb


def unilevel(component: Unilevel, ground: Ground) -> Outcome:
    """Level by level, volumes move from those who stood for a level to those who stand for the next."""
    tree, climb = ground.tree, Climb(ground.tree)
    active, depth = tree.lay(ground.members.active, end=True), tree.lay(depths(component, ground))
    if component.compression == "standard":
        climb.thin(active)
    volume = tree.lay(ground.own)
    down, breakage, sold = np.zeros_like(volume), 0, total(ground.own)
    for level, bps in enumerate(component.levels, start=1):
        takes = active & (depth >= level)
        takes[-1] = True
        if component.compression == "dynamic":
            climb.thin(takes)
        volume = _moved(volume, climb.up)
        taken = np.where(takes, volume, 0)
        down += taken * bps
        breakage += (sold - total(taken)) * bps
    return Outcome(ground.empty(), tree.lift(down), breakage)


def _moved(volume: Column, up: Column) -> Column:
    """Every place's volume one step up; what leaves the tree at its root is gone."""
    here = np.flatnonzero(volume)
    moved = np.zeros_like(volume)
    np.add.at(moved, up.take(here), volume.take(here))
    moved[-1] = 0
    return moved


def depths(component: Unilevel, ground: Ground) -> Column:
    """How many levels everybody may take."""
    if component.depth_by_rank is None:
        return np.full(ground.size, len(component.levels))
    return ground.by_rank(component.depth_by_rank)


def explain_unilevel(component: Unilevel, ground: Ground, member: int) -> Iterator[Piece]:
    """Sale by sale: the walk from the seller up, as the plan's words have it."""
    orders, active, depth = ground.orders, ground.members.active, depths(component, ground)
    for at in ground.places_under(member):
        seller, cv = int(orders.seller[at]), int(orders.cv[at])
        for level, taker in _takers(component, ground.tree.path(seller)[1:], active, depth):
            if taker == member:
                bps, name = component.levels[level - 1], ground.members.ids[seller]
                yield Piece("level", cv, bps, cv * bps, orders.ids[at], name, level=level)


def _takers(
    component: Unilevel, uplines: list[int], active: Sequence[bool], depth: Sequence[int]
) -> Iterator[tuple[int, int]]:
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
    tree, climb = ground.tree, Climb(ground.tree)
    is_owner = tree.lay(ground.has_rank(frozenset([component.rank])), end=True)
    own = tree.lay(ground.own)
    climb.thin(is_owner)
    volume = _moved(np.where(is_owner, 0, own), climb.up) + np.where(is_owner, own, 0)
    down = np.zeros_like(volume)
    for bps in component.rates:
        volume = _moved(volume, climb.up)
        down += volume * bps
    return Outcome(ground.empty(), tree.lift(down))


def explain_generation(component: Generation, ground: Ground, member: int) -> Iterator[Piece]:
    """Sale by sale: the member's place among those of the rank on the way to the root."""
    orders, is_owner = ground.orders, ground.has_rank(frozenset([component.rank]))
    for at in ground.places_under(member) if is_owner[member] else ():
        seller, cv = int(orders.seller[at]), int(orders.cv[at])
        place = [one for one in ground.tree.path(seller) if is_owner[one]].index(member)
        if 1 <= place <= len(component.rates):
            bps, name = component.rates[place - 1], ground.members.ids[seller]
            yield Piece("generation", cv, bps, cv * bps, orders.ids[at], name, level=place)
