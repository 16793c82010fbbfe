"""Reading what buyers want back, and the limits within which a hub decides by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.kernel.db import db, require_hub_id
from hubapp.market.orders.errors import NoSuchRequest
from hubapp.market.orders.models import Checkout, Order
from hubapp.market.orders.refund_models import Level, RefundPolicy, RefundRequest, RequestStatus
from hubapp.market.orders.refund_rules import Limits


def limits() -> Limits:
    """Those of the hub in scope, else the network's."""
    own = db.session.scalar(select(RefundPolicy).where(RefundPolicy.hub_id == require_hub_id()))
    return Limits() if own is None else Limits(own.days, own.units, own.answer_days)


def orders_of_payment(payment_id: UUID) -> Sequence[Order]:
    """What was paid together, by number."""
    checkouts = select(Checkout.id).where(Checkout.payment_id == payment_id)
    return db.session.scalars(select(Order).where(Order.checkout_id.in_(checkouts)).order_by(Order.number)).all()


def orders_of_payments(payment_ids: Collection[UUID]) -> dict[UUID | None, list[Order]]:
    """Payment → what was paid together with it, by number."""
    statement = select(Checkout.payment_id, Order).join(
        Order, (Order.hub_id == Checkout.hub_id) & (Order.checkout_id == Checkout.id)
    )
    found: dict[UUID | None, list[Order]] = {payment_id: [] for payment_id in payment_ids}
    for payment_id, order in db.session.execute(
        statement.where(Checkout.payment_id.in_(payment_ids)).order_by(Order.number)
    ):
        found[payment_id].append(order)
    return found


def request(request_id: UUID) -> RefundRequest:
    """A request of the hub in scope, as it is now. Refuses with NoSuchRequest."""
    found: RefundRequest | None = db.session.scalar(
        select(RefundRequest).where(RefundRequest.id == request_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchRequest
    return found


def requests_of(order_id: UUID) -> Sequence[RefundRequest]:
    """What was asked back or given back of an order, oldest first."""
    return db.session.scalars(
        select(RefundRequest).where(RefundRequest.order_id == order_id).order_by(RefundRequest.id)
    ).all()


def open_of(order_id: UUID) -> RefundRequest | None:
    """The request that waits for an answer."""
    statement = select(RefundRequest).where(
        RefundRequest.order_id == order_id, RefundRequest.status == RequestStatus.OPEN
    )
    found: RefundRequest | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def waiting(*, seller_id: UUID | None = None, limit: int = 50) -> Sequence[tuple[RefundRequest, Order]]:
    """Open requests with their orders, the most urgent first: of one seller, or of the whole hub."""
    statement = (
        select(RefundRequest, Order)
        .join(Order, (Order.hub_id == RefundRequest.hub_id) & (Order.id == RefundRequest.order_id))
        .where(RefundRequest.status == RequestStatus.OPEN)
        .order_by(RefundRequest.due_at)
        .limit(limit)
    )
    if seller_id is not None:
        statement = statement.where(Order.seller_account_id == seller_id, RefundRequest.level != Level.CORE)
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def for_hub() -> tuple[int, datetime | None]:
    """(how many requests wait for the hub's own decision, until when the first of them)."""
    waits = (RefundRequest.status == RequestStatus.OPEN, RefundRequest.level == Level.HUB)
    row = db.session.execute(select(func.count(), func.min(RefundRequest.due_at)).where(*waits)).one()
    return int(row[0]), row[1]


def for_core() -> tuple[int, datetime | None]:
    """(how many requests of the hub in scope wait for the network, until when the first of them)."""
    waits = (RefundRequest.status == RequestStatus.OPEN, RefundRequest.level != Level.SELLER)
    row = db.session.execute(select(func.count(), func.min(RefundRequest.due_at)).where(*waits)).one()
    return int(row[0]), row[1]
