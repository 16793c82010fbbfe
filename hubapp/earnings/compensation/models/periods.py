"""Periods of a plan: each run over one, and what it pays, line by line."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.earnings.compensation.freezing import Freeze
from hubapp.kernel import ids
from hubapp.kernel.db import db


class PeriodStatus(enum.StrEnum):
    """`closing`: its lines are written and are being booked; `closed`: everything is booked."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class RunKind(enum.StrEnum):
    """`dry`: computed and kept only as figures; `close`: pays; `recompute`: an earlier period after late refunds."""

    DRY = "dry"
    CLOSE = "close"
    RECOMPUTE = "recompute"


class PlanPeriod(db.Model):  # type: ignore[name-defined]
    """One period of a currency's plan: from `first_day` up to, not including, `end_day`, in `timezone`.

    `event_time`: which moment of a sale decides that it belongs here (a column of plan_sale); both are its version's.

    `cutoff` and `freeze_number` (see freezing): what was recorded up to them is in the closing run; together with its
    digest they freeze its inputs, because sales, refunds and sponsorships are only added to. `explained_at`: when
    everybody's lines were kept.
    """

    __tablename__ = "plan_period"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    currency: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    end_day: Mapped[date] = mapped_column(Date)
    timezone: Mapped[str]
    event_time: Mapped[str]
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_version.id"))
    status: Mapped[str] = mapped_column(default=PeriodStatus.OPEN)
    cutoff: Mapped[datetime | None]
    freeze_number: Mapped[int | None]
    inputs_digest: Mapped[str | None]
    result_digest: Mapped[str | None]
    closed_by: Mapped[uuid.UUID | None]
    closed_at: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    explained_at: Mapped[datetime | None]

    __table_args__: Any = (
        UniqueConstraint("currency", "first_day"),
        CheckConstraint("end_day > first_day", name="days"),
        CheckConstraint("status IN ('open', 'closing', 'closed')", name="status"),
        CheckConstraint("event_time IN ('handed_over_at', 'paid_at', 'ordered_at')", name="event_time"),
        CheckConstraint(
            "(status = 'open') = (cutoff IS NULL) AND (cutoff IS NULL) = (inputs_digest IS NULL)"
            " AND (cutoff IS NULL) = (result_digest IS NULL)",
            name="frozen",
        ),
        CheckConstraint("(status = 'closed') = (booked_at IS NOT NULL)", name="booked"),
        CheckConstraint("freeze_number IS NULL OR cutoff IS NOT NULL", name="freeze"),
        CheckConstraint("explained_at IS NULL OR cutoff IS NOT NULL", name="explained"),
    )

    @property
    def frozen(self) -> Freeze | None:
        """What its close has read; None while it is open."""
        return None if self.cutoff is None else Freeze(self.cutoff, self.freeze_number)


class PlanRun(db.Model):  # type: ignore[name-defined]
    """A run over a period: its digests and its figures, so that two runs can be compared. Never changed.

    Figures of a close have `differed`: how many people's live volumes were not what it counted, and were corrected.
    """

    __tablename__ = "plan_run"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    period_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_period.id"))
    kind: Mapped[str]
    inputs_digest: Mapped[str]
    result_digest: Mapped[str]
    cutoff: Mapped[datetime]
    freeze_number: Mapped[int | None]
    run_by: Mapped[uuid.UUID | None]
    run_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]

    __table_args__: Any = (
        CheckConstraint("kind IN ('dry', 'close', 'recompute')", name="kind"),
        Index("ix_plan_run_period_id", "period_id", "id"),
        Index("uq_plan_run_close", "period_id", unique=True, postgresql_where=text("kind = 'close'")),
    )

    @property
    def frozen(self) -> Freeze:
        """What it has read."""
        return Freeze(self.cutoff, self.freeze_number)


class PlanLine(db.Model):  # type: ignore[name-defined]
    """What one component pays one person for one period, or, after late refunds, the difference. Never changed.

    `amount` in minor units after caps; `exact` is what the component came to before rounding, in 1/10000 minor units.
    `sale_id` with `sale_hub_id` is an eligible sale behind it: the guard in the database refuses a reward without one.
    `in_hub_id`: whose books it is booked in. `id` is the right's, once booked. `run_id` is the run that wrote it; a run
    of kind `recompute` corrects `period_id` and is booked while a later one is open.
    """

    __tablename__ = "plan_line"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    period_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_period.id"))
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_run.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    component: Mapped[str]
    component_type: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    exact: Mapped[int] = mapped_column(Numeric(38, 0))
    forfeited: Mapped[int] = mapped_column(Numeric(38, 0), default=0)
    reason: Mapped[str] = mapped_column(default="")
    in_hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"))
    sale_id: Mapped[uuid.UUID | None]
    sale_hub_id: Mapped[int | None] = mapped_column(BigInteger)
    booked_at: Mapped[datetime | None]

    __table_args__: Any = (
        UniqueConstraint("run_id", "account_id", "component", "in_hub_id"),
        CheckConstraint("amount <= 0 OR (sale_id IS NOT NULL AND sale_hub_id IS NOT NULL)", name="sale_behind"),
        Index("ix_plan_line_account_id", "account_id", "period_id"),
        Index("ix_plan_line_waiting", "in_hub_id", "id", postgresql_where=text("booked_at IS NULL")),
    )


class PlanExplained(db.Model):  # type: ignore[name-defined]
    """What the lines of a closed period are made of, for whom they pay: `plans.told.Told`, as JSON. Never changed.

    Of sales of others it has no more than sums, and of people and orders only ids.
    """

    __tablename__ = "plan_explained"

    period_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_period.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class PlanStatement(db.Model):  # type: ignore[name-defined]
    """The signed file of what a period paid somebody. `made_of`: a digest of all that its bytes hang on.

    Where that is another by now, the file is made anew and takes this one's place.
    """

    __tablename__ = "plan_statement"

    period_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_period.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    made_of: Mapped[str]
    content: Mapped[bytes]
    made_at: Mapped[datetime]


class PlanBooking(db.Model):  # type: ignore[name-defined]
    """How many of a period's lines in one hub are booked: progress that costs nothing to read."""

    __tablename__ = "plan_booking"

    period_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_period.id"), primary_key=True)
    in_hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), primary_key=True, autoincrement=False)
    lines: Mapped[int] = mapped_column(BigInteger)
    booked: Mapped[int] = mapped_column(BigInteger)

    __table_args__: Any = (CheckConstraint("booked BETWEEN 0 AND lines", name="booked"),)
