"""Reading baskets, checkouts and orders: always within the hub, and with the owner where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, case, exists, func, select

from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.queries import SettledSplit
from hubapp.kernel.db import db
from hubapp.market.orders.errors import NoSuchCheckout, NoSuchOrder
from hubapp.market.orders.models import (
    Checkout,
    Order,
    OrderLine,
    OrderStatus,
    OrderStep,
)

PAGE = 30
RECENT = 5  # orders among which the last split is looked for
SOLD = (OrderStatus.PAID, OrderStatus.HANDED_OVER, OrderStatus.CANCELED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of sales: `gross` paid by buyers, `base` of it net of tax and shipping, `refunded` gone back (gross)."""

    first: date
    orders: int
    gross: int
    base: int
    refunded: int


def checkout_of(checkout_id: UUID, *, buyer_id: UUID) -> Checkout:
    """A buyer's own checkout. Raises NoSuchCheckout for anybody else's."""
    found: Checkout | None = db.session.scalar(
        select(Checkout).where(Checkout.id == checkout_id, Checkout.buyer_account_id == buyer_id)
    )
    if found is None:
        raise NoSuchCheckout
    return found


def orders_of_checkout(checkout_id: UUID) -> Sequence[Order]:
    """What a checkout ordered, by number."""
    return db.session.scalars(select(Order).where(Order.checkout_id == checkout_id).order_by(Order.number)).all()


def orders_by_checkout(checkout_ids: Iterable[UUID]) -> dict[UUID | None, Order]:
    """Checkout → its order; for standing orders, which have one."""
    rows = db.session.scalars(select(Order).where(Order.checkout_id.in_(list(checkout_ids))))
    return {row.checkout_id: row for row in rows}


def order(order_id: UUID) -> Order:
    """Any order of the hub, for those who manage them. Raises NoSuchOrder."""
    found: Order | None = db.session.scalar(select(Order).where(Order.id == order_id))
    if found is None:
        raise NoSuchOrder
    return found


def order_of_buyer(order_id: UUID, *, buyer_id: UUID) -> Order:
    """A buyer's own order. Raises NoSuchOrder for anybody else's."""
    found = order(order_id)
    if found.buyer_account_id != buyer_id:
        raise NoSuchOrder
    return found


def order_of_seller(order_id: UUID, *, seller_id: UUID) -> Order:
    """A seller's own order, once it is paid. Raises NoSuchOrder for anybody else's."""
    found = order(order_id)
    if found.seller_account_id != seller_id or found.status not in SOLD:
        raise NoSuchOrder
    return found


def orders_of_buyer(buyer_id: UUID, *, before: int | None = None, limit: int = PAGE) -> Sequence[Order]:
    """A buyer's orders, newest first, paged by number."""
    return _newest(select(Order).where(Order.buyer_account_id == buyer_id), before, limit)


_BOUGHT = (
    select(Order.id)
    .where(Order.buyer_account_id == bindparam("buyer", type_=Uuid()), Order.status.in_(SOLD))
    .order_by(Order.number.desc())
    .limit(RECENT)
)


def last_split(buyer_id: UUID) -> SettledSplit | None:
    """How the last payment of a buyer was split; one that the worker has not split yet is passed over."""
    return shares.latest_split(_BOUGHT, buyer=buyer_id)


def orders_of_seller(
    seller_id: UUID | None, *, status: str | None = None, before: int | None = None, limit: int = PAGE
) -> Sequence[Order]:
    """A seller's paid orders (None: the core's), newest first, paged by number."""
    statement = select(Order).where(Order.seller_account_id == seller_id, Order.status.in_(SOLD))
    return _newest(_with_status(statement, status), before, limit)


def all_orders(*, status: str | None = None, before: int | None = None, limit: int = PAGE) -> Sequence[Order]:
    """The hub's orders, newest first, paged by number."""
    return _newest(_with_status(select(Order), status), before, limit)


def _with_status(statement: Select[Order], status: str | None) -> Select[Order]:
    return statement.where(Order.status == status) if status in set(OrderStatus) else statement


def _newest(statement: Select[Order], before: int | None, limit: int) -> Sequence[Order]:
    if before is not None:
        statement = statement.where(Order.number < before)
    return db.session.scalars(statement.order_by(Order.number.desc()).limit(limit)).all()


def lines_of(order_id: UUID) -> Sequence[OrderLine]:
    """The lines of an order, in their order."""
    return db.session.scalars(
        select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
    ).all()


def first_titles(order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Order → title of its first line, for lists."""
    rows = db.session.execute(
        select(OrderLine.order_id, OrderLine.title).where(OrderLine.order_id.in_(order_ids), OrderLine.position == 1)
    )
    return {row.order_id: row.title for row in rows}


def steps_of(order_id: UUID) -> Sequence[OrderStep]:
    """What happened to an order, oldest first."""
    return db.session.scalars(select(OrderStep).where(OrderStep.order_id == order_id).order_by(OrderStep.id)).all()


def open_tasks(seller_id: UUID | None) -> int:
    """How many paid orders of a seller wait to be handed over; what happens at a time hands itself over."""
    statement = select(func.count()).select_from(Order).where(Order.takes_place_at.is_(None))
    return (
        db.session.scalar(statement.where(Order.seller_account_id == seller_id, Order.status == OrderStatus.PAID)) or 0
    )


def turnover(*, timezone: str, months: int = 12) -> list[Month]:
    """The hub's last months with sales, oldest first, by the hub's own calendar."""
    month = func.date_trunc("month", func.timezone(timezone, Order.paid_at))
    back = case((Order.status == OrderStatus.REFUNDED, Order.gross), (Order.status == OrderStatus.CANCELED, 0))
    refunded = func.coalesce(func.sum(func.coalesce(back, Order.refunded)), 0)
    rows = db.session.execute(
        select(month, func.count(), func.sum(Order.gross), func.sum(Order.base), refunded)
        .where(Order.paid_at.is_not(None))
        .group_by(month)
        .order_by(month.desc())
        .limit(months)
    ).all()
    return [
        Month(first.date(), count, int(gross), int(base), int(back))
        for first, count, gross, base, back in reversed(rows)
    ]


def paid_since(moment: datetime) -> tuple[int, int]:
    """(orders, gross in minor units) paid after a moment, for the cockpit."""
    row = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Order.gross), 0)).where(Order.paid_at >= moment)
    ).one()
    return int(row[0]), int(row[1])


def has_bought(account: Any) -> ColumnElement[bool]:
    """Whether an account (or each of a column) ever paid for anything; to be asked along with other things."""
    return exists().where(
        Order.buyer_account_id == account, Order.status.in_((OrderStatus.PAID, OrderStatus.HANDED_OVER))
    )
