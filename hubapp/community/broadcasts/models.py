"""What is written to a hub's people, and whom it went to."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class Status(enum.StrEnum):
    """Being written, waiting for its time, on its way, gone."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"


class Outcome(enum.StrEnum):
    """How it reached somebody: a mail of its own, with their notices, or not, because they want none."""

    MAILED = "mailed"
    TOLD = "told"
    LEFT_OUT = "left_out"


class Broadcast(HubScoped, db.Model):  # type: ignore[name-defined]
    """One letter to many. `cursor`: the last membership looked at, so that a crash loses and repeats nobody."""

    __tablename__ = "broadcast"

    subject: Mapped[str]
    body_md: Mapped[str]
    segment: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.DRAFT)
    author_account_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cursor: Mapped[uuid.UUID | None]
    mailed: Mapped[int] = mapped_column(Integer, default=0)
    told: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        CheckConstraint("status IN ('draft', 'scheduled', 'sending', 'sent')", name="status"),
        CheckConstraint("status = 'draft' OR send_at IS NOT NULL", name="has_its_time"),
        Index("ix_broadcast_due", "send_at", postgresql_where=text("status IN ('scheduled', 'sending')")),
    )


class BroadcastRecipient(HubScoped, db.Model):  # type: ignore[name-defined]
    """Somebody whom a broadcast was meant for: once, whatever happens."""

    __tablename__ = "broadcast_recipient"

    broadcast_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    outcome: Mapped[str]
    mail_id: Mapped[uuid.UUID | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "broadcast_id"], ["broadcast.hub_id", "broadcast.id"]),
        UniqueConstraint("hub_id", "broadcast_id", "account_id"),
        CheckConstraint("outcome IN ('mailed', 'told', 'left_out')", name="outcome"),
    )
