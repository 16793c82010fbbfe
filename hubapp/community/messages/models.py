"""Tables of messages: threads, who is in them, and what they wrote."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class Thread(HubScoped, db.Model):  # type: ignore[name-defined]
    """What some members write to one another. `pair`: both accounts of a thread of two; None: a group."""

    __tablename__ = "message_thread"

    pair: Mapped[str | None]
    title: Mapped[str] = mapped_column(default="")
    started_by: Mapped[uuid.UUID]
    started_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "pair"),
        CheckConstraint("pair IS NULL OR title = ''", name="pairs_have_no_title"),
    )


class Part(HubScoped, db.Model):  # type: ignore[name-defined]
    """One member's place in a thread: `last_id` its newest message, `read_until` the newest they have read."""

    __tablename__ = "message_part"

    thread_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    last_id: Mapped[uuid.UUID]
    read_until: Mapped[uuid.UUID]
    is_muted: Mapped[bool] = mapped_column(default=False)
    left_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "thread_id"], ["message_thread.hub_id", "message_thread.id"]),
        UniqueConstraint("hub_id", "thread_id", "account_id"),
        Index("ix_message_part_inbox", "hub_id", "account_id", "last_id", postgresql_where="left_at IS NULL"),
        Index(
            "ix_message_part_unread",
            "hub_id",
            "account_id",
            postgresql_where="left_at IS NULL AND NOT is_muted AND last_id > read_until",
        ),
    )


class Message(HubScoped, db.Model):  # type: ignore[name-defined]
    """What one of them wrote; taken back, it keeps its place and no word."""

    __tablename__ = "message"

    thread_id: Mapped[uuid.UUID]
    author_id: Mapped[uuid.UUID]
    body_md: Mapped[str]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "thread_id"], ["message_thread.hub_id", "message_thread.id"]),
        ForeignKeyConstraint(
            ["hub_id", "thread_id", "author_id"],
            ["message_part.hub_id", "message_part.thread_id", "message_part.account_id"],
        ),
        CheckConstraint("(deleted_at IS NULL) = (body_md <> '')", name="deleted_is_gone"),
        Index("ix_message_thread", "hub_id", "thread_id", "id"),
    )
