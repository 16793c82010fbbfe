"""A version, and a period, under its row lock: deciding and closing meet here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation.errors import NoSuchVersion
from hubapp.earnings.compensation.models import PlanVersion
from hubapp.kernel.db import db


def locked_version(*, version_id: UUID) -> PlanVersion:
    """A version as it is now, locked until the transaction ends. Refuses with NoSuchVersion."""
    statement = select(PlanVersion).where(PlanVersion.id == version_id)
    found: PlanVersion | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NoSuchVersion
    return found
