"""Reading proposals: the one that stands, and those for one person."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.people.handovers import policies
from hubapp.people.handovers.models import Handover, HandoverStatus


def handover(handover_id: uuid.UUID) -> Handover | None:
    """A proposal of the hub in scope, whatever became of it."""
    found: Handover | None = db.session.scalar(select(Handover).where(Handover.id == handover_id))
    return found


def standing_of(giver_id: uuid.UUID | None, *, now: datetime) -> Handover | None:
    """Whom the holder of a role asked to take it over (None: whom the central team asked for a hub without one)."""
    whose = Handover.from_membership_id.is_(None) if giver_id is None else Handover.from_membership_id == giver_id
    return _standing(db.session.scalar(select(Handover).where(whose, Handover.status == HandoverStatus.PROPOSED)), now)


def standing_for(membership_id: uuid.UUID, *, now: datetime) -> Handover | None:
    """What a member is asked, if anything."""
    statement = select(Handover).where(
        Handover.to_membership_id == membership_id, Handover.status == HandoverStatus.PROPOSED
    )
    return _standing(db.session.scalar(statement.order_by(Handover.id.desc()).limit(1)), now)


def standing(*, now: datetime) -> list[Handover]:
    """Every proposal of the hub that waits for an answer."""
    rows = db.session.scalars(
        select(Handover).where(Handover.status == HandoverStatus.PROPOSED).order_by(Handover.id).limit(50)
    )
    return [row for row in rows if policies.stands(row.proposed_at, now)]


def _standing(found: Handover | None, now: datetime) -> Handover | None:
    return found if found is not None and policies.stands(found.proposed_at, now) else None


def history(*, limit: int = 20) -> list[Handover]:
    """How the hub went from hand to hand, the last first."""
    statement = select(Handover).where(Handover.status == HandoverStatus.ACCEPTED)
    return list(db.session.scalars(statement.order_by(Handover.id.desc()).limit(limit)))
