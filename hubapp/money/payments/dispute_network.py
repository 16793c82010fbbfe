"""Disputes across hubs, for the central team (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.money.payments import dispute_rules
from hubapp.money.payments.dispute_models import Dispute
from hubapp.money.payments.errors import DisputeNotFound

SOON = timedelta(days=3)


def disputes(*, is_open: bool, limit: int, offset: int = 0) -> Sequence[Dispute]:
    """Open ones, the nearest deadline first; or those that are over, the latest first."""
    if is_open:
        statement = select(Dispute).where(Dispute.outcome.is_(None))
        statement = statement.order_by(Dispute.due_by.asc().nulls_last(), Dispute.id)
    else:
        statement = select(Dispute).where(Dispute.outcome.is_not(None))
        statement = statement.order_by(Dispute.closed_at.desc(), Dispute.id)
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


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
