"""Papers: what waits to become a PDF, and what has."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class PaperStatus(enum.StrEnum):
    """`failed`: it could not be made; asking again after a while tries again."""

    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"


class Paper(HubScoped, db.Model):  # type: ignore[name-defined]
    """One page for one person; `digest` is of what it says. `html` is kept until the PDF is made, and no longer.

    `address`: where the PDF is asked for; `sheet`: where the same page can be printed. Times are wall time.
    """

    __tablename__ = "paper"

    account_id: Mapped[uuid.UUID]
    digest: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    sheet: Mapped[str]
    html: Mapped[str]
    status: Mapped[str] = mapped_column(default=PaperStatus.WAITING)
    reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id", "digest"),
        CheckConstraint("status IN ('waiting', 'made', 'failed')", name="status"),
        CheckConstraint("status = 'waiting' OR html = ''", name="forgets_what_it_said"),
        CheckConstraint("(status = 'made') = (made_at IS NOT NULL)", name="made_at"),
        Index("ix_paper_asked_at", "asked_at"),
    )

    @property
    def key(self) -> str:
        """Where the PDF is kept in the store of files."""
        return f"hub/{self.hub_id}/paper/{self.id}.pdf"
