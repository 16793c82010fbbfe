"""Finding orders across hubs, for the central team (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select

from hubapp.kernel.db import db
from hubapp.market.orders.models import Order

MOST = 50


def with_id(order_id: UUID, *, hub_id: int | None) -> Sequence[Order]:
    """The order with this id, where there is one."""
    return _orders(Order.id == order_id, hub_id)


def with_number(number: int, *, hub_id: int | None) -> Sequence[Order]:
    """Orders with this number: one in each hub at most."""
    return _orders(Order.number == number, hub_id)


def of_checkout(checkout_id: UUID, *, hub_id: int | None) -> Sequence[Order]:
    """What one payment paid."""
    return _orders(Order.checkout_id == checkout_id, hub_id)


def _orders(condition: ColumnElement[bool], hub_id: int | None) -> Sequence[Order]:
    statement = select(Order).where(condition).order_by(Order.hub_id, Order.number).limit(MOST)
    return db.session.scalars(statement if hub_id is None else statement.where(Order.hub_id == hub_id)).all()
