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


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """`parent[u]` is -1 for a root; `order` lists the members level by level, the roots first.

    `above`: by place in that order, the place of the sponsor, -1 for roots. `levels`: where levels begin, and the end.
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

    def lay(self, column: Column) -> Column:
        """A column of members in the order of places."""
        found: Column = column.take(self.order)
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
    """The way up, thinned step by step: who is left is numbered anew each time, in the order of places.

    `left`: the place of each number; `up`: the number of the next one above who is left, -1 above the roots.
    """

    def __init__(self, tree: Tree) -> None:
        self.left: slice | Column = slice(None)  # everybody: numbers are places
        self.up, self._levels = tree.above, tree.levels

    def thin(self, stays: Column) -> tuple[Column, Column]:
        """Leave only who stays: (their numbers until now, for everybody left until now the next above who stays).

        A wide tree is gone through level by level, where those above are done before. Else each round doubles the
        stretch that is passed over, so that a deep line costs the logarithm of its depth.
        """
        kept = np.flatnonzero(stays)
        if len(kept) == len(stays):
            return kept, self.up
        numbers = np.full(len(stays) + 1, -1)  # the last one for whoever stands above the roots
        numbers[kept] = np.arange(len(kept))
        if len(stays) >= THIN * len(self._levels):
            way = self._level_by_level(numbers)
            self._levels = tuple(np.searchsorted(kept, self._levels).tolist())
        else:
            way = self._by_doubling(numbers)
        self.left = kept if isinstance(self.left, slice) else self.left.take(kept)
        self.up = way.take(kept)
        return kept, way

    def gather(self, stays: Column, volumes: Column) -> tuple[Column, Column]:
        """Leave only who stays: (their numbers until now, the volumes of all others at the next above who stays)."""
        gone = np.flatnonzero(~stays)
        kept, way = self.thin(stays)
        return kept, self.moved(way.take(gone), volumes.take(gone))

    def moved(self, way: Column, volumes: Column) -> Column:
        """Volumes at the end of their way, by number; what leaves the tree at its root is gone."""
        return sums(len(self.up), way, volumes)[:-1]

    def _level_by_level(self, nearest: Column) -> Column:
        """`nearest`: -1 for who does not stay. Nobody above has a higher number than who stays."""
        way = np.empty_like(self.up)
        for start, end in pairwise(self._levels):
            way[start:end] = nearest.take(self.up[start:end])
            np.maximum(nearest[start:end], way[start:end], out=nearest[start:end])
        return way

    def _by_doubling(self, numbers: Column) -> Column:
        up, is_there = np.append(self.up, -1), numbers >= 0
        is_there[-1] = True
        waiting = np.flatnonzero(~is_there.take(self.up))
        while waiting.size:
            further = up.take(up.take(waiting))
            up[waiting] = further
            waiting = waiting[~is_there.take(further)]
        return numbers.take(up[:-1])


def plant(parent: Sequence[int] | Column, ids: Sequence[Any], *, file: str = "", one_root: bool = False) -> Tree:
    """Number the members by depth. Refuses a cycle, and several roots where one is asked."""
    sponsor = places(parent).astype(np.intp, copy=False)
    depth = _depths(sponsor, ids, file=file)
    # Numbers of one byte, or two, are sorted by counting them.
    order = np.argsort(depth.astype(np.min_scalar_type(depth.max(initial=0))), kind="stable")
    place, above = np.empty_like(order), np.full(len(order), -1)
    place[order] = np.arange(len(order))
    levels = (0, *np.bincount(depth).cumsum().tolist())
    below = slice(levels[min(1, len(levels) - 1)], None)  # all but the roots
    above[below] = place.take(sponsor.take(order[below]))
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
    known = np.full(size + 1, size)
    np.add(parent, LOW + 1, out=known[:-1])
    known[np.flatnonzero(parent < 0)] = size
    # Part by part first: most sponsors stand earlier, and are known by then.
    late = [_further(known, _further(known, _first(known, start))) for start in range(0, size, PART)]
    waiting = np.concatenate([np.zeros(0, np.intp), *late])
    for _ in range(size.bit_length() + 1):
        if not waiting.size:
            return known[:-1] >> HALF
        waiting = _further(known, waiting)
    loop = [str(ids[member]) for member in _cycle(parent, int(waiting[0]))]
    way = loop if len(loop) <= SAID else [*loop[: SAID - 1], f"… ({len(loop) - 1} people) < {loop[-1]}"]
    raise BadInput(f"a cycle: {' < '.join(way)}", key="members.sponsor", file=file)


def _first(known: Column, start: int) -> Column:
    """`_further` for all members of a part at once; who has arrived stays there."""
    part = known[start : min(start + PART, len(known) - 1)]
    over = part & LOW
    part += known.take(over) - over
    return np.flatnonzero((part & LOW) < len(known) - 1) + start


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
