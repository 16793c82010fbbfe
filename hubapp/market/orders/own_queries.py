"""What one person still has to do about orders, and all they bought and sold: for leaving a hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.market.orders.models import Checkout, CheckoutStatus, Order, OrderLine, OrderStatus
from hubapp.market.orders.refund_models import RefundRequest, RequestStatus


@dataclass(frozen=True, slots=True)
class Open:
    """What is not settled: sales to hand over, sales that buyers are paying, payments of one's own, refunds asked."""

    to_hand_over: int
    being_bought: int
    to_pay: int
    refunds: int


def open_of(account_id: UUID, *, now: datetime) -> Open:
    """What of somebody's orders is not settled."""
    sales = select(func.count()).select_from(Order).where(Order.seller_account_id == account_id)
    paying = (
        select(func.count())
        .select_from(Checkout)
        .where(
            Checkout.buyer_account_id == account_id, Checkout.status == CheckoutStatus.OPEN, Checkout.expires_at > now
        )
    )
    asked = (
        select(func.count())
        .select_from(RefundRequest)
        .join(Order, (Order.hub_id == RefundRequest.hub_id) & (Order.id == RefundRequest.order_id))
        .where(Order.seller_account_id == account_id, RefundRequest.status == RequestStatus.OPEN)
    )
    return Open(
        to_hand_over=db.session.scalar(sales.where(Order.status == OrderStatus.PAID)) or 0,
        being_bought=db.session.scalar(sales.where(Order.status == OrderStatus.PLACED)) or 0,
        to_pay=db.session.scalar(paying) or 0,
        refunds=db.session.scalar(asked) or 0,
    )


def orders_after(number: int, *, account_id: UUID, is_seller: bool, limit: int) -> Sequence[Order]:
    """Somebody's orders in the order of their numbers, for work that goes through all of them."""
    whose = Order.seller_account_id if is_seller else Order.buyer_account_id
    statement = select(Order).where(whose == account_id, Order.number > number)
    return db.session.scalars(statement.order_by(Order.number).limit(limit)).all()


def lines(order_ids: Sequence[UUID]) -> dict[UUID, list[OrderLine]]:
    """Order → its lines, in their order."""
    rows = db.session.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.order_id, OrderLine.position)
    )
    found: dict[UUID, list[OrderLine]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found
