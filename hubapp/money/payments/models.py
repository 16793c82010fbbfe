"""Payments and refunds of a hub; commands to the provider and its events, which belong to no hub."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class PaymentStatus(enum.StrEnum):
    """`new`: the provider has not answered yet; `open`: the card page waits; `processing`: paid, fee not known yet."""

    NEW = "new"
    OPEN = "open"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"


class RefundStatus(enum.StrEnum):
    """`requested`: not answered yet; `pending`: on its way."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class SavedCard(HubScoped, db.Model):  # type: ignore[name-defined]
    """A card that its owner lets us charge again; the provider has its number, we have its name."""

    __tablename__ = "saved_card"

    account_id: Mapped[uuid.UUID]
    customer_id: Mapped[str]
    method_id: Mapped[str]
    brand: Mapped[str]
    last4: Mapped[str]
    exp_month: Mapped[int]
    exp_year: Mapped[int]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "method_id"),
        Index("ix_saved_card_account", "hub_id", "account_id", "id"),
    )


class SetupStatus(enum.StrEnum):
    """`new`: the provider has not answered yet; `open`: the page waits for a card."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"
    EXPIRED = "expired"
    FAILED = "failed"


class CardSetup(HubScoped, db.Model):  # type: ignore[name-defined]
    """A hosted page that saves a card and charges nothing; `reference` says what the card is for."""

    __tablename__ = "card_setup"

    account_id: Mapped[uuid.UUID]
    reference: Mapped[str]
    status: Mapped[str] = mapped_column(default=SetupStatus.NEW)
    checkout_id: Mapped[str | None]
    checkout_url: Mapped[str | None]
    card_id: Mapped[uuid.UUID | None]
    success_path: Mapped[str]
    cancel_path: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "card_id"], ["saved_card.hub_id", "saved_card.id"]),
        UniqueConstraint("hub_id", "checkout_id"),
        CheckConstraint("status IN ('new', 'open', 'done', 'expired', 'failed')", name="status"),
        CheckConstraint("status <> 'done' OR card_id IS NOT NULL", name="done"),
        Index("ix_card_setup_open", "hub_id", "checked_at", postgresql_where=text("status = 'open'")),
    )


class Payment(HubScoped, db.Model):  # type: ignore[name-defined]
    """One amount that a buyer is to pay once; amounts in minor units of `currency`.

    Paid on a hosted page (`checkout_id`), or with a saved card while the payer is away (`card_id`, `intent_id`).
    `saves_card`: the page keeps the card, which is `card_id` once it is paid.
    """

    __tablename__ = "payment"

    reference: Mapped[str]
    payer_account_id: Mapped[uuid.UUID | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default=PaymentStatus.NEW)
    checkout_id: Mapped[str | None]
    checkout_url: Mapped[str | None]
    charge_id: Mapped[str | None]
    intent_id: Mapped[str | None]
    card_id: Mapped[uuid.UUID | None]
    saves_card: Mapped[bool] = mapped_column(default=False)
    fee: Mapped[int | None] = mapped_column(BigInteger)
    net: Mapped[int | None] = mapped_column(BigInteger)
    available_on: Mapped[datetime | None]
    failure_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    # Set where the provider converted: then nothing is booked until somebody has looked.
    settled_currency: Mapped[str | None]
    expires_at: Mapped[datetime]
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    is_closing: Mapped[bool] = mapped_column(default=False)
    closings: Mapped[int] = mapped_column(default=0)
    success_path: Mapped[str]
    cancel_path: Mapped[str]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    booked_available_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "reference"),
        UniqueConstraint("hub_id", "checkout_id"),
        UniqueConstraint("hub_id", "charge_id"),
        UniqueConstraint("hub_id", "intent_id"),
        ForeignKeyConstraint(["hub_id", "card_id"], ["saved_card.hub_id", "saved_card.id"]),
        # Whatever a bug may ask for: what is to be paid once has one payment that can still succeed, or has.
        Index(
            "uq_payment_part_alive",
            "hub_id",
            text("split_part(reference, ':', 2)"),
            unique=True,
            postgresql_where=text(
                "reference LIKE 'checkout:%' AND status IN ('new', 'open', 'processing', 'succeeded')"
            ),
        ),
        CheckConstraint(
            "status IN ('new', 'open', 'processing', 'succeeded', 'failed', 'expired', 'canceled')", name="status"
        ),
        CheckConstraint("amount > 0 AND refunded BETWEEN 0 AND amount", name="amounts"),
        CheckConstraint(
            "status <> 'succeeded'"
            " OR (charge_id IS NOT NULL AND fee IS NOT NULL AND net IS NOT NULL AND fee + net = amount)",
            name="settled",
        ),
        CheckConstraint("refunded = 0 OR status = 'succeeded'", name="refunded_was_paid"),
        Index(
            "ix_payment_unfinished",
            "hub_id",
            "checked_at",
            postgresql_where=text("status IN ('new', 'open', 'processing')"),
        ),
        Index(
            "ix_payment_unavailable",
            "hub_id",
            "available_on",
            postgresql_where=text("status = 'succeeded' AND booked_available_at IS NULL"),
        ),
    )


# So until somebody has looked when it cannot fail any more. In the words of the index, so that the database takes it.
REFUND_MAY_FAIL = "status = 'succeeded' AND checked_at - settled_at < interval '30 days'"


class Refund(HubScoped, db.Model):  # type: ignore[name-defined]
    """Money on its way back to a buyer."""

    __tablename__ = "refund"

    payment_id: Mapped[uuid.UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default=RefundStatus.REQUESTED)
    provider_id: Mapped[str | None]
    reference: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    failure_message: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "payment_id"], ["payment.hub_id", "payment.id"]),
        UniqueConstraint("hub_id", "reference"),
        UniqueConstraint("hub_id", "provider_id"),
        CheckConstraint("status IN ('requested', 'pending', 'succeeded', 'failed')", name="status"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_refund_hub_id_payment_id", "hub_id", "payment_id"),
        Index(
            "ix_refund_unfinished", "hub_id", "checked_at", postgresql_where=text("status IN ('requested', 'pending')")
        ),
        Index("ix_refund_may_fail", "hub_id", "checked_at", postgresql_where=text(REFUND_MAY_FAIL)),
    )
