"""Tables of buying: basket, checkout, order with its lines and steps, and the hub's counters."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db
from hubapp.kernel.money import Money

BASKET_KEYS = (["hub_id", "basket_id"], ["basket.hub_id", "basket.id"])
CHECKOUT_KEYS = (["hub_id", "checkout_id"], ["checkout.hub_id", "checkout.id"])
LISTING_KEYS = (["hub_id", "listing_id"], ["listing.hub_id", "listing.id"])
ORDER_KEYS = (["hub_id", "order_id"], ["orders.hub_id", "orders.id"])


class CheckoutStatus(enum.StrEnum):
    """`open` until the payment is known to have succeeded or to be dead."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"


class OrderStatus(enum.StrEnum):
    """`placed`: waits for its money; `canceled`: the money is on its way back; `refunded`: it is back."""

    PLACED = "placed"
    PAID = "paid"
    HANDED_OVER = "handed_over"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class Delivery(enum.StrEnum):
    """How the buyer gets it."""

    PICKUP = "pickup"
    SHIP = "ship"


class Source(enum.StrEnum):
    """Where an order comes from: bought here, or brought along by an import."""

    SHOP = "shop"
    IMPORT = "import"


class Basket(HubScoped, db.Model):  # type: ignore[name-defined]
    """What somebody is about to buy; `account_id` None: not signed in yet. `version` grows with each change."""

    __tablename__ = "basket"

    account_id: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __table_args__ = (ForeignKeyConstraint(["hub_id"], ["hub.id"]), UniqueConstraint("hub_id", "account_id"))


class BasketLine(HubScoped, db.Model):  # type: ignore[name-defined]
    """Some of a listing; `price_seen` and `shipping_seen` are what the buyer was last shown."""

    __tablename__ = "basket_line"

    basket_id: Mapped[uuid.UUID]
    listing_id: Mapped[uuid.UUID]
    quantity: Mapped[int]
    price_seen: Mapped[int] = mapped_column(BigInteger)
    shipping_seen: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "basket_id", "listing_id"),
        ForeignKeyConstraint(*BASKET_KEYS, ondelete="CASCADE"),
        ForeignKeyConstraint(*LISTING_KEYS),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
    )


class Checkout(HubScoped, db.Model):  # type: ignore[name-defined]
    """What is paid at once; a basket's version is checked out once, however often the button is pressed.

    `basket_id` None: a standing order, which the slice that placed it pays for, gives up and tries again.
    """

    __tablename__ = "checkout"

    basket_id: Mapped[uuid.UUID | None]
    basket_version: Mapped[int]
    buyer_account_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(default=CheckoutStatus.OPEN)
    total: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    payment_id: Mapped[uuid.UUID | None]
    failure: Mapped[str | None]
    is_restored: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        # The database's answer to a double click.
        UniqueConstraint("hub_id", "basket_id", "basket_version"),
        CheckConstraint("status IN ('open', 'paid', 'expired', 'failed')", name="status"),
        CheckConstraint("total > 0", name="total"),
        Index("ix_checkout_open", "hub_id", "expires_at", postgresql_where="status = 'open'"),
        Index("ix_checkout_buyer", "hub_id", "buyer_account_id", "id"),
    )

    @property
    def money(self) -> Money:
        """What is to be paid."""
        return Money(self.total, self.currency)


