"""Orders, refund requests and the network's own invoices across hubs, for the central team (platform scope)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from hubapp.kernel.db import db
from hubapp.market.orders.errors import NoSuchRequest
from hubapp.market.orders.invoice_models import SalesDocument
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level, RefundRequest, RequestStatus

MOST = 50
OPEN = RefundRequest.status == RequestStatus.OPEN
TOGETHER = (Order.hub_id == RefundRequest.hub_id) & (Order.id == RefundRequest.order_id)


def waiting_for_core(
    *, after: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[tuple[RefundRequest, Order]]:
    """What the core has to answer, the most urgent first, paged by (last day, id)."""
    statement = select(RefundRequest, Order).join(Order, TOGETHER).where(RefundRequest.decided_at.is_(None))
    statement = statement.where(RefundRequest.level == Level.CORE).order_by(RefundRequest.due_at, RefundRequest.id)
    if after is not None:
        statement = statement.where(tuple_(RefundRequest.due_at, RefundRequest.id) > after)
    return [(row[0], row[1]) for row in db.session.execute(statement.limit(limit))]


def decided(*, before: tuple[datetime, UUID] | None = None, limit: int) -> Sequence[tuple[RefundRequest, Order]]:
    """What was decided last, by whomever, paged by (moment, id)."""
    statement = select(RefundRequest, Order).join(Order, TOGETHER).where(RefundRequest.decided_at.is_not(None))
    if before is not None:
        statement = statement.where(tuple_(RefundRequest.decided_at, RefundRequest.id) < before)
    statement = statement.order_by(RefundRequest.decided_at.desc(), RefundRequest.id.desc())
    return [(row[0], row[1]) for row in db.session.execute(statement.limit(limit))]


def find(request_id: UUID) -> RefundRequest:
    """A request of any hub. Refuses with NoSuchRequest."""
    found: RefundRequest | None = db.session.scalar(select(RefundRequest).where(RefundRequest.id == request_id))
    if found is None:
        raise NoSuchRequest
    return found


def count_for_core() -> int:
    """How many requests wait for the core."""
    statement = select(func.count()).select_from(RefundRequest).where(OPEN, RefundRequest.level == Level.CORE)
    return db.session.scalar(statement) or 0


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


def invoices_of_core(year: int, *, before: int | None = None, limit: int = MOST) -> Sequence[SalesDocument]:
    """What the network sold itself, in all hubs: its documents of a year, the newest first, paged by number."""
    statement = _core_year(year).order_by(SalesDocument.number.desc()).limit(limit)
    return db.session.scalars(statement if before is None else statement.where(SalesDocument.number < before)).all()


def core_year(year: int) -> Iterator[SalesDocument]:
    """The same, all of them by number: the whole series."""
    statement = _core_year(year).order_by(SalesDocument.number).execution_options(yield_per=500)
    with db.session.scalars(statement) as result:
        yield from result


def _core_year(year: int) -> Select[SalesDocument]:
    return select(SalesDocument).where(SalesDocument.issuer == "core", SalesDocument.year == year)
