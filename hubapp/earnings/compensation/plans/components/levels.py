"""Pay by level above the seller: unilevel with its three compressions, and generations of a breakaway rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.schema import Generation, Unilevel


def unilevel(component: Unilevel, ground: Ground) -> Outcome:
    """Level by level, volumes move from those who stood for a level to those who stand for the next."""
    active, parent = ground.members.active, ground.tree.parent
    depth = depths(component, ground)
    dynamic = component.compression == "dynamic"
    above = ground.tree.nearest_above(active.__getitem__) if component.compression == "standard" else parent
    down, volume, breakage, sold = [0] * ground.size, ground.own, 0, sum(ground.own)
    for level, bps in enumerate(component.levels, start=1):
        if dynamic:
            above = ground.tree.nearest_above([active[u] and depth[u] >= level for u in range(ground.size)].__getitem__)
        reached = [0] * ground.size
        for member, moved in enumerate(volume):
            if moved and above[member] >= 0:
                reached[above[member]] += moved
        taken = 0
        for member, base in enumerate(reached):
            if base and active[member] and depth[member] >= level:
                down[member] += base * bps
                taken += base
        breakage += (sold - taken) * bps
        volume = reached
    return Outcome([0] * ground.size, down, breakage)


def depths(component: Unilevel, ground: Ground) -> list[int]:
    """How many levels everybody may take."""
    table = component.depth_by_rank
    if table is None:
        return [len(component.levels)] * ground.size
    return [table.get(rank or "", 0) for rank in ground.members.ranks]


def explain_unilevel(component: Unilevel, ground: Ground, member: int) -> Iterator[Piece]:
    """Sale by sale: the walk from the seller up, as the plan's words have it."""
    active, depth = ground.members.active, depths(component, ground)
    inside = ground.tree.downline(member)
    for at, seller in enumerate(ground.orders.seller):
        if seller < 0 or seller == member or not inside[seller]:
            continue
        for level, taker in _takers(component, ground.tree.path(seller)[1:], active, depth):
            if taker == member:
                cv, bps = ground.orders.cv[at], component.levels[level - 1]
                name = ground.members.ids[seller]
                yield Piece("level", cv, bps, cv * bps, ground.orders.ids[at], name, level=level)


def _takers(
    component: Unilevel, uplines: list[int], active: Sequence[bool], depth: list[int]
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
    ranks = ground.members.ranks
    is_owner = [rank == component.rank for rank in ranks]
    nearest = ground.tree.nearest(is_owner.__getitem__)
    above = [nearest[parent] if parent >= 0 else -1 for parent in ground.tree.parent]
    volume, down = [0] * ground.size, [0] * ground.size
    for seller, owner in enumerate(nearest):
        if owner >= 0:
            volume[owner] += ground.own[seller]
    for bps in component.rates:
        reached = [0] * ground.size
        for member, moved in enumerate(volume):
            if moved and above[member] >= 0:
                reached[above[member]] += moved
                down[above[member]] += moved * bps
        volume = reached
    return Outcome([0] * ground.size, down)


def explain_generation(component: Generation, ground: Ground, member: int) -> Iterator[Piece]:
    """Sale by sale: the member's place among those of the rank on the way to the root."""
    ranks, inside = ground.members.ranks, ground.tree.downline(member)
    for at, seller in enumerate(ground.orders.seller):
        if seller < 0 or not inside[seller] or ranks[member] != component.rank:
            continue
        owners = [one for one in ground.tree.path(seller) if ranks[one] == component.rank]
        place = owners.index(member)
        if 1 <= place <= len(component.rates):
            cv, bps = ground.orders.cv[at], component.rates[place - 1]
            name = ground.members.ids[seller]
            yield Piece("generation", cv, bps, cv * bps, ground.orders.ids[at], name, level=place)
