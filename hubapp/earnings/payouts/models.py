"""Payees and payouts, which belong to no hub; the part of a payout that each hub gives."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import HubScoped, db


class PayeeStatus(enum.StrEnum):
    """`new`: the provider has not answered yet; `onboarding`: it still wants to know things."""

    NEW = "new"
    ONBOARDING = "onboarding"
    READY = "ready"
    DISABLED = "disabled"


class PayoutStatus(enum.StrEnum):
    """`returning`: the bank refused the money, and it is being taken back from the payee's provider account."""

    REQUESTED = "requested"
    PREPARED = "prepared"
    TRANSFERRED = "transferred"
    PAYING = "paying"
    RETURNING = "returning"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


class PartStatus(enum.StrEnum):
    """Where a hub's part is in that hub's books."""

    LEFT_OUT = "left_out"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    PAID = "paid"
    RELEASED = "released"


class Payee(db.Model):  # type: ignore[name-defined]
    """A person's account at the provider; one per person."""

    __tablename__ = "payee"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    country: Mapped[str]
    currency: Mapped[str]
    email: Mapped[str]
    provider_account_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default=PayeeStatus.NEW)
    requirements: Mapped[list[str]] = mapped_column(default=list)
    disabled_reason: Mapped[str | None]
    failure: Mapped[str | None]
    frozen_reason: Mapped[str | None]
    bank_last4: Mapped[str | None]
    bank_fingerprint: Mapped[str | None]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("status IN ('new', 'onboarding', 'ready', 'disabled')", name="status"),)


class Payout(db.Model):  # type: ignore[name-defined]
    """One payout; `amount` in minor units is known once every hub has said what it gives."""

    __tablename__ = "payout"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    payee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payee.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default=PayoutStatus.REQUESTED)
    hub_ids: Mapped[list[int] | None] = mapped_column(JSONB(none_as_null=True))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    destination: Mapped[str | None]
    bank_fingerprint: Mapped[str | None]
    bank_last4: Mapped[str | None]
    reason: Mapped[str | None]
    transfer_id: Mapped[str | None]
    provider_id: Mapped[str | None]
    requested_at: Mapped[datetime]
    transferred_at: Mapped[datetime | None]
    arrives_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "status IN ('requested', 'prepared', 'transferred', 'paying', 'returning', 'paid', 'failed', 'canceled')",
            name="status",
        ),
        CheckConstraint("(amount IS NOT NULL AND amount > 0) OR status IN ('requested', 'canceled')", name="amount"),
        Index(
            "uq_payout_open",
            "payee_id",
            "currency",
            unique=True,
            postgresql_where=text("status NOT IN ('paid', 'failed', 'canceled')"),
        ),
        Index("ix_payout_open", "status", postgresql_where=text("status NOT IN ('paid', 'failed', 'canceled')")),
    )


class PayoutPart(HubScoped, db.Model):  # type: ignore[name-defined]
    """What one hub gives to a payout, or why it gives nothing."""

    __tablename__ = "payout_part"

    payout_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payout.id"))
    account_id: Mapped[uuid.UUID]
    currency: Mapped[str]
    status: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "payout_id"),
        CheckConstraint("status IN ('left_out', 'claimed', 'transferred', 'paid', 'released')", name="status"),
        CheckConstraint("amount >= 0 AND (amount > 0 OR status = 'left_out')", name="amount"),
        Index("ix_payout_part_payout_id", "payout_id"),
        Index("ix_payout_part_hub_id_account_id", "hub_id", "account_id"),
    )
