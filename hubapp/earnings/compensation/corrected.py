"""What late refunds changed of somebody's pay: of which period, booked with the close of which, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from hubapp.earnings.compensation import calendar, queries
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod, PlanRefund, PlanRun, PlanSale, RunKind
from hubapp.kernel.db import db


@dataclass(frozen=True, slots=True)
class Changed:
    """A component of a period: what it was paid as, and what it comes to since. Minor units."""

    component: str
    type: str
    was: int
    now: int

    @property
    def difference(self) -> int:
        """What was booked."""
        return self.now - self.was


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An order of one's own customer of which something was given back in time for this run; cv in minor units."""

    number: str
    day: datetime
    cv: int


@dataclass(frozen=True, slots=True)
class Correction:
    """One run of a closed period again, the one that was paid `before`, and what is different since.

    `booked_with`: the period with whose close the difference was booked.
    """

    period: PlanPeriod
    booked_with: PlanPeriod
    run: PlanRun
    before: PlanRun
    rows: tuple[Changed, ...]
    sales: tuple[GivenBack, ...]

    @property
    def difference(self) -> int:
        """All of it, in minor units."""
        return sum(row.difference for row in self.rows)


def of_period(account_id: UUID, period: PlanPeriod) -> tuple[Correction, ...]:
    """What the closes of later periods changed of this one, the oldest first."""
    return _corrections(account_id, PlanRun.period_id == period.id)


def booked_with(account_id: UUID, period: PlanPeriod) -> tuple[Correction, ...]:
    """What the close of this period changed of earlier ones, the oldest first."""
    return _corrections(account_id, (PlanRun.cutoff == period.cutoff) & (PlanPeriod.currency == period.currency))


def _corrections(account_id: UUID, where: ColumnElement[bool]) -> tuple[Correction, ...]:
    statement = (
        select(PlanRun, PlanPeriod)
        .join(PlanPeriod, PlanPeriod.id == PlanRun.period_id)
        .where(PlanRun.kind == RunKind.RECOMPUTE, where)
        .where(PlanRun.id.in_(select(PlanLine.run_id).where(PlanLine.account_id == account_id, PlanLine.amount != 0)))
        .order_by(PlanPeriod.first_day, PlanRun.id)
    )
    found = [(row[0], row[1]) for row in db.session.execute(statement)]
    return tuple(_correction(account_id, run, period) for run, period in found)


def _correction(account_id: UUID, run: PlanRun, period: PlanPeriod) -> Correction:
    paid = (RunKind.CLOSE, RunKind.RECOMPUTE)
    earlier = select(PlanRun).where(PlanRun.period_id == period.id, PlanRun.kind.in_(paid), PlanRun.id < run.id)
    before: PlanRun = db.session.scalars(earlier.order_by(PlanRun.id.desc()).limit(1)).one()
    closed = select(PlanPeriod).where(PlanPeriod.currency == period.currency, PlanPeriod.cutoff == run.cutoff)
    lines = select(PlanLine).where(
        PlanLine.period_id == period.id, PlanLine.account_id == account_id, PlanLine.run_id <= run.id
    )
    rows = tuple(_changed(db.session.scalars(lines.order_by(PlanLine.id)).all(), run.id))
    sales = tuple(_given_back(account_id, period, since=before.frozen, until=run.frozen))
    return Correction(period, db.session.scalars(closed).one(), run, before, rows, sales)


def _changed(lines: Sequence[PlanLine], run_id: UUID) -> Iterable[Changed]:
    """Component by component, in the order in which they were written; hubs together."""
    types = {line.component: line.component_type for line in lines}
    for component, kind in types.items():
        ours = [line for line in lines if line.component == component]
        was = sum(line.amount for line in ours if line.run_id != run_id)
        now = sum(line.amount for line in ours)
        if was != now:
            yield Changed(component, kind, was, now)


def _given_back(account_id: UUID, period: PlanPeriod, *, since: Freeze, until: Freeze) -> Iterable[GivenBack]:
    """Neither what they bought themselves nor what the plan does not pay for: neither changes what they are paid."""
    base = queries.plan_of(queries.version(period.version_id)).base
    excluded = sorted(base.exclude_kinds) if base is not None else []
    at = getattr(PlanSale, period.event_time)
    start, end = (calendar.midnight(day, period.timezone) for day in (period.first_day, period.end_day))
    statement = (
        select(PlanSale.number, PlanSale.ordered_at, func.sum(PlanRefund.cv))
        .join(PlanRefund, (PlanRefund.hub_id == PlanSale.hub_id) & (PlanRefund.sale_id == PlanSale.id))
        .where(PlanSale.seller_id == account_id, PlanSale.currency == period.currency, at >= start, at < end)
        .where(PlanSale.buyer_id != account_id, PlanSale.kind.not_in(excluded))
        .where(until.adds(since, PlanRefund.at, PlanRefund.after_freeze))
        .group_by(PlanSale.hub_id, PlanSale.order_id, PlanSale.number, PlanSale.ordered_at)
        .having(func.sum(PlanRefund.cv) != 0)
        .order_by(PlanSale.ordered_at, PlanSale.number)
    )
    return [GivenBack(number, day, int(cv)) for number, day, cv in db.session.execute(statement)]
