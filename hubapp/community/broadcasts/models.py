"""What is written to a hub's people, and whom it went to."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Words:
    """A broadcast in one language; `body_md` is Markdown."""

    subject: str
    body_md: str


class Broadcast(HubScoped, db.Model):  # type: ignore[name-defined]
    """One letter to many. `cursor`: the last membership looked at, so that a crash loses and repeats nobody.

    `subject` and `body_md` are in the hub's own language; `words`: further ones of it → {"subject", "body_md"}.
    """

    __tablename__ = "broadcast"

    subject: Mapped[str]
    body_md: Mapped[str]
    words: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
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

    def said_in(self, locale: str) -> Words:
        """What a reader of this language gets: its own words, or the hub's where it has none."""
        code = locale.replace("_", "-")
        said = self.words.get(code) or self.words.get(code.partition("-")[0])
        return Words(**said) if said else Words(self.subject, self.body_md)


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
