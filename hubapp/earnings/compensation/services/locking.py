"""Versions, periods and lines under their row locks: deciding, closing and booking meet here."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation.errors import NoSuchVersion
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod, PlanVersion
from hubapp.kernel.db import db, require_hub_id


def locked_version(*, version_id: UUID) -> PlanVersion:
    """A version as it is now, locked until the transaction ends. Refuses with NoSuchVersion."""
    statement = select(PlanVersion).where(PlanVersion.id == version_id)
    found: PlanVersion | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NoSuchVersion
    return found


def locked_period(*, currency: str, first_day: date) -> PlanPeriod | None:
    """A period as it is now, locked until the transaction ends; None where nobody has asked for it yet."""
    statement = select(PlanPeriod).where(PlanPeriod.currency == currency, PlanPeriod.first_day == first_day)
    found: PlanPeriod | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    return found


def locked_lines(*, limit: int) -> list[PlanLine]:
    """Lines that wait to be booked in the hub in scope, the first written first, locked until the transaction ends."""
    statement = select(PlanLine).where(PlanLine.in_hub_id == require_hub_id(), PlanLine.booked_at.is_(None))
    statement = statement.order_by(PlanLine.id).limit(limit).with_for_update()
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))
