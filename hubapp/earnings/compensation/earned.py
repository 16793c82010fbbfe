"""The line of a period behind an amount in a hub's books, with what corrected it later (the hub in scope)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation import calendar
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod
from hubapp.kernel.db import db, require_hub_id


@dataclass(frozen=True, slots=True)
class PlanEarned:
    """What somebody was paid for one component of a period in one hub's books, line by line as they were written."""

    period: PlanPeriod
    lines: tuple[PlanLine, ...]

    @property
    def owner(self) -> str:
        """Whose it is, as the books name them."""
        return f"account:{self.lines[0].account_id}"

    @property
    def number(self) -> str:
        """What lists call it."""
        name = calendar.of_days(self.period.first_day, self.period.end_day).name
        return f"{name}/{self.lines[0].component}"

    @property
    def explanation(self) -> dict[str, Any]:
        """What its amounts follow from, as `shares.wording` reads it."""
        return explanation(self.lines[0], self.period)

    @property
    def line_ids(self) -> tuple[UUID, ...]:
        """All of it, what was taken back too."""
        return tuple(line.id for line in self.lines)

    @property
    def paid_ids(self) -> tuple[UUID, ...]:
        """What gave a right."""
        return tuple(line.id for line in self.lines if line.amount > 0)


def explanation(line: PlanLine, period: PlanPeriod) -> dict[str, Any]:
    """What an amount follows from, as values that stay."""
    days = {"first": period.first_day.isoformat(), "last": (period.end_day - calendar.DAY).isoformat()}
    return {"kind": "plan", "component": line.component, "type": line.component_type, **days}


def earned(line_id: UUID) -> PlanEarned | None:
    """What the line of this id belongs to, if it is booked in the hub in scope."""
    line = db.session.get(PlanLine, line_id)
    if line is None or line.in_hub_id != require_hub_id() or not line.amount or line.booked_at is None:
        return None
    same = (
        PlanLine.period_id == line.period_id,
        PlanLine.account_id == line.account_id,
        PlanLine.component == line.component,
        PlanLine.in_hub_id == line.in_hub_id,
        PlanLine.amount != 0,
        PlanLine.booked_at.is_not(None),
    )
    lines = db.session.scalars(select(PlanLine).where(*same).order_by(PlanLine.id)).all()
    return PlanEarned(db.session.get_one(PlanPeriod, line.period_id), tuple(lines))
