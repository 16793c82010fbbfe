"""Small networks on which the searches try a plan: shapes of trees, volumes around every threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.schema import Differential, Generation, HubTier, Plan, Unilevel
from hubapp.earnings.compensation.plans.tree import plant

# Parents by place; the first is the root.
SHAPES = ((-1,), (-1, 0), (-1, 0, 1), (-1, 0, 0), (-1, 0, 0, 1))
WIDE_GRID, NARROW_GRID = 6, 3
PLENTY = 1000  # customers of everybody, so that the rules on a member stay out of the way


@dataclass(frozen=True, slots=True)
class Scene:
    """Who sponsors whom, and what each sells to customers."""

    parents: tuple[int, ...]
    volumes: tuple[int, ...]

    def selling(self, member: int, more: int) -> Scene:
        """One person sells more."""
        changed = tuple(cv + more if place == member else cv for place, cv in enumerate(self.volumes))
        return Scene(self.parents, changed)

    def split(self, member: int, moved: int, *, with_legs: bool) -> Scene:
        """One person as two: a second self beneath, with part of the sales and perhaps all of the legs."""
        second = len(self.parents)
        parents = tuple(second if with_legs and above == member else above for above in self.parents)
        kept = self.selling(member, -moved)
        return Scene((*parents, member), (*kept.volumes, moved))

    def inputs(self, plan: Plan, *, buyer: int = 0, kind: str = "product") -> Inputs:
        """As the engine reads it, with a connector of one hub beside the tree."""
        size = len(self.parents) + 1
        ids = [f"m{place:02d}" for place in range(size)]
        some = [PLENTY] * size
        tree = plant([*self.parents, -1], ids)
        ranks = [best_rank(plan)] * size
        people = Members(ids, tree, ranks, [True] * size, some, [10**9] * size, [10**9] * size, [0] * size)
        sold = [(member, cv) for member, cv in enumerate(self.volumes) if cv]
        volumes = [cv for _, cv in sold]
        orders = Orders(
            [f"o{member}" for member, _ in sold],
            [member for member, _ in sold],
            [buyer] * len(sold),
            volumes,
            volumes,
            volumes,
            [0] * len(sold),
            [kind] * len(sold),
        )
        return Inputs(people, orders, Hubs(["hub"], [[(size - 1, 1)]], [PLENTY], [1]))


def best_rank(plan: Plan) -> str | None:
    """A rank that earns most in the plan's components by rank."""
    for component in plan.components:
        table = {}
        if isinstance(component, Unilevel):
            table = component.depth_by_rank or {}
        elif isinstance(component, Differential):
            table = component.rate_by_rank
        elif isinstance(component, Generation):
            return component.rank
        if table:
            return max(sorted(table), key=table.__getitem__)
    return None


def thresholds(plan: Plan) -> list[int]:
    """Every volume at which a rate or a fixed payment begins."""
    found = set()
    for component in plan.components:
        tiers = component.schedule if isinstance(component, Differential) else getattr(component, "tiers", None)
        found |= set(tiers.starts) if tiers is not None else set()
        found |= {component.fixed_min_turnover} if isinstance(component, HubTier) else set()
    return sorted(found - {0}) or [10_000]


def scenes(plan: Plan) -> Iterator[Scene]:
    """Every shape with volumes just beneath and at thresholds, between them, and far above."""
    starts = thresholds(plan)
    grid = sorted({0, *(start - 1 for start in starts), *starts, 2 * starts[-1], 20 * starts[-1]})
    for parents in SHAPES:
        few = WIDE_GRID if len(parents) < len(SHAPES[2]) else NARROW_GRID
        chosen = [grid[place * (len(grid) - 1) // (few - 1)] for place in range(few)]
        for volumes in product(sorted(set(chosen if len(parents) > 1 else grid)), repeat=len(parents)):
            yield Scene(parents, volumes)
