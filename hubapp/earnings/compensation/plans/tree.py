"""The sponsor tree as arrays: members numbered by depth, so that every pass goes from level to level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column, places, sums
from hubapp.earnings.compensation.plans.errors import BadInput

THIN = 50  # with fewer members than this to a level, a level costs more than its members do
HALF, LOW = 32, 2**32 - 1
PART = 2**15
SAID = 12  # people of a cycle in a refusal, which is one line
DEEP = 2**16  # fewer levels than this are sorted by counting


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """`parent[u]` is -1 for a root; `order` lists the members level by level, the roots first.

    `above`: by place in that order, the place of the sponsor, -1 for roots, and -1 once more at the end, for the place
    -1 above the roots. `levels`: where levels begin, and the end.
    """

    parent: Column
    order: Column
    place: Column
    above: Column
    levels: tuple[int, ...]

    @property
    def is_thin(self) -> bool:
        """Whether levels hold few members, as in small trees and long lines."""
        return len(self.parent) < THIN * len(self.levels)

    def lay(self, column: Column, *, end: int = 0) -> Column:
        """A column of members in the order of places, with `end` for the place -1 above the roots."""
        found = np.empty(len(column) + 1, column.dtype)
        found[:-1] = column.take(self.order)
        found[-1] = end
        return found

    def lift(self, column: Column) -> Column:
        """A column of places in the order of members."""
        found: Column = column.take(self.place)
        return found

    def roll_up(self, own: Column) -> Column:
        """Own plus the whole downline, for everybody, from the deepest level to the roots."""
        return self.lift(self.rolled_up(own.take(self.order)))

    def rolled_up(self, total: Column) -> Column:
        """The same by place, over the column itself."""
        if self.is_thin:
            return self._roll_up_one_by_one(total)
        for end, start in pairwise(self.levels[:0:-1]):
            # A copy: numpy takes several times as long where what it reads lies in what it writes.
            np.add.at(total, self.above[start:end], total[start:end].copy())
        return total

    def least(self, own: Column) -> Column:
        """The least value in everybody's group, their own included."""
        found = own.take(self.order)
        for end, start in pairwise(self.levels[:0:-1]):
            np.minimum.at(found, self.above[start:end], found[start:end].copy())
        return self.lift(found)

    def _roll_up_one_by_one(self, own: Column) -> Column:
        """The same for small trees and long lines."""
        total, above = own.tolist(), self.above.tolist()
        for place in reversed(range(len(total))):
            if above[place] >= 0:
                total[above[place]] += total[place]
        return np.array(total, own.dtype)

    def legs(self, values: Column) -> Column:
        """The sum of `values` over the frontline, for everybody."""
        return sums(len(values), self.parent, values)[:-1]

    def path(self, member: int, *, to: int = -1) -> list[int]:
        """From the member to the one above it who is named, else to the root, both included."""
        way = []
        for one in self.climb(member):
            way.append(one)
            if one == to:
                break
        return way

    def climb(self, member: int) -> Iterator[int]:
        """From the member to the root, both included, one by one."""
        while member >= 0:
            yield member
            member = int(self.parent[member])


class Climb:
    """The way up, thinned step by step: `up` points from each place to the next one above it that is left, or -1."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self.up = tree, tree.above.copy()
        self.left: Column | None = None  # everybody

    def among(self, chosen: Column) -> Column:
        """Which of the places that are left are chosen."""
        return np.flatnonzero(chosen[:-1]) if self.left is None else self.left[chosen.take(self.left)]

    def thin(self, stays: Column) -> None:
        """Leave only places that stay; all that were left until now point to the nearest of them above.

        `stays` is by place and true at its end, for the place -1. A wide tree is gone through level by level, where
        those above are done before. Else each round doubles the stretch that is passed over, so that a deep line costs
        the logarithm of its depth.
        """
        up = self.up
        if self.left is None and not self.tree.is_thin:
            for start, end in pairwise(self.tree.levels):
                above = up[start:end]
                up[start:end] = np.where(stays.take(above), above, up.take(above))
        else:
            here = np.arange(len(up) - 1) if self.left is None else self.left
            waiting = here[~stays.take(up.take(here))]
            while waiting.size:
                further = up.take(up.take(waiting))
                up[waiting] = further
                waiting = waiting[~stays.take(further)]
        self.left = self.among(stays)

    def moved(self, here: Column, volumes: Column) -> tuple[Column, Column]:
        """(places, volumes): every volume one step up the way; what leaves the tree at its root is gone."""
        found = sums(len(self.up) - 1, self.up.take(here), volumes)
        there = np.flatnonzero(found[:-1]) if self.left is None else self.left
        return there, found.take(there)


def plant(parent: Sequence[int] | Column, ids: Sequence[Any], *, file: str = "", one_root: bool = False) -> Tree:
    """Number the members by depth. Refuses a cycle, and several roots where one is asked."""
    sponsor = places(parent).astype(np.intp, copy=False)
    depth = _depths(sponsor, ids, file=file)
    order = np.argsort(depth.astype(np.uint16) if depth.max(initial=0) < DEEP else depth, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    above = np.append(place, -1).take(np.append(sponsor.take(order), -1))
    levels = (0, *np.bincount(depth).cumsum().tolist())
    if one_root and len(levels) > 1 and levels[1] > 1:
        roots = ", ".join(str(ids[member]) for member in order[: min(levels[1], 3)].tolist())
        raise BadInput(f"several roots where one is asked: {roots}", key="members.sponsor", file=file)
    return Tree(sponsor, order, place, above, levels)


def stands_above(parent: Column, upper: Column, lower: Column) -> Column:
    """Of pairs of members: whether the one stands anywhere above the other, or is the same."""
    here: Column = lower
    found: Column = upper == lower
    while (here >= 0).any():
        here = np.where(here >= 0, parent.take(here), here)
        found |= here == upper
    return found


def _depths(parent: Column, ids: Sequence[Any], *, file: str) -> Column:
    """How many sponsors each member has above; each round doubles the stretch that is known.

    One number holds both how far a member has got (high half) and at whom it stands (low half; past the root: `size`).
    """
    size = len(parent)
    known = np.append(np.where(parent < 0, size, parent + (LOW + 1)), size)
    waiting = np.flatnonzero(parent >= 0)
    # Part by part first: most sponsors stand earlier, and are known by then.
    parts = np.array_split(waiting, size // PART + 1)
    waiting = np.concatenate([_further(known, _further(known, _further(known, part))) for part in parts])
    for _ in range(size.bit_length() + 1):
        if not waiting.size:
            return known[:-1] >> HALF
        waiting = _further(known, waiting)
    loop = [str(ids[member]) for member in _cycle(parent, int(waiting[0]))]
    way = loop if len(loop) <= SAID else [*loop[: SAID - 1], f"… ({len(loop) - 1} people) < {loop[-1]}"]
    raise BadInput(f"a cycle: {' < '.join(way)}", key="members.sponsor", file=file)


def _further(known: Column, members: Column) -> Column:
    """Go as far again as is known; returns who has not arrived at a root."""
    so_far = known.take(members)
    over = so_far & LOW
    so_far += known.take(over) - over
    known[members] = so_far
    return members[(so_far & LOW) < len(known) - 1]


def _cycle(parent: Column, member: int) -> list[int]:
    """The members of the loop that a walk from `member` runs into, the first one repeated at the end."""
    seen: dict[int, int] = {}
    walk: list[int] = []
    while member not in seen:
        seen[member] = len(walk)
        walk.append(member)
        member = int(parent[member])
    return [*walk[seen[member] :], member]
