"""What somebody of the central team asked to be done with a period, and how far the job is."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class TaskKind(enum.StrEnum):
    """A dry run, or the close itself."""

    DRY = "dry"
    CLOSE = "close"


class TaskStep(enum.StrEnum):
    """In this order; `earlier`: closed periods that something was given back of are computed again."""

    WAITING = "waiting"
    READING = "reading"
    COMPUTING = "computing"
    WRITING = "writing"
    EARLIER = "earlier"


class PlanTask(db.Model):  # type: ignore[name-defined]
    """One wish for one period: at most one of a kind at a time is open. `asked_at` is the run's cutoff.

    `step` is written beside the job's own transaction, so that it is seen while that goes on. `said`: what refused it;
    `job_id`: the job that does it, as the queue counts.
    """

    __tablename__ = "plan_task"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    currency: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    name: Mapped[str]
    kind: Mapped[str]
    asked_by: Mapped[uuid.UUID | None]
    asked_name: Mapped[str]
    asked_at: Mapped[datetime]
    step: Mapped[str] = mapped_column(default=TaskStep.WAITING)
    stepped_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="")
    said: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__: Any = (
        CheckConstraint("kind IN ('dry', 'close')", name="kind"),
        CheckConstraint("step IN ('waiting', 'reading', 'computing', 'writing', 'earlier')", name="step"),
        CheckConstraint("outcome IN ('', 'done', 'refused')", name="outcome"),
        CheckConstraint("(outcome = '') = (ended_at IS NULL)", name="ended"),
        Index("ix_plan_task_period", "currency", "first_day", "id"),
        Index(
            "uq_plan_task_open",
            "currency",
            "first_day",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
