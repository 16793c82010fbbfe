"""Tables of subscriptions: what somebody gets every month, and each month of it."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db
from hubapp.kernel.money import Money


class Status(enum.StrEnum):
    """`pending`: the first period is not paid yet; `past_due`: a renewal is; `suspended`: we stopped trying."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    CANCELED = "canceled"


class PeriodStatus(enum.StrEnum):
    """`ordered`: waits for its money; `unpaid`: given up; `skipped` by the member, `sold_out` by the seller."""

    ORDERED = "ordered"
    PAID = "paid"
    UNPAID = "unpaid"
    SKIPPED = "skipped"
    SOLD_OUT = "sold_out"


class EndReason(enum.StrEnum):
    """Why a subscription is over."""

    MEMBER = "member"
    NOT_PAID = "not_paid"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    NO_CARD = "no_card"


class Subscription(HubScoped, db.Model):  # type: ignore[name-defined]
    """So many of a listing every month, at prices agreed on (minor units of `currency`, tax inside).

    Period n is due n months after `starts_on`; `next_period` is renewed at `next_at`. An announced price (`new_price`,
    `new_shipping_price`) counts from period `new_price_period` on.
    """

    __tablename__ = "subscription"

    account_id: Mapped[uuid.UUID]
    listing_id: Mapped[uuid.UUID]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.PENDING)
    quantity: Mapped[int]
    currency: Mapped[str]
    unit_price: Mapped[int] = mapped_column(BigInteger)
    shipping_price: Mapped[int | None] = mapped_column(BigInteger)
    new_price: Mapped[int | None] = mapped_column(BigInteger)
    new_shipping_price: Mapped[int | None] = mapped_column(BigInteger)
    new_price_period: Mapped[int | None]
    delivery: Mapped[str]
    address: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    card_id: Mapped[uuid.UUID | None]
    starts_on: Mapped[date]
    next_period: Mapped[int]
    next_at: Mapped[datetime]
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime]
    behind_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "listing_id"], ["listing.hub_id", "listing.id"]),
        ForeignKeyConstraint(["hub_id", "card_id"], ["saved_card.hub_id", "saved_card.id"]),
        CheckConstraint(
            "status IN ('pending', 'active', 'paused', 'past_due', 'suspended', 'canceled')", name="status"
        ),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
        CheckConstraint("unit_price > 0 AND shipping_price >= 0 AND new_price > 0", name="prices"),
        CheckConstraint("(new_price IS NULL) = (new_price_period IS NULL)", name="new_price"),
        CheckConstraint("delivery IN ('pickup', 'ship')", name="delivery"),
        CheckConstraint("delivery = 'pickup' OR address IS NOT NULL", name="has_address"),
        CheckConstraint("status IN ('pending', 'canceled') OR card_id IS NOT NULL", name="has_card"),
        CheckConstraint("(status = 'canceled') = (ended_at IS NOT NULL)", name="ended"),
        Index("ix_subscription_account", "hub_id", "account_id", "id"),
        # One at a time: a double click is one subscription.
        Index(
            "uq_subscription_alive",
            "hub_id",
            "listing_id",
            "account_id",
            unique=True,
            postgresql_where=text("status <> 'canceled'"),
        ),
        Index("ix_subscription_due", "next_at", postgresql_where=text("status = 'active'")),
        Index("ix_subscription_coming", "hub_id", "next_at", "id", postgresql_where=text("status = 'active'")),
        Index(
            "ix_subscription_behind",
            "hub_id",
            "behind_since",
            postgresql_where=text("status IN ('past_due', 'suspended')"),
        ),
    )

    @property
    def price(self) -> Money:
        """What a renewal costs now, shipping included."""
        return Money(self.unit_price * self.quantity + (self.shipping_price or 0), self.currency)

    @property
    def coming_price(self) -> Money | None:
        """What a renewal will cost once the announced price counts."""
        if self.new_price is None:
            return None
        return Money(self.new_price * self.quantity + (self.new_shipping_price or 0), self.currency)


class SubscriptionPeriod(HubScoped, db.Model):  # type: ignore[name-defined]
    """A month of a subscription that came: ordered and paid, or not. `payment_id` is its latest payment.

    `attempts` counts payments, `failures` those that were refused; `retry_at`: when the schedule tries again.
    """

    __tablename__ = "subscription_period"

    subscription_id: Mapped[uuid.UUID]
    number: Mapped[int]
    due_at: Mapped[datetime]
    status: Mapped[str]
    checkout_id: Mapped[uuid.UUID | None]
    payment_id: Mapped[uuid.UUID | None]
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    failure_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    retry_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "subscription_id"], ["subscription.hub_id", "subscription.id"]),
        ForeignKeyConstraint(["hub_id", "checkout_id"], ["checkout.hub_id", "checkout.id"]),
        # The last line of defence against delivering and charging a month twice.
        UniqueConstraint("hub_id", "subscription_id", "number"),
        UniqueConstraint("hub_id", "checkout_id"),
        CheckConstraint("status IN ('ordered', 'paid', 'unpaid', 'skipped', 'sold_out')", name="status"),
        CheckConstraint("(status IN ('skipped', 'sold_out')) = (checkout_id IS NULL)", name="has_order"),
        CheckConstraint("number >= 0 AND attempts >= 0 AND failures >= 0", name="counts"),
        Index("ix_subscription_period_retry", "retry_at", postgresql_where=text("retry_at IS NOT NULL")),
    )
