"""Small networks on which the searches try a plan: shapes of trees, volumes around every threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np

from hubapp.earnings.compensation.plans.columns import integers
from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.schema import (
    HUBS,
    Differential,
    Generation,
    HubTier,
    Plan,
    Pool,
    Unilevel,
)
from hubapp.earnings.compensation.plans.tree import Tree, plant

# Parents by place; the first is the root.
SHAPES = ((-1,), (-1, 0), (-1, 0, 1), (-1, 0, 0), (-1, 0, 0, 1))
WIDE_GRID, NARROW_GRID = 6, 3
EVERYBODY = -1
NAME = "m{:06d}"
PLENTY = 1000  # customers of everybody, so that the rules on a member stay out of the way


@dataclass(frozen=True, slots=True)
class Scene:
    """Who sponsors whom, and what each sells to customers.

    `keeper` looks after the hub that all of it is sold in, None: somebody beside the tree does; EVERYBODY: each person
    sells in a hub of their own.
    """

    parents: tuple[int, ...]
    volumes: tuple[int, ...]
    keeper: int | None = None

    def selling(self, member: int, more: int) -> Scene:
        """One person sells more."""
        changed = tuple(cv + more if place == member else cv for place, cv in enumerate(self.volumes))
        return replace(self, volumes=changed)

    def split(self, member: int, moved: int, *, with_legs: bool) -> Scene:
        """One person as two: a second self beneath, with part of the sales and perhaps all of the legs."""
        second = len(self.parents)
        parents = tuple(second if with_legs and above == member else above for above in self.parents)
        kept = self.selling(member, -moved)
        return replace(self, parents=(*parents, member), volumes=(*kept.volumes, moved))

    def inputs(self, plan: Plan, *, buyer: int = 0, kind: str = "product") -> Inputs:
        """As the engine reads it, with one hub, and somebody beside the tree."""
        return side_by_side(plan, [self], buyer=buyer, kind=kind)


def side_by_side(plan: Plan, scenes: Sequence[Scene], *, buyer: int = 0, kind: str = "product") -> Inputs:
    """Several scenes as one network: each a tree with its hub or hubs, members in the order of the scenes."""
    parents: list[int] = []
    volumes: list[int] = []
    connectors: list[int] = []
    sold_in: list[int] = []
    for scene in scenes:
        first = len(parents)
        parents += [above + first if above >= 0 else -1 for above in scene.parents]
        volumes += [*scene.volumes, 0]
        held = _held(scene, first)
        sold_in += [len(connectors) + min(place, len(held) - 1) for place in range(len(scene.parents) + 1)]
        connectors += held
        parents.append(-1)
    tree = _planted(tuple(parents))
    size, many, hub = len(parents), len(connectors), np.array(sold_in, np.intp)
    ids = [NAME.format(place) for place in range(size)]
    some, most = np.full(size, PLENTY), np.full(size, 10**9)
    nothing, active = np.zeros(size, np.int64), np.ones(size, bool)
    ranks = np.zeros(size, np.intp)
    people = Members(ids, tree, ranks, active, some, most, most, nothing, [best_rank(plan)])
    cv = integers(volumes)
    seller = np.flatnonzero(cv)
    sold = cv[seller]
    names, inside = [f"o{place}" for place in seller.tolist()], np.full(len(seller), buyer)
    orders = Orders(names, seller, inside, sold, sold, sold, hub[seller], np.zeros_like(seller), [kind])
    hubs = Hubs(
        [f"hub{place}" for place in range(many)], [[(one, 1)] for one in connectors], [PLENTY] * many, [1] * many
    )
    return Inputs(people, orders, hubs)


def at_home(plan: Plan) -> Plan:
    """The plan among the people of scenes: shares of a pool that it gives by name are the first one's there."""
    parts = (
        replace(one, shares={NAME.format(0): sum(one.shares.values())}) if isinstance(one, Pool) and one.shares else one
        for one in plan.components
    )
    return replace(plan, components=tuple(parts))


def _held(scene: Scene, first: int) -> list[int]:
    """Who looks after the scene's hub, or after each of its hubs; its people are counted from `first` on."""
    if scene.keeper == EVERYBODY:
        return list(range(first, first + len(scene.parents)))
    return [first + (len(scene.parents) if scene.keeper is None else scene.keeper)]


@lru_cache(maxsize=64)
def _planted(parents: tuple[int, ...]) -> Tree:
    """There are few shapes, and many scenes of each."""
    return plant(parents, range(len(parents)))


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


def keepers(plan: Plan, parents: Sequence[int]) -> Sequence[int | None]:
    """Who looks after hubs: everybody, then each person in turn, where that says which tier somebody reaches."""
    return range(EVERYBODY, len(parents)) if plan.thresholds & HUBS else (None,)


def scenes(plan: Plan) -> Iterator[Scene]:
    """Every shape with volumes just beneath and at thresholds, between them, and far above."""
    starts = thresholds(plan)
    grid = sorted({0, *(start - 1 for start in starts), *starts, 2 * starts[-1], 20 * starts[-1]})
    for parents in SHAPES:
        few = WIDE_GRID if len(parents) <= len(SHAPES[1]) else NARROW_GRID
        chosen = [grid[place * (len(grid) - 1) // (few - 1)] for place in range(few)]
        for volumes in product(sorted(set(chosen if len(parents) > 1 else grid)), repeat=len(parents)):
            for keeper in keepers(plan, parents):
                yield Scene(parents, volumes, keeper)
