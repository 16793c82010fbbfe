"""Tables of the catalogue: a listing, and its pictures."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column
from sqlalchemy.types import Integer

from hubapp.kernel import searchable
from hubapp.kernel.db import HubScoped, db
from hubapp.kernel.money import Money

SEARCHED = "to_tsvector('simple'::regconfig, (title || ' '::text) || body_md)"


class Kind(enum.StrEnum):
    """What is sold: a thing, somebody's work or time, a place at something, or belonging to the hub by the month."""

    PRODUCT = "product"
    OFFER = "offer"
    PLACE = "place"
    MEMBERSHIP = "membership"


class Status(enum.StrEnum):
    """`draft`: only its seller sees it; `live`: for sale; `withdrawn`: taken down, by its seller or the hub."""

    DRAFT = "draft"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


class Listing(HubScoped, db.Model):  # type: ignore[name-defined]
    """Something for sale. `price` and `shipping_price` are in minor units of `currency` and contain the tax.

    `seller_account_id` None: the core sells it. `shipping_price` None: it is not sent. `stock` None: no limit.
    """

    __tablename__ = "listing"

    seller_account_id: Mapped[uuid.UUID | None]
    kind: Mapped[str]
    title: Mapped[str]
    slug: Mapped[str]
    body_md: Mapped[str] = mapped_column(default="")
    price: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    stock: Mapped[int | None]
    reserved: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)
    has_pickup: Mapped[bool] = mapped_column(default=True)
    shipping_price: Mapped[int | None] = mapped_column(BigInteger)
    tax_category: Mapped[str]
    # Whether it can be had every month, at the price of one each time.
    is_monthly: Mapped[bool] = mapped_column(default=False)
    # The core's product line only: what the pay plan takes it for, and its points. None: shared at the sale.
    plan_kind: Mapped[str | None]
    plan_points: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    status: Mapped[str] = mapped_column(default=Status.DRAFT)
    withdrawn_reason: Mapped[str | None]
    # What it was before the hub took it down.
    taken_from: Mapped[str | None]
    # Off the market because its seller is suspended; for sale again when they are not.
    barred_at: Mapped[datetime | None]
    cover_seed: Mapped[str]
    external_ref: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Nothing reads it any more; pages of the version before this one do, while both run.
    search: Mapped[str | None] = deferred(mapped_column(TSVECTOR, Computed(SEARCHED, persisted=True)))
    terms: Mapped[str | None] = searchable.terms("search_terms(hub_id, title, body_md, status = 'live'::text)")
    folded: Mapped[str | None] = searchable.folded("title")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "external_ref"),
        CheckConstraint("kind IN ('product', 'offer', 'place', 'membership')", name="kind"),
        CheckConstraint("kind <> 'membership' OR is_monthly", name="monthly"),
        CheckConstraint("status IN ('draft', 'live', 'withdrawn')", name="status"),
        CheckConstraint("plan_kind IS NULL OR seller_account_id IS NULL", name="plan_is_the_cores"),
        CheckConstraint(
            "plan_kind IN ('product', 'entry_fee', 'kit', 'training', 'gift_card', 'donation')", name="plan_kind"
        ),
        CheckConstraint("plan_points >= 0 AND (plan_kind IS NOT NULL OR plan_points = 0)", name="plan_points"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("shipping_price >= 0", name="shipping_price"),
        CheckConstraint("has_pickup OR shipping_price IS NOT NULL", name="can_be_delivered"),
        CheckConstraint("reserved >= 0 AND sold >= 0", name="counts"),
        # The last line of defence against selling the same thing twice.
        CheckConstraint("stock IS NULL OR reserved + sold <= stock", name="stock"),
        Index("ix_listing_live", "hub_id", "id", postgresql_where="status = 'live'"),
        Index("ix_listing_kind", "hub_id", "kind", "id", postgresql_where="status = 'live'"),
        Index("ix_listing_seller", "hub_id", "seller_account_id", "id"),
        Index("ix_listing_search", "search", postgresql_using="gin"),
        # The network's, newest first.
        Index("ix_listing_network", "id", postgresql_where="status = 'live'"),
        *searchable.indexes("listing", where="status = 'live'"),
    )

    @property
    def left(self) -> int | None:
        """How many can still be bought; None: no limit."""
        return None if self.stock is None else self.stock - self.reserved - self.sold

    @property
    def is_sold_out(self) -> bool:
        """Whether nothing is left."""
        return self.left is not None and self.left <= 0

    @property
    def is_live(self) -> bool:
        """Whether it can be bought (if any is left)."""
        return self.status == Status.LIVE

    @property
    def is_sold_singly(self) -> bool:
        """Whether it can be bought once, through the basket."""
        return self.kind != Kind.MEMBERSHIP

    @property
    def money(self) -> Money:
        """The price of one."""
        return Money(self.price, self.currency)

    @property
    def shipping(self) -> Money | None:
        """What sending it costs, whatever the quantity; None: it is not sent."""
        return None if self.shipping_price is None else Money(self.shipping_price, self.currency)


class ListingImage(HubScoped, db.Model):  # type: ignore[name-defined]
    """A picture of a listing, stored as WebP in the widths of `widths` (pixels, ascending)."""

    __tablename__ = "listing_image"

    listing_id: Mapped[uuid.UUID]
    position: Mapped[int]
    alt: Mapped[str] = mapped_column(default="")
    width: Mapped[int]
    height: Mapped[int]
    widths: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "listing_id"], ["listing.hub_id", "listing.id"], ondelete="CASCADE"),
        CheckConstraint("width > 0 AND height > 0 AND cardinality(widths) > 0", name="size"),
        Index("ix_listing_image_listing", "hub_id", "listing_id", "position", "id"),
    )
