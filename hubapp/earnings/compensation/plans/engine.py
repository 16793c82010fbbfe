"""The close of one period: a pure function of plan and inputs; components in file order, rounding, then caps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hubapp.earnings.compensation.plans import limits, rules
from hubapp.earnings.compensation.plans.components import differential, group, hub, levels, personal
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.schema import Component, Plan

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


@dataclass(frozen=True, slots=True)
class Paid:
    """One component: exact and rounded amounts by member, and what was not paid, with reasons by member."""

    component: Component
    exact: list[int]
    amounts: list[int]
    forfeited: dict[int, int]
    reasons: dict[int, str]
    untaken: int
    company: int
    accounts: dict[str, int]

    @property
    def fractions(self) -> int:
        """Exact: what rounding left with the company (negative where it rounded up)."""
        return sum(self.exact) - sum(self.amounts) * SCALE


class Result:
    """What a period pays, before and after caps; amounts in minor units by component and member index."""

    def __init__(self, plan: Plan, ground: Ground, paid: tuple[Paid, ...]) -> None:
        self.plan, self.ground, self.paid = plan, ground, paid

    @cached_property
    def final(self) -> list[list[int]]:
        """After the participant's and the total cap."""
        amounts, names = [one.amounts for one in self.paid], [one.component.id for one in self.paid]
        return limits.capped(amounts, caps=self.plan.caps, names=names, turnover=self.ground.turnover)

    @cached_property
    def before_caps(self) -> list[int]:
        """Every member's total before caps."""
        return _totals([one.amounts for one in self.paid], self.ground.size)

    @cached_property
    def totals(self) -> list[int]:
        """Every member's total after caps."""
        return _totals(self.final, self.ground.size)


def _totals(rows: list[list[int]], size: int) -> list[int]:
    return [sum(parts) for parts in zip(*rows, strict=True)] if rows else [0] * size


def compute(plan: Plan, inputs: Inputs) -> Result:
    """Run a plan over one period's inputs."""
    ground = Ground(inputs, base=plan.base, rounding=plan.rounding)
    result = Result(plan, ground, tuple(_pay(plan, component, ground) for component in plan.components))
    _assert_invariants(result)
    return result


def _pay(plan: Plan, component: Component, ground: Ground) -> Paid:
    outcome = COMPONENTS[component.type][0](component, ground)
    kept = rules.apply(outcome, rules.of(component, plan), ground)
    amounts = [plan.rounding.of(exact) if exact else 0 for exact in kept.exact]
    return Paid(
        component,
        kept.exact,
        amounts,
        kept.forfeited,
        kept.reasons,
        outcome.breakage,
        outcome.company,
        outcome.accounts,
    )


def _assert_invariants(result: Result) -> None:
    """What may never happen, whatever the plan: negative pay, or more than the caps allow."""
    assert all(not one.amounts or min(one.amounts) >= 0 for one in result.paid), "negative pay"
    caps = result.plan.caps
    if caps.total_bps is not None:
        assert sum(result.totals) <= limits.budget(caps, result.ground.turnover), "over the total cap"
    if caps.per_participant is not None:
        assert all(total <= caps.per_participant for total in result.totals), "over a participant's cap"
