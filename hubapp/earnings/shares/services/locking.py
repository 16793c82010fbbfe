"""Rights under their row locks: settled money meets refunds and payouts here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select

from hubapp.earnings.shares.errors import NotSettled
from hubapp.earnings.shares.models import EarningRight, OrderShare
from hubapp.kernel.db import db, require_hub_id


def locked_order(*, order_id: UUID) -> OrderShare:
    """A settled order as it is now, locked until the transaction ends. Refuses with NotSettled."""
    statement = select(OrderShare).where(OrderShare.hub_id == require_hub_id(), OrderShare.id == order_id)
    found: OrderShare | None = db.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotSettled("This order was not paid here.")
    return found


def locked_rights(*conditions: ColumnElement[bool]) -> list[EarningRight]:
    """Rights of the hub in scope, locked always in the same order, so that two of us never wait for each other."""
    statement = select(EarningRight).where(EarningRight.hub_id == require_hub_id(), *conditions)
    statement = statement.order_by(EarningRight.order_id, EarningRight.position).with_for_update()
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))
