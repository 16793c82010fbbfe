"""Tables of welcoming: who is a mentor, and who is new."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class MentorStatus(enum.StrEnum):
    """`asked`: the connector waits for an answer; `declined` and `ended` may be asked again."""

    ASKED = "asked"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class Ending(enum.StrEnum):
    """How a newcomer's plan came to its end."""

    DONE = "done"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class Mentor(HubScoped, db.Model):  # type: ignore[name-defined]
    """A member whom the connector asked to welcome newcomers."""

    __tablename__ = "mentor"

    account_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(default=MentorStatus.ASKED)
    asked_by: Mapped[uuid.UUID]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id"),
        CheckConstraint("status IN ('asked', 'active', 'declined', 'ended')", name="status"),
    )


class Newcomer(HubScoped, db.Model):  # type: ignore[name-defined]
    """A member's plan of first steps; `mentor_id`: the account of whoever welcomes them, None: nobody is there."""

    __tablename__ = "newcomer"

    account_id: Mapped[uuid.UUID]
    mentor_id: Mapped[uuid.UUID | None]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id"),
        CheckConstraint("mentor_id <> account_id", name="not_oneself"),
        CheckConstraint("ending IN ('done', 'dismissed', 'lapsed')", name="ending"),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ends_somehow"),
        Index("ix_newcomer_open", "hub_id", "mentor_id", "id", postgresql_where="ended_at IS NULL"),
    )
