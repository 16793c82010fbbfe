"""Runs, and what a run means for each person: central tables."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class RunStatus(enum.StrEnum):
    """`proposed` waits for somebody's approval; `finished`: nothing of it is under way any more."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    FINISHED = "finished"
    CANCELED = "canceled"


class ItemStatus(enum.StrEnum):
    """What a run does about one person; once started, the payout says how it goes."""

    PLANNED = "planned"
    LEFT_OUT = "left_out"
    STARTED = "started"
    CANCELED = "canceled"


class PayoutRun(db.Model):  # type: ignore[name-defined]
    """Everybody's payouts at once. `key` makes the clock's proposal one a day; `only_hub_id`: that hub's money alone.

    `is_everybody`: also those who did not choose a rhythm, or whose time has not come.
    """

    __tablename__ = "payout_run"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    key: Mapped[str | None] = mapped_column(unique=True)
    only_hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    is_everybody: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(default=RunStatus.PROPOSED)
    reason: Mapped[str | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("status IN ('proposed', 'approved', 'finished', 'canceled')", name="status"),)


class PayoutRunItem(db.Model):  # type: ignore[name-defined]
    """What a run means for one person in one currency, as it was proposed; in minor units."""

    __tablename__ = "payout_run_item"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payout_run.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    currency: Mapped[str]
    held: Mapped[int] = mapped_column(BigInteger)
    available: Mapped[int] = mapped_column(BigInteger)
    owed_back: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    bank_fingerprint: Mapped[str | None]
    status: Mapped[str]
    reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("run_id", "account_id", "currency"),
        CheckConstraint("status IN ('planned', 'left_out', 'started', 'canceled')", name="status"),
        CheckConstraint("held >= 0 AND available >= 0 AND owed_back >= 0 AND amount >= 0", name="amounts"),
        CheckConstraint("status = 'planned' OR status = 'started' OR reason IS NOT NULL", name="reason"),
        Index("ix_payout_run_item_run_id_status", "run_id", "status"),
    )
