"""How far a period's run, close and booking are, in a few rows that are cheap to ask for again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hubapp.earnings.compensation import standing
from hubapp.earnings.compensation.models import PeriodStatus, PlanTask, TaskKind, TaskStep
from hubapp.earnings.compensation.standing import Standing
from hubapp.jobs import failures
from hubapp.jobs.failures import State
from hubapp.kernel.db import db

DRY_STEPS = (TaskStep.READING, TaskStep.COMPUTING)
CLOSE_STEPS = (*DRY_STEPS, TaskStep.WRITING, TaskStep.EARLIER)
BOOKING = "booking"
LONG = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """The latest wish with its job, and what is booked of how many lines."""

    task: PlanTask | None
    job: State | None
    is_booking: bool
    booked: int
    lines: int
    waited: timedelta

    @property
    def is_asked(self) -> bool:
        """Whether somebody waits for a run or a close."""
        return self.task is not None and self.task.ended_at is None

    @property
    def is_given_up(self) -> bool:
        """Whether it goes on only when somebody presses again."""
        return self.is_asked and self.job is not None and self.job.is_given_up

    @property
    def is_refused(self) -> bool:
        """Whether the latest wish was refused when it was its turn."""
        return self.task is not None and self.task.outcome == "refused"

    @property
    def is_going_on(self) -> bool:
        """Whether it is worth asking again."""
        return self.is_booking or (self.is_asked and not self.is_given_up)

    @property
    def has_failed(self) -> bool:
        """Whether an attempt failed and none has succeeded since."""
        return self.is_asked and self.job is not None and self.job.status != "doing" and bool(self.job.error)

    @property
    def is_waiting(self) -> bool:
        """Whether no attempt has begun."""
        return self.is_asked and self.task is not None and self.task.step == TaskStep.WAITING and not self.has_failed

    @property
    def is_waiting_long(self) -> bool:
        """Whether it looks as if nobody were there to do it."""
        return self.is_waiting and self.waited > LONG

    @property
    def next_at(self) -> datetime | None:
        """When it is tried again by itself."""
        return self.job.next_at if self.has_failed and self.job is not None and not self.is_given_up else None

    @property
    def steps(self) -> list[tuple[str, str]]:
        """(step, done | now | next | bad) in their order."""
        is_dry = self.task is not None and self.task.kind == TaskKind.DRY and self.is_asked
        names: tuple[str, ...] = DRY_STEPS if is_dry else (*CLOSE_STEPS, BOOKING)
        at = names.index(BOOKING) if self.is_booking else -1
        if self.is_asked and self.task is not None and self.task.step in names:
            at = names.index(self.task.step)
        here = "bad" if self.has_failed else "now"
        return [(name, "done" if place < at else here if place == at else "next") for place, name in enumerate(names)]


def of(found: Standing, *, now: datetime) -> Progress:
    """One period's."""
    statement = select(PlanTask).where(PlanTask.currency == found.currency, PlanTask.first_day == found.span.first)
    task = db.session.scalar(statement.order_by(PlanTask.id.desc()).limit(1))
    job = failures.state(task.job_id) if task is not None and task.ended_at is None else None
    is_booking = found.row is not None and found.row.status == PeriodStatus.CLOSING
    booked, lines = standing.progress_of(found.row.id) if found.row is not None and is_booking else (0, 0)
    waited = now - task.stepped_at if task is not None else timedelta()
    return Progress(task, job, is_booking, booked, lines, waited)


def going_on(found: Iterable[Standing], *, now: datetime) -> list[tuple[Standing, Progress]]:
    """Those that somebody waits for, of several periods."""
    waiting = select(PlanTask.currency, PlanTask.first_day).where(PlanTask.ended_at.is_(None))
    asked = {(currency, first_day) for currency, first_day in db.session.execute(waiting)}
    busy = [one for one in found if one.status == PeriodStatus.CLOSING or (one.currency, one.span.first) in asked]
    return [(one, of(one, now=now)) for one in busy]
