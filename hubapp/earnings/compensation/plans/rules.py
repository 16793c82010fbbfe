"""Rules on a member: what is forfeited because of too few customers, or a group that buys from itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome
from hubapp.earnings.compensation.plans.schema import MULTI_LEVEL, Component, Differential, MemberRule, Plan

FEW_CUSTOMERS = "few_customers"
INSIDE_BUYERS = "inside_buyers"
REASONS = (None, FEW_CUSTOMERS, INSIDE_BUYERS)


@dataclass(slots=True)
class Kept:
    """Exact amounts after the rules, what was forfeited, and why (a place in REASONS), by member."""

    exact: Column
    forfeited: Column
    why: Column


def of(component: Component, plan: Plan) -> list[MemberRule]:
    """The rules that hold for a component: its own, and the plan's where it pays for a group."""
    rules = [component.rule] if isinstance(component, Differential) else []
    if plan.rule is not None and component.type in MULTI_LEVEL:
        rules.append(plan.rule)
    return [rule for rule in rules if rule != MemberRule()]


def apply(outcome: Outcome, rules: list[MemberRule], ground: Ground) -> Kept:
    """Forfeit; nothing that is forfeited rolls up, so that nobody gains from a downline's failure."""
    why = np.zeros(ground.size, np.int8)
    if outcome.down is None or not rules:
        exact = outcome.own if outcome.down is None else outcome.own + outcome.down
        return Kept(exact, np.zeros(ground.size, exact.dtype), why)
    everything = outcome.own + outcome.down
    exact = everything.copy()
    for rule in rules:
        if rule.majority:
            inside = np.flatnonzero(~has_majority(ground) & (exact != 0))
            exact[inside], why[inside] = 0, REASONS.index(INSIDE_BUYERS)
        few = np.flatnonzero(is_below(rule, ground) & (exact > outcome.own))
        exact[few], why[few] = outcome.own[few], REASONS.index(FEW_CUSTOMERS)
    return Kept(exact, everything - exact, why)


def is_below(rule: MemberRule, ground: Ground) -> Column:
    """Who is below both minima, or below the only one."""
    members = ground.members
    below = []
    if rule.min_customers is not None:
        below.append(members.customers < rule.min_customers)
    if rule.min_volume is not None:
        below.append((members.customer_pv if rule.in_points else members.customer_cv) < rule.min_volume)
    return reduce(np.logical_and, below) if below else np.zeros(ground.size, bool)


def has_majority(ground: Ground) -> Column:
    """For whom more than half of own and downline volume comes from customers outside the network."""
    found: Column = ground.lead > 0
    return found
