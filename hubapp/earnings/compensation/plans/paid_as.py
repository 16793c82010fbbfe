"""The paid-as rank between closes: the step of each component that volumes reach now, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hubapp.earnings.compensation.plans import live, rules
from hubapp.earnings.compensation.plans.live import EMPTY, Condition, Hub, Step, Volumes
from hubapp.earnings.compensation.plans.rules import FEW_CUSTOMERS, INSIDE_BUYERS
from hubapp.earnings.compensation.plans.schema import (
    HUBS,
    Component,
    Differential,
    Generation,
    GroupTier,
    PersonalTier,
    Plan,
    Unilevel,
)
from hubapp.earnings.compensation.plans.tiers import Tiers

INACTIVE, NO_RANK = "inactive", "no_rank"
OF_PEOPLE = PersonalTier | Differential | GroupTier | Unilevel | Generation


@dataclass(frozen=True, slots=True)
class Own:
    """One's own customers of the running period, what they bought, and own volume of all earlier periods."""

    customers: int = 0
    orders: int = 0
    cv: int = 0
    pv: int = 0
    earlier_cv: int = 0


@dataclass(frozen=True, slots=True)
class PaidAs:
    """Where somebody stands with one component, if the period ended now.

    `step`: on its `most_steps` tiers; `levels`: how many of `most_levels` they take. `why`: what forfeits it, ""
    where there is nothing to say. `needs`: its rules on own customers.
    """

    component: str
    type: str
    step: Step | None
    most_steps: int
    levels: int
    most_levels: int
    why: str
    needs: tuple[Condition, ...]


def paid_as(plan: Plan, volumes: Volumes, own: Own, *, is_active: bool, held: Hub = EMPTY) -> list[PaidAs]:
    """Every component that pays people for sales, in the plan's order; `held`: the hubs that they look after."""
    return list(_each(plan, volumes, own, is_active=is_active, held=held))


def _each(plan: Plan, volumes: Volumes, own: Own, *, is_active: bool, held: Hub) -> Iterator[PaidAs]:
    steps = {one.component: one for one in live.steps(plan, volumes, earlier_cv=own.earlier_cv, held=held)}
    found = live.conditions(plan, customers=own.customers, customer_cv=own.cv, customer_pv=own.pv)
    for component in plan.components:
        if not isinstance(component, OF_PEOPLE):
            continue
        needs = tuple(one for one in found if one.component == component.id)
        most = len(component.levels) if isinstance(component, Unilevel) else 0
        why = _why(component, plan, volumes, needs, is_active=is_active)
        step = None if why == NO_RANK else steps.get(component.id)
        levels = 0 if why in {NO_RANK, INACTIVE} else most
        yield PaidAs(component.id, component.type, step, len(tiers_of(component)), levels, most, why, needs)


def _why(component: Component, plan: Plan, volumes: Volumes, needs: tuple[Condition, ...], *, is_active: bool) -> str:
    """The first of what the close would hold against it."""
    if asks_for_rank(component):
        return NO_RANK
    if isinstance(component, Unilevel) and not is_active:
        return INACTIVE
    if any(rule.majority for rule in rules.of(component, plan)) and is_inside(volumes):
        return INSIDE_BUYERS
    return "" if all(one.is_met for one in needs) else FEW_CUSTOMERS


def tiers_of(component: Component) -> tuple[int, ...]:
    """Where the tiers of a component begin; none where it has no tiers."""
    match component:
        case PersonalTier(tiers=tiers) | GroupTier(tiers=tiers) | Differential(schedule=Tiers() as tiers):
            return tiers.starts
    return ()


def asks_for_rank(component: Component) -> bool:
    """Whether a component pays by ranks that are given to people by name."""
    match component:
        case Differential(schedule=None) | Generation():
            return True
        case Unilevel(depth_by_rank=table):
            return table is not None
        case GroupTier(ranks=ranks):
            return bool(ranks)
    return False


def is_inside(volumes: Volumes) -> bool:
    """Whether half or more of what the group sold went to people who are no customers."""
    return volumes.everything > 0 and 2 * volumes.from_customers <= volumes.everything


def as_customers(step: Step, own: Own, held: Hub = EMPTY) -> int | None:
    """How many more customers buy what is missing, by what they bought so far; None: nobody bought yet.

    One's own, where they are a part of the volume (what only others sell is not missing of them); those of the hubs
    that one looks after, where these are the threshold.
    """
    bought, customers = own.pv if step.volume in {"pv", "gpv"} else own.cv, own.customers
    if step.volume in HUBS:
        bought, customers = held.named(step.volume), held.customers
    if not step.missing or step.volume == "gv_down" or customers <= 0 or bought <= 0:
        return None
    return -(-step.missing * customers // bought)
