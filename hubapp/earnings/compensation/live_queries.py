"""Reading what somebody's own pages say between closes: the plan in force, its running period, customers, the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ARRAY, Uuid, bindparam, func, select, text

from hubapp.earnings.compensation import calendar, policies, sale_policies, sources, volume_queries
from hubapp.earnings.compensation.calendar import EVENT_COLUMNS, Span
from hubapp.earnings.compensation.models import Participant, PlanLine, PlanPeriod, PlanVersion
from hubapp.earnings.compensation.models.plans import PlanStatus
from hubapp.earnings.compensation.plans.live import EMPTY, Hub, Volumes
from hubapp.earnings.compensation.plans.paid_as import Own, PaidAs, paid_as
from hubapp.earnings.compensation.plans.schema import HUBS, Base, Plan
from hubapp.kernel.db import db

A_YEAR = timedelta(days=365)
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Running:
    """The plan in force with its running period."""

    version_id: UUID
    plan: Plan
    span: Span
    timezone: str
    event: str
    base: Base


def running(currency: str, now: datetime) -> Running | None:
    """What counts now; None where no plan is in force in this currency."""
    statement = select(PlanVersion.id, PlanVersion.source).where(
        PlanVersion.status == PlanStatus.ANNOUNCED,
        PlanVersion.currency == currency,
        PlanVersion.effective_from <= now.date() + timedelta(days=1),
    )
    for version_id, source in db.session.execute(statement.order_by(PlanVersion.effective_from.desc()).limit(2)):
        plan = sources.read(source)
        if plan.period is None or plan.base is None or plan.effective_from is None:
            continue
        span = sale_policies.span_of(plan, now)
        if plan.effective_from <= span.first:
            event = EVENT_COLUMNS[plan.period.event_time]
            return Running(version_id, plan, span, plan.period.timezone, event, plan.base)
    return None


_OWN = text(
    "SELECT customers, orders, cv, pv, earlier_cv"
    " FROM plan_own(:seller, :currency, :event, :zone, :starts, :ends, :lookback, :excluded)"
).bindparams(bindparam("seller", type_=Uuid()))


_CUSTOMERS = text(
    "SELECT one.seller, own.customers FROM unnest(:sellers) AS one (seller) CROSS JOIN LATERAL"
    " plan_own(one.seller, :currency, :event, :zone, :starts, :ends, :lookback, :excluded) AS own"
).bindparams(bindparam("sellers", type_=ARRAY(Uuid())))


def customers_of(account_ids: Sequence[UUID], found: Running, currency: str) -> dict[UUID, int]:
    """How many customers each of several sellers has in a period, in one statement."""
    if not account_ids:
        return {}
    rows = db.session.execute(_CUSTOMERS, {"sellers": list(account_ids), **_values(found, currency)})
    return {seller: int(customers) for seller, customers in rows}


def own_of(account_id: UUID, found: Running, currency: str) -> Own:
    """One seller's customers of a period, over all hubs, as numbers only: those of the close."""
    return Own(*map(int, db.session.execute(_OWN, {"seller": account_id, **_values(found, currency)}).one()))


_HUBS = text(
    "SELECT customers, amount, cv"
    " FROM plan_hubs(:member, :currency, :event, :zone, :starts, :ends, :lookback, :excluded, :insiders)"
).bindparams(bindparam("member", type_=Uuid()))


def held_by(account_id: UUID, found: Running, currency: str) -> Hub:
    """The hubs that somebody looks after, together, where the plan has a threshold on what these come to."""
    if not found.plan.thresholds & HUBS:
        return EMPTY
    insiders = "participant" in found.base.buyers
    values = {"member": account_id, "insiders": insiders, **_values(found, currency)}
    row = db.session.execute(_HUBS, values).one()
    return Hub(amount=int(row.amount), cv=int(row.cv), customers=int(row.customers))


def _values(found: Running, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "event": found.event,
        "zone": found.timezone,
        "starts": calendar.midnight(found.span.first, found.timezone),
        "ends": calendar.midnight(found.span.end, found.timezone),
        "lookback": found.base.lookback_days,
        "excluded": sorted(found.base.exclude_kinds),
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in a period that goes on: their volumes, their customers, and each component's step.

    `held`: the hubs that they look after, together, where the plan asks for it.
    """

    volumes: Volumes
    own: Own
    held: Hub
    paid_as: Sequence[PaidAs]


def standing_of(account_id: UUID, found: Running, currency: str) -> Standing:
    """One person's, as the close would find it now."""
    volumes = volume_queries.volumes(account_id, currency, found.span.first)
    own = own_of(account_id, found, currency)
    # The rule reads columns; this is one of a single person.
    active = policies.is_active(found.plan.rule, customers=np.array([own.customers]), volume=np.array([own.cv]))
    held = held_by(account_id, found, currency)
    return Standing(volumes, own, held, paid_as(found.plan, volumes, own, is_active=bool(active[0]), held=held))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a year brought to everybody who took part on any day of it, in minor units; numbers of people.

    `median`: half of them got no more than this. Known only of `FEWEST` people or more.
    """

    people: int
    nothing: int
    median: int

    @property
    def is_known(self) -> bool:
        """Whether there are enough people for numbers that are about nobody in particular."""
        return self.people >= FEWEST


def facts(currency: str, now: datetime) -> Facts:
    """The year before now, whoever left meanwhile included; a percentile is the nearest rank."""
    since = now - A_YEAR
    took_part = (Participant.joined_at <= now) & (Participant.left_at.is_(None) | (Participant.left_at > since))
    people = db.session.scalar(select(func.count()).select_from(Participant).where(took_part)) or 0
    amount = func.sum(PlanLine.amount)
    paid = (
        select(amount.label("amount"))
        .join(PlanPeriod, PlanPeriod.id == PlanLine.period_id)
        .where(PlanPeriod.currency == currency, PlanPeriod.end_day > since.date())
        .where(PlanLine.account_id.in_(select(Participant.account_id).where(took_part)))
        .group_by(PlanLine.account_id)
        .having(amount > 0)
    )
    some = db.session.scalar(select(func.count()).select_from(paid.subquery())) or 0
    rank = (people + 1) // 2 - (people - some)  # among those who got something
    if rank <= 0 or not some:
        return Facts(people, people - some, 0)
    median = db.session.scalar(paid.order_by(amount).offset(rank - 1).limit(1))
    return Facts(people, people - some, int(median or 0))
