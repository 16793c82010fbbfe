"""The sponsor tree as arrays: one parent index per member, one topological order for every pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hubapp.earnings.compensation.plans.errors import BadInput


@dataclass(frozen=True, slots=True)
class Tree:
    """`parent[u]` is -1 for a root; `up` lists all members, every child before its parent."""

    parent: list[int]
    up: list[int]

    def roll_up(self, own: Sequence[int]) -> list[int]:
        """Own plus the whole downline, for everybody, in one pass."""
        total, parent = list(own), self.parent
        for member in self.up:
            above = parent[member]
            if above >= 0:
                total[above] += total[member]
        return total

    def legs(self, values: Sequence[int]) -> list[int]:
        """The sum of `values` over the frontline, for everybody."""
        total = [0] * len(self.parent)
        for member, above in enumerate(self.parent):
            if above >= 0:
                total[above] += values[member]
        return total

    def nearest(self, takes: Callable[[int], bool]) -> list[int]:
        """For everybody: the nearest member on the way to the root, oneself included, who takes; -1 for nobody."""
        found, parent = [-1] * len(self.parent), self.parent
        for member in reversed(self.up):
            above = parent[member]
            found[member] = member if takes(member) else found[above] if above >= 0 else -1
        return found

    def nearest_above(self, takes: Callable[[int], bool]) -> list[int]:
        """The same without oneself."""
        found = self.nearest(takes)
        return [found[above] if above >= 0 else -1 for above in self.parent]

    def next_greater(self, rates: Sequence[int]) -> list[int]:
        """The nearest ancestor with a higher rate; the chains are as short as there are different rates."""
        found, parent = [-1] * len(self.parent), self.parent
        for member in reversed(self.up):
            above, rate = parent[member], rates[member]
            while above >= 0 and rates[above] <= rate:
                above = found[above]
            found[member] = above
        return found

    def path(self, member: int) -> list[int]:
        """From the member to the root, both included."""
        way = []
        while member >= 0:
            way.append(member)
            member = self.parent[member]
        return way

    def downline(self, member: int) -> list[bool]:
        """Who stands in the member's group, the member included."""
        inside, parent = [False] * len(self.parent), self.parent
        for one in reversed(self.up):
            inside[one] = one == member or (parent[one] >= 0 and inside[parent[one]])
        return inside


def plant(parent: list[int], ids: Sequence[str], *, file: str = "", one_root: bool = False) -> Tree:
    """Order the members. Refuses a cycle, and several roots where one is asked."""
    waiting = [0] * len(parent)
    for above in parent:
        if above >= 0:
            waiting[above] += 1
    ready = [member for member, children in enumerate(waiting) if not children]
    for member in ready:  # grows while it is read
        above = parent[member]
        if above >= 0:
            waiting[above] -= 1
            if not waiting[above]:
                ready.append(above)
    if len(ready) < len(parent):
        loop = _cycle(parent, next(member for member, children in enumerate(waiting) if children))
        raise BadInput(f"a cycle: {' < '.join(ids[member] for member in loop)}", key="members.sponsor", file=file)
    roots = [ids[member] for member, above in enumerate(parent) if above < 0]
    if one_root and len(roots) > 1:
        raise BadInput(f"several roots where one is asked: {', '.join(roots[:3])}", key="members.sponsor", file=file)
    return Tree(parent, ready)


def _cycle(parent: list[int], member: int) -> list[int]:
    """The members of the loop that a walk from `member` runs into, the first one repeated at the end."""
    seen: dict[int, int] = {}
    walk: list[int] = []
    while member not in seen:
        seen[member] = len(walk)
        walk.append(member)
        member = parent[member]
    return [*walk[seen[member] :], member]
