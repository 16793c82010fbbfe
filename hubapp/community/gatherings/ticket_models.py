"""Tables of what members keep: tickets, and the secrets of their personal calendars."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from hubapp.kernel.db import HubScoped, db


class GatheringTicket(HubScoped, db.Model):  # type: ignore[name-defined]
    """One seat of a confirmed registration; its code is scanned or typed at the door."""

    __tablename__ = "gathering_ticket"

    gathering_id: Mapped[uuid.UUID]
    registration_id: Mapped[uuid.UUID]
    number: Mapped[int]
    code: Mapped[str]
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[uuid.UUID | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "gathering_id"], ["gathering.hub_id", "gathering.id"]),
        ForeignKeyConstraint(
            ["hub_id", "registration_id"], ["gathering_registration.hub_id", "gathering_registration.id"]
        ),
        UniqueConstraint("hub_id", "registration_id", "number"),
        UniqueConstraint("hub_id", "code"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(checked_in_at IS NULL) = (checked_in_by IS NULL)", name="checked_in"),
        Index("ix_gathering_ticket_gathering", "hub_id", "gathering_id", "id"),
    )


class CalendarFeed(HubScoped, db.Model):  # type: ignore[name-defined]
    """The secret part of the address under which a member's calendar finds what they registered for."""

    __tablename__ = "calendar_feed"

    account_id: Mapped[uuid.UUID]
    secret: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id"),
        UniqueConstraint("hub_id", "secret"),
    )
