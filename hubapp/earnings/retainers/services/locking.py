"""A retainer under its row lock: deciding, earning and ending meet here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.retainers.errors import NoSuchRetainer
from hubapp.earnings.retainers.models import Retainer
from hubapp.kernel.db import db, require_hub_id


def locked(*, retainer_id: UUID) -> Retainer:
    """A retainer of the hub in scope as it is now, locked until the transaction ends. Refuses with NoSuchRetainer."""
    statement = select(Retainer).where(Retainer.hub_id == require_hub_id(), Retainer.id == retainer_id)
    found: Retainer | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NoSuchRetainer
    return found
