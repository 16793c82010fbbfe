"""Reading plans: versions and the one in force, periods, their runs and lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation import sources
from hubapp.earnings.compensation.errors import NoSuchVersion
from hubapp.earnings.compensation.models import PlanStatus, PlanVersion
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