class Order(HubScoped, db.Model):  # type: ignore[name-defined]
    """What one seller has to deliver. Amounts in minor units: gross = base + shipping + tax.

    `base`: items net of tax, what all shares are computed from; `shipping`: net of tax; `tax`: of both; `fee`: the
    processor's, known once paid; `refunded`: reserved for refunds that did not fail, or lost in disputes.
    `seller_account_id` None: the core sells. `buyer_account_id` None: a guest (imports). `takes_place_at`: when that
    which was bought is over, where it happens at a time (seats); its hold begins then.
    """

    __tablename__ = "orders"

    number: Mapped[int] = mapped_column(BigInteger)
    checkout_id: Mapped[uuid.UUID | None]
    seller_account_id: Mapped[uuid.UUID | None]
    buyer_account_id: Mapped[uuid.UUID | None]
    status: Mapped[str] = mapped_column(default=OrderStatus.PLACED)
    currency: Mapped[str]
    gross: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int | None] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    terms: Mapped[dict[str, Any]]
    referrer_account_id: Mapped[uuid.UUID | None]
    referral_code: Mapped[str | None]
    channel: Mapped[str] = mapped_column(default="direct")
    # The buyer's home hub, where it is another one: its connector has a part of the core's.
    home_hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    delivery: Mapped[str]
    # A missing address is SQL NULL: JSON's null would pass for an address.
    address: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    # Whether its pieces are counted as sold, so that they go back on sale once and only if they were taken.
    holds_stock: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default=Source.SHOP)
    external_ref: Mapped[str | None]
    placed_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    takes_place_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "number"),
        UniqueConstraint("hub_id", "external_ref"),
        ForeignKeyConstraint(*CHECKOUT_KEYS),
        CheckConstraint(
            "status IN ('placed', 'paid', 'handed_over', 'canceled', 'refunded', 'expired')", name="status"
        ),
        CheckConstraint("gross = base + shipping + tax", name="gross"),
        CheckConstraint("refunded BETWEEN 0 AND gross", name="refunded"),
        CheckConstraint("source IN ('shop', 'import')", name="source"),
        CheckConstraint("delivery IN ('pickup', 'ship')", name="delivery"),
        CheckConstraint(
            "source = 'import' OR (gross > 0 AND checkout_id IS NOT NULL AND buyer_account_id IS NOT NULL)",
            name="bought_here",
        ),
        CheckConstraint("source = 'import' OR delivery = 'pickup' OR address IS NOT NULL", name="has_address"),
        Index("ix_orders_checkout", "hub_id", "checkout_id"),
        Index("ix_orders_buyer", "hub_id", "buyer_account_id", "number"),
        Index("ix_orders_seller", "hub_id", "seller_account_id", "number"),
        Index("ix_orders_paid_at", "hub_id", "paid_at"),
    )

    @property
    def seller_owner(self) -> str:
        """Whose earnings the seller's part becomes, as the books name them."""
        return "core" if self.seller_account_id is None else f"account:{self.seller_account_id}"

    @property
    def left(self) -> Money:
        """What of it was not asked back yet. Orders called off before parts could be refunded count as given back."""
        is_over = self.status in {OrderStatus.CANCELED, OrderStatus.REFUNDED} and not self.refunded
        return Money(0 if is_over else self.gross - self.refunded, self.currency)

    @property
    def money(self) -> Money:
        """What the buyer pays for this order."""
        return Money(self.gross, self.currency)


class OrderLine(HubScoped, db.Model):  # type: ignore[name-defined]
    """One listing in an order, as it was when bought. `gross` and `shipping` contain their tax."""

    __tablename__ = "order_line"

    order_id: Mapped[uuid.UUID]
    listing_id: Mapped[uuid.UUID | None]
    position: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[int] = mapped_column(BigInteger)
    tax_category: Mapped[str]
    tax_rate: Mapped[int]
    tax: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger, default=0)
    shipping_tax: Mapped[int] = mapped_column(BigInteger, default=0)
    delivery: Mapped[str]
    # As the listing's when it was bought.
    plan_kind: Mapped[str | None]
    plan_points: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "order_id", "position"),
        ForeignKeyConstraint(*ORDER_KEYS),
        ForeignKeyConstraint(*LISTING_KEYS),
        CheckConstraint("delivery IN ('pickup', 'ship')", name="delivery"),
        Index("ix_order_line_listing", "hub_id", "listing_id"),
    )


class OrderStep(HubScoped, db.Model):  # type: ignore[name-defined]
    """Something that happened to an order: added, never changed. `actor_id` None: the system."""

    __tablename__ = "order_step"

    order_id: Mapped[uuid.UUID]
    status: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID | None]
    note: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(*ORDER_KEYS),
        Index("ix_order_step_order", "hub_id", "order_id", "id"),
    )


class HubCounter(HubScoped, db.Model):  # type: ignore[name-defined]
    """A gapless number of a hub; the row's lock is held until the number's transaction ends."""

    __tablename__ = "hub_counter"

    name: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (ForeignKeyConstraint(["hub_id"], ["hub.id"]), UniqueConstraint("hub_id", "name"))
