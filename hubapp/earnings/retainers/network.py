"""Retainers of all hubs, for the central team and for the sweep (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.retainers.errors import NoSuchRetainer
from hubapp.earnings.retainers.models import Retainer, RetainerPeriod, RetainerTakeBack
from hubapp.earnings.retainers.policies import Status
from hubapp.kernel.db import db

PAGE = 25


def retainers(*, before: UUID | None = None, limit: int = PAGE) -> Sequence[Retainer]:
    """The newest first, proposals and ended ones among them, paged by id."""
    statement = select(Retainer).order_by(Retainer.id.desc()).limit(limit)
    return db.session.scalars(statement if before is None else statement.where(Retainer.id < before)).all()


def retainer(retainer_id: UUID) -> Retainer:
    """One retainer of any hub. Refuses with NoSuchRetainer."""
    found = db.session.scalars(select(Retainer).where(Retainer.id == retainer_id)).one_or_none()
    if found is None:
        raise NoSuchRetainer
    return found


def waiting() -> int:
    """How many proposals nobody has decided on: to agree one, or to take something of one back."""
    agreeing = select(func.count()).where(Retainer.status == Status.PROPOSED).scalar_subquery()
    taking = select(func.count()).where(RetainerTakeBack.status == Status.PROPOSED).scalar_subquery()
    return int(db.session.scalar(select(agreeing + taking)) or 0)


def earned_by(retainer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Retainer → what it has earned so far, in minor units of its currency."""
    statement = select(RetainerPeriod.retainer_id, func.sum(RetainerPeriod.amount))
    rows = db.session.execute(
        statement.where(RetainerPeriod.retainer_id.in_(retainer_ids)).group_by(RetainerPeriod.retainer_id)
    )
    return {retainer_id: int(amount) for retainer_id, amount in rows}


def due(*, now: datetime, limit: int) -> Sequence[tuple[int, UUID]]:
    """(hub, retainer) of those with a period that is over and not earned, the longest waiting first."""
    statement = select(Retainer.hub_id, Retainer.id).where(Retainer.next_due_at <= now)
    rows = db.session.execute(statement.order_by(Retainer.next_due_at, Retainer.id).limit(limit)).all()
    return [(row.hub_id, row.id) for row in rows]
