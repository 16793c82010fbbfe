"""Tables of retainers: what was agreed with whom, each period that was earned, and what of one was taken back."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class Retainer(HubScoped, db.Model):  # type: ignore[name-defined]
    """A retainer; `amount` in minor units for a whole period. Once agreed, only its end is brought nearer.

    `periods_earned` and `next_due_at` follow from its periods; its row lock puts earning, ending and deciding in order.
    """

    __tablename__ = "retainer"

    account_id: Mapped[uuid.UUID]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    rhythm: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str]
    ended_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    periods_earned: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime | None]

    __table_args__: Any = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("rhythm IN ('weekly', 'monthly')", name="rhythm"),
        CheckConstraint("status IN ('proposed', 'refused', 'agreed')", name="status"),
        CheckConstraint("last_day >= first_day - 1", name="days"),
        CheckConstraint("note <> '' AND reason <> ''", name="says_why"),
        CheckConstraint("decided_by <> proposed_by AND decided_by <> account_id", name="two_people"),
        CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "(ended_by IS NULL) = (ended_at IS NULL) AND (ended_by IS NULL) = (end_reason IS NULL)"
            " AND (ended_by IS NULL OR status = 'agreed' AND last_day IS NOT NULL)",
            name="ended",
        ),
        CheckConstraint(
            "periods_earned >= 0 AND (status = 'agreed' OR periods_earned = 0 AND next_due_at IS NULL)", name="earned"
        ),
        Index("ix_retainer_hub_id_account_id", "hub_id", "account_id"),
        Index("ix_retainer_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )


class RetainerPeriod(HubScoped, db.Model):  # type: ignore[name-defined]
    """A period that was earned; its id is that of the right and of what the entry is about. Never changed.

    `amount` is zero where so few days were left that nothing of a minor unit remained: then nothing was booked.
    """

    __tablename__ = "retainer_period"

    retainer_id: Mapped[uuid.UUID]
    number: Mapped[int]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    days: Mapped[int]
    of_days: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    earned_at: Mapped[datetime]

    __table_args__: Any = (
        ForeignKeyConstraint(["hub_id", "retainer_id"], ["retainer.hub_id", "retainer.id"]),
        UniqueConstraint("hub_id", "retainer_id", "number"),
        UniqueConstraint("hub_id", "retainer_id", "first_day"),
        CheckConstraint("number >= 0 AND last_day >= first_day AND days > 0 AND days <= of_days", name="days"),
        CheckConstraint("amount >= 0", name="amount"),
    )


class RetainerTakeBack(HubScoped, db.Model):  # type: ignore[name-defined]
    """A part of an earned period that somebody wants back from the person; `amount` in minor units.

    One person proposes and another decides; the person reads `words`, `reason` is for who decides and for the log.
    """

    __tablename__ = "retainer_take_back"

    retainer_id: Mapped[uuid.UUID]
    period_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str]

    __table_args__: Any = (
        ForeignKeyConstraint(["hub_id", "retainer_id"], ["retainer.hub_id", "retainer.id"]),
        ForeignKeyConstraint(["hub_id", "period_id"], ["retainer_period.hub_id", "retainer_period.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("status IN ('proposed', 'refused', 'agreed')", name="status"),
        CheckConstraint("words <> '' AND reason <> ''", name="says_why"),
        CheckConstraint("decided_by <> proposed_by AND decided_by <> account_id", name="two_people"),
        CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        Index(
            "uq_retainer_take_back_proposed",
            "hub_id",
            "period_id",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
        ),
        Index("ix_retainer_take_back_retainer", "hub_id", "retainer_id", "id"),
        Index("ix_retainer_take_back_account", "hub_id", "account_id", "id"),
    )
