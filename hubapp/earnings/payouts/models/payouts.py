"""Payees and payouts, which belong to no hub; the part of a payout that each hub gives."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
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
    BOUNCED = "bounced"
    RELEASED = "released"


class Rhythm(enum.StrEnum):
    """When runs pay somebody; `request`: only what they ask for themselves."""

    REQUEST = "request"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Payee(db.Model):  # type: ignore[name-defined]
    """A person's account at the provider; one per person.

    `minimums`: the least that they want to be paid, in minor units by currency. `check_reason`: why a bank sent their
    money back; runs leave them out until they have looked at their bank details.
    """

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
    rhythm: Mapped[str] = mapped_column(default=Rhythm.REQUEST, server_default="request")
    minimums: Mapped[dict[str, int]] = mapped_column(default=dict, server_default="{}")
    check_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("status IN ('new', 'onboarding', 'ready', 'disabled')", name="status"),
        CheckConstraint("rhythm IN ('request', 'weekly', 'monthly')", name="rhythm"),
    )


# Banks send money back within a few working days: so until somebody has looked after that. In the words of the index.
MAY_RETURN = "status = 'paid' AND checked_at - paid_at < interval '14 days'"


class Payout(db.Model):  # type: ignore[name-defined]
    """One payout; `amount` in minor units is known once every hub has said what it gives.

    `run_item_id`: a run made it, at its `attempt`; otherwise the payee asked. `bounced_at`: the bank sent it back after
    it had been paid.
    """

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
    run_item_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("payout_run_item.id", name="fk_payout_run_item_id")
    )
    attempt: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    paid_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]

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
            # One that the bank returned is over for the payee, who may have the next one under way.
            postgresql_where=text("status NOT IN ('paid', 'failed', 'canceled') AND bounced_at IS NULL"),
        ),
        UniqueConstraint("run_item_id", "attempt"),
        Index("ix_payout_may_return", "checked_at", postgresql_where=text(MAY_RETURN)),
        Index("ix_payout_paid_at", "paid_at", postgresql_where=text("status = 'paid'")),
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
        CheckConstraint(
            "status IN ('left_out', 'claimed', 'transferred', 'paid', 'bounced', 'released')", name="status"
        ),
        CheckConstraint("amount >= 0 AND (amount > 0 OR status = 'left_out')", name="amount"),
        Index("ix_payout_part_payout_id", "payout_id"),
        Index("ix_payout_part_hub_id_account_id", "hub_id", "account_id"),
    )
