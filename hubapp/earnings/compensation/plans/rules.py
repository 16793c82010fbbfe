"""Rules on a member: what is forfeited because of too few customers, or a group that buys from itself."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome
from hubapp.earnings.compensation.plans.schema import MULTI_LEVEL, Component, Differential, MemberRule, Plan

FEW_CUSTOMERS = "few_customers"
INSIDE_BUYERS = "inside_buyers"


@dataclass(slots=True)
class Kept:
    """Exact amounts after the rules, what was forfeited, and why, by member."""

    exact: list[int]
    forfeited: dict[int, int]
    reasons: dict[int, str]


def of(component: Component, plan: Plan) -> list[MemberRule]:
    """The rules that hold for a component: its own, and the plan's where it pays for a group."""
    rules = [component.rule] if isinstance(component, Differential) else []
    if plan.rule is not None and component.type in MULTI_LEVEL:
        rules.append(plan.rule)
    return [rule for rule in rules if rule != MemberRule()]


def apply(outcome: Outcome, rules: list[MemberRule], ground: Ground) -> Kept:
    """Forfeit; nothing that is forfeited rolls up, so that nobody gains from a downline's failure."""
    down = outcome.down
    if down is None:
        return Kept(outcome.own, {}, {})
    exact = [own + theirs for own, theirs in zip(outcome.own, down, strict=True)]
    kept = Kept(exact, {}, {})
    for rule in rules:
        for member, amount in enumerate(exact):
            if not amount:
                continue
            lost, reason = 0, ""
            if rule.majority and not has_majority(ground, member):
                lost, reason = amount, INSIDE_BUYERS
            elif is_below(rule, ground, member):
                lost, reason = amount - min(amount, outcome.own[member]), FEW_CUSTOMERS
            if lost:
                exact[member] -= lost
                kept.forfeited[member] = kept.forfeited.get(member, 0) + lost
                kept.reasons[member] = reason
    return kept


def is_below(rule: MemberRule, ground: Ground, member: int) -> bool:
    """Below both minima, or below the only one."""
    members = ground.members
    volumes = members.customer_pv if rule.in_points else members.customer_cv
    below = []
    if rule.min_customers is not None:
        below.append(members.customers[member] < rule.min_customers)
    if rule.min_volume is not None:
        below.append(volumes[member] < rule.min_volume)
    return bool(below) and all(below)


def has_majority(ground: Ground, member: int) -> bool:
    """More than half of own and downline volume comes from customers outside the network."""
    from_customers, everything = ground.ratios
    return 2 * from_customers[member] > everything[member]
