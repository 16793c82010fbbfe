"""Booking a period's lines, hub by hub and batch by batch; stopped anywhere and begun again, it ends the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation import calendar, queries
from hubapp.earnings.compensation.earned import explanation
from hubapp.earnings.compensation.events import PeriodClosed
from hubapp.earnings.compensation.models import PeriodStatus, PlanLine, PlanPeriod
from hubapp.earnings.compensation.services.locking import locked_lines, locked_period
from hubapp.earnings.shares import queries as rights
from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.services import Grant, TakeBack
from hubapp.jobs import queue
from hubapp.jobs.events import publish
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger.services import Purpose

BOOK, FINISH = "compensation.book", "compensation.finish"
AT_ONCE = 500
KIND = "plan"


def lock_of(*, hub_id: int) -> str:
    """A hub's lines are booked batch after batch."""
    return f"plan:{hub_id}"


def ask_to_book(*, currency: str) -> int:
    """Ask for the waiting lines of a currency's periods to be booked, hub by hub; answers in how many hubs.

    Asking again changes nothing (platform scope).
    """
    hubs = queries.hubs_waiting(currency)
    alive = queue.alive([lock_of(hub_id=hub_id) for hub_id in hubs])
    for hub_id in hubs:
        if lock_of(hub_id=hub_id) not in alive:
            queue.enqueue(BOOK, hub_id=hub_id, lock=lock_of(hub_id=hub_id))
    return len(hubs)


def book(*, now: datetime) -> int:
    """Book the next lines of the hub in scope, each once; answers how many: 0 when nothing waits."""
    lines = locked_lines(limit=AT_ONCE)
    if not lines:
        return 0
    periods = queries.periods_by_id({line.period_id for line in lines})
    shares.grant_many(grants=[_grant(line, periods[line.period_id], now) for line in lines if line.amount > 0])
    for line in lines:
        if line.amount < 0:
            _take_back(line, now)
    for line in lines:
        line.booked_at = now
    db.session.flush()
    return len(lines)


def _grant(line: PlanLine, period: PlanPeriod, now: datetime) -> Grant:
    name = calendar.of_days(period.first_day, period.end_day).name
    return Grant(
        id=line.id,
        number=f"{name}/{line.component}",
        owner=f"account:{line.account_id}",
        role=Role.PLAN,
        amount=line.amount,
        currency=period.currency,
        cost=Purpose.COMPENSATION,
        key=f"plan:{line.id}",
        kind=KIND,
        ref=f"plan:{line.id}",
        explanation=explanation(line, period),
        occurred_at=now,
    )


def _take_back(line: PlanLine, now: datetime) -> None:
    """Out of what the same person was paid for the same component of the period in this hub, the latest first."""
    left = -line.amount
    for grant_id in _granted(line):
        (right,) = rights.split_of(grant_id)
        part = min(left, right.amount - right.reversed)
        if not part:
            continue
        left -= part
        key, about = f"plan:{line.id}:{grant_id}", f"plan:{line.id}"
        shares.take_back(back=TakeBack(grant_id, part, Purpose.COMPENSATION, key, KIND, about, now))
    if left:
        raise LookupError(f"plan:{line.id}: {left} more than was paid")


def _granted(line: PlanLine) -> Sequence[UUID]:
    statement = select(PlanLine.id).where(
        PlanLine.period_id == line.period_id,
        PlanLine.account_id == line.account_id,
        PlanLine.component == line.component,
        PlanLine.in_hub_id == require_hub_id(),
        PlanLine.amount > 0,
        PlanLine.booked_at.is_not(None),
    )
    return db.session.scalars(statement.order_by(PlanLine.id.desc())).all()


def finish(*, period_id: UUID, now: datetime) -> bool:
    """Say that a period is closed once everything is booked; whether it is (platform scope)."""
    row = db.session.get(PlanPeriod, period_id)
    period = row and locked_period(currency=row.currency, first_day=row.first_day)
    if period is None or period.status == PeriodStatus.OPEN:
        return False
    if period.status == PeriodStatus.CLOSING and not queries.hubs_waiting(period.currency):
        period.status, period.booked_at = PeriodStatus.CLOSED, now
        db.session.flush()
        publish(PeriodClosed(period.id))
    return period.status == PeriodStatus.CLOSED
