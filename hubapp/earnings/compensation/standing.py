"""How the periods of a currency's plan stand, those that nobody has asked for yet among them; their runs and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from hubapp.earnings.compensation import calendar, policies, queries
from hubapp.earnings.compensation.calendar import Span
from hubapp.earnings.compensation.errors import NoSuchPeriod
from hubapp.earnings.compensation.models import (
    PeriodStatus,
    PlanBooking,
    PlanLine,
    PlanPeriod,
    PlanRun,
    PlanVersion,
    RunKind,
)
from hubapp.kernel.db import db

SHOWN = 24
PAGE = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """A period by its days, with its row once somebody has asked for it, and from when on it may be closed."""

    currency: str
    span: Span
    row: PlanPeriod | None
    version: PlanVersion
    closes_on: date
    today: date

    @property
    def key(self) -> str:
        """How addresses name it, such as EUR-2027-01."""
        return f"{self.currency}-{self.span.name}"

    @property
    def status(self) -> str:
        """running, ended, due, closing or closed."""
        if self.row is not None and self.row.status != PeriodStatus.OPEN:
            return self.row.status
        if self.today < self.span.end:
            return "running"
        return "ended" if self.today < self.closes_on else "due"


def standings(currency: str, *, now: datetime) -> list[Standing]:
    """The periods of a currency that have begun, the latest first."""
    versions = queries.announced(currency)
    if not versions:
        return []
    first = policies.period_of(queries.plan_of(versions[0]))
    today = calendar.day_of(now, first.timezone)
    span = calendar.at(first.kind, today)
    found: list[Standing] = []
    rows = {row.first_day: row for row in queries.periods(currency)[: SHOWN + 1]}
    while span.first >= versions[0].effective_from and len(found) < SHOWN:
        found.append(_standing(currency, span, rows.get(span.first), versions, today))
        span = span.before
    return found


def standing(key: str, *, now: datetime) -> Standing:
    """One of them by its key. Refuses with NoSuchPeriod."""
    currency, _dash, name = key.partition("-")
    versions = queries.announced(currency)
    try:
        span = calendar.named(name)
    except ValueError:
        raise NoSuchPeriod(name, currency) from None
    if not versions or span.first < versions[0].effective_from:
        raise NoSuchPeriod(name, currency)
    rule = policies.period_of(queries.plan_of(versions[0]))
    today = calendar.day_of(now, rule.timezone)
    if rule.kind != span.kind or span.first > today:
        raise NoSuchPeriod(name, currency)
    return _standing(currency, span, queries.period(currency, span.first), versions, today)


def _standing(
    currency: str, span: Span, row: PlanPeriod | None, versions: Sequence[PlanVersion], today: date
) -> Standing:
    version = [one for one in versions if one.effective_from <= span.first][-1]
    closes_on = calendar.closes_on(policies.period_of(queries.plan_of(version)), span.end)
    return Standing(currency, span, row, version, closes_on, today)


def runs_of(period_id: UUID, *, limit: int = 20) -> Sequence[PlanRun]:
    """Runs over a period, the latest first."""
    statement = select(PlanRun).where(PlanRun.period_id == period_id).order_by(PlanRun.id.desc())
    return db.session.scalars(statement.limit(limit)).all()


def latest_figures(period_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Period → the figures of the run that closed it, else of its latest dry run."""
    statement = (
        select(PlanRun.period_id, PlanRun.figures)
        .where(PlanRun.period_id.in_(period_ids), PlanRun.kind != RunKind.RECOMPUTE)
        .order_by(PlanRun.kind == RunKind.CLOSE, PlanRun.id)
    )
    return {row.period_id: row.figures for row in db.session.execute(statement)}


def lines_of(period_id: UUID, *, after: UUID | None = None, limit: int = PAGE) -> Sequence[PlanLine]:
    """What a period paid, and what of it was lost or corrected, in the order in which it was written."""
    statement = select(PlanLine).where(PlanLine.period_id == period_id).order_by(PlanLine.id).limit(limit)
    return db.session.scalars(statement if after is None else statement.where(PlanLine.id > after)).all()


def progress_of(period_id: UUID) -> tuple[int, int]:
    """(lines booked, all lines) of a period."""
    sums = select(func.coalesce(func.sum(PlanBooking.booked), 0), func.coalesce(func.sum(PlanBooking.lines), 0))
    booked, total = db.session.execute(sums.where(PlanBooking.period_id == period_id)).one()
    return int(booked), int(total)


@dataclass(frozen=True, slots=True)
class Earned:
    """What somebody has of a period, in minor units: its own lines by now, and corrections that its close booked."""

    period: PlanPeriod
    amount: int = 0
    corrections: int | None = None


def periods_of(account_id: UUID) -> list[Earned]:
    """The periods in which somebody has lines, or with whose close earlier ones were corrected; the latest first."""
    mine = PlanLine.account_id == account_id
    own = select(PlanLine.period_id, func.sum(PlanLine.amount)).where(mine).group_by(PlanLine.period_id)
    closed = aliased(PlanPeriod)
    corrected = (
        select(closed.id, func.sum(PlanLine.amount))
        .select_from(PlanLine)
        .join(PlanRun, PlanRun.id == PlanLine.run_id)
        .join(PlanPeriod, PlanPeriod.id == PlanLine.period_id)
        .join(closed, (closed.currency == PlanPeriod.currency) & (closed.cutoff == PlanRun.cutoff))
        .where(mine, PlanRun.kind == RunKind.RECOMPUTE)
        .group_by(closed.id)
    )
    sums, changes = (
        {period_id: int(amount) for period_id, amount in db.session.execute(one)} for one in (own, corrected)
    )
    rows = select(PlanPeriod).where(PlanPeriod.id.in_(sums.keys() | changes.keys()))
    rows = rows.order_by(PlanPeriod.first_day.desc(), PlanPeriod.currency).limit(SHOWN)
    return [Earned(row, sums.get(row.id, 0), changes.get(row.id)) for row in db.session.scalars(rows)]
