"""What may happen to a plan version, how long ahead people are told, and whose volume others may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from hubapp.earnings.compensation import calendar
from hubapp.earnings.compensation.models import PlanStatus
from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.schema import MemberRule, Period, Plan

MOVES = {
    PlanStatus.DRAFT: frozenset({PlanStatus.PROPOSED}),
    PlanStatus.PROPOSED: frozenset({PlanStatus.REFUSED, PlanStatus.ANNOUNCED}),
    PlanStatus.REFUSED: frozenset(),
    PlanStatus.ANNOUNCED: frozenset(),
}
# From the day on which a version is announced to the one on which it begins.
NOTICE = timedelta(days=1)
NOTICE_WHERE_SOMEBODY_LOSES = timedelta(days=30)
REPLAYED = 12  # closed periods


def period_of(plan: Plan) -> Period:
    """How a plan of the product cuts time."""
    return plan.period or Period("month", "UTC", 0, "delivered_at")


def start_of(plan: Plan) -> date:
    """The day from which a plan of the product is in force."""
    if plan.effective_from is None:
        raise ValueError("a plan of the product has a first day")
    return plan.effective_from


def wrong_start(plan: Plan) -> date | None:
    """Where a plan would begin within a period: the first day of the next one."""
    start = start_of(plan)
    span = calendar.at(period_of(plan).kind, start)
    return None if span.first == start else span.end


def changed_period(old: Plan, new: Plan) -> tuple[str, str] | None:
    """(key, old value) of what may never change between two versions: it says which period a sale is in."""
    for key in ("kind", "timezone", "event_time"):
        before = str(getattr(period_of(old), key))
        if before != getattr(period_of(new), key):
            return key, before
    return None


def earliest_start(today: date, *, losing: int) -> date:
    """The first day on which a version announced today may begin, where so many people would get less."""
    return today + (NOTICE_WHERE_SOMEBODY_LOSES if losing else NOTICE)


FEW = 3  # customers: sums of fewer would show what one of them bought


def told(volumes: Mapping[UUID, int], customers: Mapping[UUID, int]) -> set[UUID]:
    """Of the people of one level, those whose volume may be shown beside the others'.

    `customers`: of those who sold something and have nobody beneath them. Where too few stand behind all that is kept
    back, the smallest other is kept back with it: else the sum of the level would tell.
    """
    back = {one for one, count in customers.items() if count < FEW}
    shown = set(volumes) - back
    sold = [one for one in shown if volumes[one]]
    if back and sold and sum(customers[one] for one in back) < FEW:
        shown.remove(min(sold, key=lambda one: (volumes[one], one)))
    return shown


def is_active(rule: MemberRule | None, *, customers: Column, volume: Column) -> Column:
    """Who has sales of one's own to customers: as many as the plan's rule asks for, without one at least one customer.

    Own purchases are no part of either number.
    """
    if rule is None or (rule.min_customers is None and rule.min_volume is None):
        return np.asarray(customers > 0)
    enough = np.zeros(len(customers), bool)
    if rule.min_customers is not None:
        enough |= customers >= rule.min_customers
    if rule.min_volume is not None:
        enough |= (volume >= rule.min_volume).astype(bool)
    return enough
