"""Moving an order along its table of moves, and writing down who did it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.market.orders import policies
from hubapp.market.orders.errors import NoSuchOrder, WrongMove
from hubapp.market.orders.models import Order, OrderLine, OrderStatus, OrderStep


def locked_order(*, order_id: UUID) -> Order:
    """An order as it is now, locked until the transaction ends. Raises NoSuchOrder."""
    statement = select(Order).where(Order.id == order_id).with_for_update(key_share=True)
    found: Order | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NoSuchOrder
    return found


def locked_orders(*, checkout_id: UUID) -> Sequence[Order]:
    """A checkout's orders, locked in order of their ids."""
    statement = select(Order).where(Order.checkout_id == checkout_id).order_by(Order.id)
    return db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def move(*, order: Order, to: OrderStatus, now: datetime, actor_id: UUID | None = None, note: str = "") -> None:
    """Change the status of a locked order and add the step. Refuses with WrongMove."""
    if not policies.can_move(order.status, to):
        raise WrongMove
    order.status = to
    db.session.add(OrderStep(order_id=order.id, status=to, at=now, actor_id=actor_id, note=note))
    db.session.flush()


def note(*, order: Order, text: str, now: datetime) -> None:
    """Add something worth knowing to an order that stays in its status; said twice, it is written once."""
    known = select(OrderStep.id).where(OrderStep.order_id == order.id, OrderStep.note == text)
    if db.session.scalar(known.limit(1)) is None:
        db.session.add(OrderStep(order_id=order.id, status=order.status, at=now, actor_id=None, note=text))
        db.session.flush()


def quantities(*, orders: Sequence[Order]) -> dict[UUID, int]:
    """Listing → how many of it these orders hold."""
    rows = db.session.scalars(select(OrderLine).where(OrderLine.order_id.in_([order.id for order in orders])))
    total: dict[UUID, int] = {}
    for line in rows:
        if line.listing_id is not None:
            total[line.listing_id] = total.get(line.listing_id, 0) + line.quantity
    return total
