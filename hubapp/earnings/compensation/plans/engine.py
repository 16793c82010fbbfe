"""The close of one period: a pure function of plan and inputs; components in file order, rounding, then caps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans import limits, rules
from hubapp.earnings.compensation.plans.columns import Column, added, plain, total
from hubapp.earnings.compensation.plans.components import differential, group, hub, levels, personal
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.rules import Kept
from hubapp.earnings.compensation.plans.schema import Component, Geometric, HubTier, Plan, Pool

Compute = Callable[[Any, Ground], Outcome]
Explain = Callable[[Any, Ground, int], Iterator[Piece]]


def _nothing(_component: Component, _ground: Ground, _member: int) -> Iterator[Piece]:
    return iter(())


COMPONENTS: dict[str, tuple[Compute, Explain]] = {
    "personal_tier": (personal.tiered, personal.explain_tiered),
    "retail_margin": (personal.margin, personal.explain_margin),
    "differential": (differential.compute, differential.explain),
    "unilevel": (levels.unilevel, levels.explain_unilevel),
    "generation": (levels.generation, levels.explain_generation),
    "group_tier": (group.tiered, group.explain_tiered),
    "pool": (group.pool, group.explain_pool),
    "geometric": (group.geometric, group.explain_geometric),
    "hub_share": (hub.share, hub.explain_share),
    "hub_tier": (hub.tiered, hub.explain_tiered),
    "fee_cascade": (hub.cascade, _nothing),
}


@dataclass(frozen=True)
class Paid:
    """One component: exact amounts after the rules and rounded ones by member, and what was not paid, with reasons."""

    component: Component
    kept: Kept
    rounded: Column
    untaken: int
    company: int
    accounts: dict[str, int]

    @property
    def exact(self) -> list[int]:
        """Exact amounts by member."""
        return plain(self.kept.exact)

    @property
    def amounts(self) -> list[int]:
        """Rounded amounts by member, before caps."""
        return plain(self.rounded)

    @cached_property
    def forfeited(self) -> dict[int, int]:
        """Exact amounts of those who forfeit something."""
        places = np.flatnonzero(self.kept.forfeited)
        return dict(zip(plain(places), plain(self.kept.forfeited.take(places)), strict=True))

    @property
    def fractions(self) -> int:
        """Exact: what rounding left with the company (negative where it rounded up)."""
        return total(self.kept.exact) - total(self.rounded) * SCALE


class Result:
    """What a period pays, before and after caps; amounts in minor units by component and member index."""

    def __init__(self, plan: Plan, ground: Ground, paid: tuple[Paid, ...]) -> None:
        self.plan, self.ground, self.paid = plan, ground, paid

    @cached_property
    def capped(self) -> list[Column]:
        """By component, after the participant's and the total cap."""
        amounts, names = [one.rounded for one in self.paid], [one.component.id for one in self.paid]
        return limits.capped(amounts, caps=self.plan.caps, names=names, turnover=self.ground.turnover)

    @cached_property
    def due(self) -> Column:
        """Every member's total after caps."""
        return added(self.capped) if self.capped else self.ground.empty()

    @property
    def final(self) -> list[list[int]]:
        """`capped` as lists."""
        return [plain(column) for column in self.capped]

    @property
    def before_caps(self) -> list[int]:
        """Every member's total before caps."""
        return plain(added([self.ground.empty(), *(one.rounded for one in self.paid)]))

    @property
    def totals(self) -> list[int]:
        """`due` as a list."""
        return plain(self.due)


def compute(plan: Plan, inputs: Inputs) -> Result:
    """Run a plan over one period's inputs."""
    ground = Ground(inputs, base=plan.base, rounding=plan.rounding, beside=_beside(plan, inputs))
    result = Result(plan, ground, tuple(_pay(plan, component, ground) for component in plan.components))
    _assert_invariants(result)
    return result


def _beside(plan: Plan, inputs: Inputs) -> int:
    """The most that no volume bounds: fixed funds, payments to hubs and rewards, in minor units."""
    found = 0
    for component in plan.components:
        match component:
            case Pool():
                found += component.fund_fixed
            case HubTier():
                found += component.fixed_payment * len(inputs.hubs.ids)
            case Geometric():
                found += component.reward * len(inputs.orders.ids)
    return found


def _pay(plan: Plan, component: Component, ground: Ground) -> Paid:
    outcome = COMPONENTS[component.type][0](component, ground)
    kept = rules.apply(outcome, rules.of(component, plan), ground)
    rounded = plan.rounding.of(kept.exact)
    return Paid(component, kept, rounded, outcome.breakage, outcome.company, outcome.accounts)


def _assert_invariants(result: Result) -> None:
    """What may never happen, whatever the plan: negative pay, or more than the caps allow."""
    assert all(not one.rounded.size or one.rounded.min() >= 0 for one in result.paid), "negative pay"
    caps = result.plan.caps
    if caps.total_bps is not None:
        assert total(result.due) <= limits.budget(caps, result.ground.turnover), "over the total cap"
    if caps.per_participant is not None:
        assert result.due.max(initial=0) <= caps.per_participant, "over a participant's cap"
