"""Reading what went back to buyers of settled orders: by refunds, and by disputes that were lost."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.shares.models import EarningFreeze, FreezeState, OrderShare
from hubapp.kernel.db import db


def returned_of(order_id: UUID) -> int:
    """What went back of an order, by refunds and by lost disputes together, in minor units."""
    return int(db.session.scalar(select(OrderShare.refunded).where(OrderShare.id == order_id)) or 0)


def lost_of(order_id: UUID) -> int:
    """What banks took of an order in disputes that were lost, in minor units."""
    statement = select(func.sum(EarningFreeze.amount)).where(
        EarningFreeze.order_id == order_id, EarningFreeze.state == FreezeState.LOST
    )
    return int(db.session.scalar(statement) or 0)


def is_disputed(order_id: UUID) -> bool:
    """Whether a dispute of the order's payment is open."""
    statement = select(EarningFreeze.id).where(
        EarningFreeze.order_id == order_id, EarningFreeze.state == FreezeState.OPEN
    )
    return db.session.scalar(statement.limit(1)) is not None
