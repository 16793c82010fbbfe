"""Reading baskets, checkouts and orders: always within the hub, and with the owner where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, case, exists, func, select

from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.queries import SettledSplit
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.market.catalogue import policies as listing_rules
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import policies
from hubapp.market.orders.errors import NoSuchCheckout, NoSuchOrder
from hubapp.market.orders.models import (
    Basket,
    BasketLine,
    Checkout,
    Delivery,
    Order,
    OrderLine,
    OrderStatus,
    OrderStep,
)
from hubapp.market.orders.policies import OrderDraft, PricedLine, Wanted

PAGE = 30
RECENT = 5  # orders among which the last split is looked for
SOLD = (OrderStatus.PAID, OrderStatus.HANDED_OVER, OrderStatus.CANCELED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A line of a basket as it would be ordered now, with what changed since it was put in."""

    priced: PricedLine
    listing: Listing
    price_was: Money | None
    left: int | None

    @property
    def is_available(self) -> bool:
        """Whether as many can be had."""
        return self.listing.is_live and (self.left is None or self.left >= self.priced.wanted.quantity)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs now; `fingerprint` is what the buyer confirms."""

    basket_id: UUID
    version: int
    lines: tuple[QuoteLine, ...]
    orders: tuple[OrderDraft, ...]
    currency: str
    fingerprint: str

    @property
    def total(self) -> Money:
        """What would be paid, all orders together."""
        return Money(sum(order.gross for order in self.orders), self.currency)

    @property
    def tax(self) -> Money:
        """The tax inside the total."""
        return Money(sum(order.tax for order in self.orders), self.currency)

    @property
    def shipping(self) -> Money:
        """Shipping inside the total, tax included."""
        return Money(sum(line.shipping for order in self.orders for line in order.lines), self.currency)

    @property
    def can_be_ordered(self) -> bool:
        """Whether everything in it is there."""
        return bool(self.lines) and all(line.is_available for line in self.lines)

    @property
    def offers_choice(self) -> bool:
        """Whether something can be both fetched and sent."""
        return any(line.listing.has_pickup and line.listing.shipping_price is not None for line in self.lines)

    @property
    def is_shipped(self) -> bool:
        """Whether an address is needed."""
        return any(order.delivery == Delivery.SHIP for order in self.orders)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of sales: `gross` paid by buyers, `base` of it net of tax and shipping, `refunded` gone back (gross)."""

    first: date
    orders: int
    gross: int
    base: int
    refunded: int


def basket_of(*, account_id: UUID | None, basket_id: UUID | None) -> Basket | None:
    """The account's basket, else the session's own; None: nothing was put in yet."""
    if account_id is not None:
        return db.session.scalar(select(Basket).where(Basket.account_id == account_id))
    if basket_id is None:
        return None
    return db.session.scalar(select(Basket).where(Basket.id == basket_id, Basket.account_id.is_(None)))


# Every page shows it.
_PIECES = select(func.sum(BasketLine.quantity)).join(
    Basket, (Basket.hub_id == BasketLine.hub_id) & (Basket.id == BasketLine.basket_id)
)


def basket_pieces(account_id: UUID) -> Select[int]:
    """How many pieces wait in an account's basket (NULL for none), to be asked along with other things."""
    return _PIECES.where(Basket.account_id == account_id)


def basket_count(*, account_id: UUID | None, basket_id: UUID | None) -> int:
    """How many pieces wait in the basket."""
    if account_id is None and basket_id is None:
        return 0
    pieces = basket_pieces(account_id) if account_id is not None else _PIECES.where(Basket.id == basket_id)
    return int(db.session.scalar(pieces) or 0)


def quantities(basket_id: UUID) -> dict[UUID, int]:
    """Listing → wanted pieces."""
    rows = db.session.execute(
        select(BasketLine.listing_id, BasketLine.quantity).where(BasketLine.basket_id == basket_id)
    )
    return {row.listing_id: row.quantity for row in rows}


def wanted(listing: Listing, quantity: int, tax_rates: Mapping[str, int]) -> Wanted:
    """Some of a listing at today's price."""
    return Wanted(
        listing_id=listing.id,
        seller_id=listing.seller_account_id,
        title=listing.title,
        kind=listing.kind,
        quantity=quantity,
        unit_price=listing.price,
        has_pickup=listing.has_pickup,
        shipping_price=listing.shipping_price,
        tax_category=listing.tax_category,
        tax_rate=listing_rules.rate_of(tax_rates, listing.tax_category),
        plan_kind=listing.plan_kind,
        plan_points=listing.plan_points,
    )


def quote(*, basket: Basket | None, choice: Delivery, tax_rates: Mapping[str, int], currency: str) -> Quote | None:
    """What the basket costs now, delivered as chosen; None without a basket."""
    if basket is None:
        return None
    rows = db.session.scalars(select(BasketLine).where(BasketLine.basket_id == basket.id)).all()
    listings = catalogue.listings(row.listing_id for row in rows)
    orders = policies.drafts((wanted(listings[row.listing_id], row.quantity, tax_rates) for row in rows), choice)
    seen = {row.listing_id: row.price_seen for row in rows}
    lines = tuple(
        _quote_line(line, listings[line.wanted.listing_id], seen, currency)
        for order in orders
        for line in order.lines
        if line.wanted.listing_id is not None
    )
    return Quote(basket.id, basket.version, lines, tuple(orders), currency, policies.fingerprint(orders))


def _quote_line(line: PricedLine, listing: Listing, seen: Mapping[UUID, int], currency: str) -> QuoteLine:
    before = seen[listing.id]
    return QuoteLine(line, listing, Money(before, currency) if before != listing.price else None, listing.left)


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
