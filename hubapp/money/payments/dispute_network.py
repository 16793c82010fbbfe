"""Disputes across hubs, for the central team (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_

from hubapp.kernel.db import db
from hubapp.money.payments import dispute_rules
from hubapp.money.payments.dispute_models import NEVER, UNTIL, Dispute
from hubapp.money.payments.errors import DisputeNotFound

SOON = timedelta(days=3)


def nearest(*, after: tuple[datetime | None, UUID] | None = None, limit: int) -> Sequence[Dispute]:
    """Open ones, the nearest deadline first, paged by (deadline, id); None: there is no deadline."""
    statement = select(Dispute).where(Dispute.outcome.is_(None)).order_by(UNTIL, Dispute.id)
    if after is not None:
        until, last = after
        statement = statement.where(tuple_(UNTIL, Dispute.id) > tuple_(NEVER if until is None else until, last))
    return db.session.scalars(statement.limit(limit)).all()


def over(*, before: tuple[datetime, UUID] | None = None, limit: int) -> Sequence[Dispute]:
    """Those that are over, the latest first, paged by (end, id)."""
    statement = select(Dispute).where(Dispute.closed_at.is_not(None))
    if before is not None:
        statement = statement.where(tuple_(Dispute.closed_at, Dispute.id) < before)
    return db.session.scalars(statement.order_by(Dispute.closed_at.desc(), Dispute.id.desc()).limit(limit)).all()


def find(dispute_id: UUID) -> Dispute:
    """A dispute of any hub; refuses with DisputeNotFound."""
    found: Dispute | None = db.session.scalar(select(Dispute).where(Dispute.id == dispute_id))
    if found is None:
        raise DisputeNotFound
    return found


def unanswered(*, now: datetime) -> tuple[int, int]:
    """(disputes that need an answer, those of them whose deadline is near)."""
    waits = (Dispute.outcome.is_(None), Dispute.status.in_(dispute_rules.NEEDS_ANSWER), Dispute.sending.is_(None))
    row = db.session.execute(
        select(func.count(), func.count().filter(Dispute.due_by <= now + SOON)).where(*waits)
    ).one()
    return int(row[0]), int(row[1])
