"""Reading baskets and what they would cost now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BindParameter, Select, func, select

from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.market.catalogue import policies as listing_rules
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import policies
from hubapp.market.orders.models import (
    Basket,
    BasketLine,
    Delivery,
)
from hubapp.market.orders.policies import OrderDraft, PricedLine, Wanted


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


def basket_pieces(account_id: UUID | BindParameter[UUID]) -> Select[int]:
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
