"""Plan versions: the rules as written, agreed by two people, announced ahead, and unchangeable from then on."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class PlanStatus(enum.StrEnum):
    """`draft`: may still be edited; `proposed`: waits for a second person; `announced`: in force from its date."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    REFUSED = "refused"
    ANNOUNCED = "announced"


class PlanVersion(db.Model):  # type: ignore[name-defined]
    """One version of a plan. Central. `source` is the TOML text, `digest` its sha256; both stay once announced.

    The version in force on a day is the announced one of the currency with the latest `effective_from` up to it.
    """

    __tablename__ = "plan_version"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    plan: Mapped[str]
    version: Mapped[int]
    currency: Mapped[str]
    effective_from: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
    digest: Mapped[str]
    status: Mapped[str] = mapped_column(default=PlanStatus.DRAFT)
    note: Mapped[str] = mapped_column(default="")
    edited_by: Mapped[uuid.UUID]
    edited_at: Mapped[datetime]
    proposed_by: Mapped[uuid.UUID | None]
    proposed_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")

    __table_args__: Any = (
        UniqueConstraint("plan", "version"),
        CheckConstraint("status IN ('draft', 'proposed', 'refused', 'announced')", name="status"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(status = 'draft') = (proposed_by IS NULL)", name="proposed"),
        CheckConstraint("(status IN ('refused', 'announced')) = (decided_by IS NOT NULL)", name="decided"),
        CheckConstraint("version > 0", name="version"),
        Index(
            "uq_plan_version_start",
            "currency",
            "effective_from",
            unique=True,
            postgresql_where=text("status = 'announced'"),
        ),
    )
