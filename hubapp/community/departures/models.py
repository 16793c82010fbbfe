"""Files in which people take their data along."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class TakeoutStatus(enum.StrEnum):
    """What still waits after a while may be asked for anew."""

    WAITING = "waiting"
    MADE = "made"


class Takeout(HubScoped, db.Model):  # type: ignore[name-defined]
    """One person's data in this hub; asking again replaces it. `size` in bytes; times are wall time."""

    __tablename__ = "takeout"

    account_id: Mapped[uuid.UUID]
    locale: Mapped[str]
    status: Mapped[str] = mapped_column(default=TakeoutStatus.WAITING)
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    size: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id"),
        CheckConstraint("status IN ('waiting', 'made')", name="status"),
        CheckConstraint(
            "(status = 'made') = (made_at IS NOT NULL) AND (made_at IS NULL) = (size IS NULL)", name="made"
        ),
        Index("ix_takeout_asked_at", "asked_at"),
    )

    @property
    def key(self) -> str:
        """Where the file is kept in the store."""
        return f"hub/{self.hub_id}/takeout/{self.id}.zip"
