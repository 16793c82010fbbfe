"""Disputes of a hub's payments, and the files that are handed in as evidence."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class Outcome(enum.StrEnum):
    """How it ended: `won`: nothing is taken (any more); `lost`: the buyer's bank keeps what it took."""

    WON = "won"
    LOST = "lost"


class Dispute(HubScoped, db.Model):  # type: ignore[name-defined]
    """A buyer's bank wants a payment back. Amounts in minor units; `withdrawn` and `fee`: what the provider took.

    `status` is the provider's word. `outcome` is set once, when the money on the provider's books agrees with it.
    """

    __tablename__ = "dispute"

    payment_id: Mapped[uuid.UUID]
    provider_id: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    is_refundable: Mapped[bool]
    withdrawn: Mapped[int] = mapped_column(BigInteger, default=0)
    fee: Mapped[int] = mapped_column(BigInteger, default=0)
    lines: Mapped[int] = mapped_column(default=0)
    submissions: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, str]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    sending: Mapped[str | None]
    failure: Mapped[str | None]
    outcome: Mapped[str | None]
    due_by: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "payment_id"], ["payment.hub_id", "payment.id"]),
        UniqueConstraint("hub_id", "provider_id"),
        CheckConstraint("amount > 0 AND withdrawn >= 0", name="amounts"),
        CheckConstraint("outcome IS NULL OR outcome IN ('won', 'lost')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed"),
        CheckConstraint("outcome <> 'won' OR withdrawn = 0", name="won"),
        Index("ix_dispute_hub_id_payment_id", "hub_id", "payment_id"),
        Index("ix_dispute_open", "hub_id", "due_by", postgresql_where=text("outcome IS NULL")),
        # As the central team pages them, across hubs.
        Index(
            "ix_dispute_nearest",
            text("(coalesce(due_by, 'infinity'))"),
            "id",
            postgresql_where=text("outcome IS NULL"),
        ),
        Index("ix_dispute_over", "closed_at", "id", postgresql_where=text("closed_at IS NOT NULL")),
    )

    @property
    def is_inquiry(self) -> bool:
        """Whether the bank only asks so far: no money is taken."""
        return self.status.startswith("warning_")

    @property
    def is_answerable(self) -> bool:
        """Whether evidence can still be handed in, or the loss accepted."""
        return self.status in {"needs_response", "warning_needs_response"} and self.sending is None


# Those without a deadline come after all others; it is written as the index has it.
NEVER: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")
UNTIL = func.coalesce(Dispute.due_by, NEVER)


class DisputeFile(HubScoped, db.Model):  # type: ignore[name-defined]
    """A file that somebody hands in as evidence; `provider_id` once the provider has it."""

    __tablename__ = "dispute_file"

    dispute_id: Mapped[uuid.UUID]
    field: Mapped[str]
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    stored_as: Mapped[str]
    provider_id: Mapped[str | None]
    failure: Mapped[str | None]
    uploaded_by: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "dispute_id"], ["dispute.hub_id", "dispute.id"]),
        UniqueConstraint("hub_id", "dispute_id", "field"),
        CheckConstraint("size > 0", name="size"),
    )
