"""Closed periods under another plan: how many people would have got less (platform scope)."""

from __future__ import annotations

from sqlalchemy import select

from hubapp.earnings.compensation import queries, reading
from hubapp.earnings.compensation.models import PeriodStatus, PlanPeriod
from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.policies import REPLAYED
from hubapp.kernel.db import db


def losing(plan: Plan) -> int:
    """How many people would have got less by this plan over the last closed periods of its currency, all together."""
    change: dict[str, int] = {}
    for period in closed(plan.currency or ""):
        frozen = period.frozen
        assert frozen is not None
        was = queries.plan_of(queries.version(period.version_id))
        for sign, rules in ((-1, was), (1, plan)):
            result = engine.compute(rules, reading.inputs_of(period=period, plan=rules, freeze=frozen))
            for name, total in zip(result.ground.members.ids, result.totals, strict=True):
                change[name] = change.get(name, 0) + sign * int(total)
    return sum(1 for amount in change.values() if amount < 0)


def closed(currency: str) -> list[PlanPeriod]:
    """The periods that a draft is replayed over, the latest first."""
    statement = select(PlanPeriod).where(PlanPeriod.currency == currency, PlanPeriod.status != PeriodStatus.OPEN)
    return list(db.session.scalars(statement.order_by(PlanPeriod.first_day.desc()).limit(REPLAYED)))
