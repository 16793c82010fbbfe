"""Reading plans: versions and the one in force, periods, their runs and lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.compensation import calendar, sources
from hubapp.earnings.compensation.errors import NoSuchPeriod, NoSuchVersion
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import (
    PeriodStatus,
    PlanLine,
    PlanPeriod,
    PlanRefund,
    PlanRun,
    PlanSale,
    PlanStatus,
    PlanVersion,
    RunKind,
)
from hubapp.earnings.compensation.models.sales import NUMBERS
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.kernel.db import db


def versions(currency: str | None = None) -> Sequence[PlanVersion]:
    """All versions, the newest start first; drafts and refused ones among them."""
    statement = select(PlanVersion).order_by(PlanVersion.effective_from.desc(), PlanVersion.id.desc())
    if currency is not None:
        statement = statement.where(PlanVersion.currency == currency)
    return db.session.scalars(statement).all()


def version(version_id: UUID) -> PlanVersion:
    """One version. Refuses with NoSuchVersion."""
    found: PlanVersion | None = db.session.get(PlanVersion, version_id)
    if found is None:
        raise NoSuchVersion
    return found


def announced(currency: str) -> Sequence[PlanVersion]:
    """What was announced in a currency, in the order in which it comes into force."""
    statement = select(PlanVersion).where(PlanVersion.currency == currency, PlanVersion.status == PlanStatus.ANNOUNCED)
    return db.session.scalars(statement.order_by(PlanVersion.effective_from)).all()


def in_force(currency: str, day: date) -> PlanVersion | None:
    """The announced version with the latest first day up to `day`."""
    statement = select(PlanVersion).where(
        PlanVersion.currency == currency,
        PlanVersion.status == PlanStatus.ANNOUNCED,
        PlanVersion.effective_from <= day,
    )
    found: PlanVersion | None = db.session.scalar(statement.order_by(PlanVersion.effective_from.desc()).limit(1))
    return found


def currencies() -> list[str]:
    """Those in which a plan was ever announced."""
    statement = select(PlanVersion.currency).where(PlanVersion.status == PlanStatus.ANNOUNCED).distinct()
    return list(db.session.scalars(statement.order_by(PlanVersion.currency)))


def plan_of(row: PlanVersion) -> Plan:
    """The rules of a version."""
    return sources.read(row.source)


def period(currency: str, first_day: date) -> PlanPeriod | None:
    """The period that begins on a day, if anybody has asked for it."""
    statement = select(PlanPeriod).where(PlanPeriod.currency == currency, PlanPeriod.first_day == first_day)
    found: PlanPeriod | None = db.session.scalar(statement)
    return found


def periods_by_id(period_ids: Collection[UUID]) -> dict[UUID, PlanPeriod]:
    """Periods by their ids."""
    return {row.id: row for row in db.session.scalars(select(PlanPeriod).where(PlanPeriod.id.in_(period_ids)))}


def closed_since(currency: str, *, before: date, since: datetime, plan: Plan) -> Sequence[PlanPeriod]:
    """Closed periods before a day that are young enough for late refunds to count, the oldest first."""
    age = timedelta(days=plan.refunds.max_age_days if plan.refunds is not None else 0)
    statement = select(PlanPeriod).where(
        PlanPeriod.currency == currency,
        PlanPeriod.first_day < before,
        PlanPeriod.end_day >= since.date() - age,
        PlanPeriod.status == PeriodStatus.CLOSED,
    )
    return db.session.scalars(statement.order_by(PlanPeriod.first_day)).all()


def last_run(period_id: UUID, *kinds: RunKind) -> PlanRun | None:
    """The latest run over a period, of these kinds if any are named."""
    statement = select(PlanRun).where(PlanRun.period_id == period_id, PlanRun.kind.in_(kinds or tuple(RunKind)))
    found: PlanRun | None = db.session.scalar(statement.order_by(PlanRun.id.desc()).limit(1))
    return found


def has_news(row: PlanPeriod, *, since: Freeze, until: Freeze) -> bool:
    """Whether a sale of a period was given back, given again, or recorded between two freezes (platform scope)."""
    at, number = (getattr(PlanSale, name) for name in (row.event_time, NUMBERS[row.event_time]))
    start, end = (calendar.midnight(day, row.timezone) for day in (row.first_day, row.end_day))
    of_period = (PlanSale.currency == row.currency, at >= start, at < end)
    refunds = select(PlanRefund.id).join(
        PlanSale, (PlanSale.hub_id == PlanRefund.hub_id) & (PlanSale.id == PlanRefund.sale_id)
    )
    refunds = refunds.where(*of_period, until.may_add(since, PlanRefund.at, PlanRefund.after_freeze))
    late = select(PlanSale.id).where(*of_period, until.may_add(since, PlanSale.paid_at, number))
    return any(db.session.scalar(statement.limit(1)) is not None for statement in (refunds, late))


def hubs_waiting(currency: str) -> list[int]:
    """Hubs in whose books lines of a currency's periods are still to be booked."""
    ours = select(PlanPeriod.id).where(PlanPeriod.currency == currency)
    statement = select(PlanLine.in_hub_id).where(PlanLine.booked_at.is_(None), PlanLine.period_id.in_(ours))
    return sorted(db.session.scalars(statement.distinct()))


def closing() -> Sequence[PlanPeriod]:
    """Periods whose lines are being booked, the oldest first."""
    statement = select(PlanPeriod).where(PlanPeriod.status == PeriodStatus.CLOSING)
    return db.session.scalars(statement.order_by(PlanPeriod.first_day, PlanPeriod.currency)).all()


def periods(currency: str | None = None) -> Sequence[PlanPeriod]:
    """All periods that anybody has asked for, the latest first."""
    statement = select(PlanPeriod).order_by(PlanPeriod.first_day.desc(), PlanPeriod.currency)
    if currency is not None:
        statement = statement.where(PlanPeriod.currency == currency)
    return db.session.scalars(statement).all()


def named(currency: str, name: str) -> PlanPeriod:
    """A period by its name. Refuses with NoSuchPeriod where nobody has asked for it yet."""
    try:
        found = period(currency, calendar.named(name).first)
    except ValueError:
        found = None
    if found is None or calendar.of_days(found.first_day, found.end_day).name != name:
        raise NoSuchPeriod(name, currency)
    return found


def closing_run(period_id: UUID) -> PlanRun:
    """The run that closed a period."""
    statement = select(PlanRun).where(PlanRun.period_id == period_id, PlanRun.kind == RunKind.CLOSE)
    return db.session.scalars(statement).one()


def count_waiting(currency: str) -> int:
    """How many lines of a currency's periods are still to be booked."""
    ours = select(PlanPeriod.id).where(PlanPeriod.currency == currency)
    statement = select(func.count()).where(PlanLine.booked_at.is_(None), PlanLine.period_id.in_(ours))
    return int(db.session.scalar(statement) or 0)
