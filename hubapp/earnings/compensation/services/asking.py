"""Having a period run or closed by a job: asked for once however often, done once, told how far it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.compensation.models import PlanTask, TaskKind, TaskStep
from hubapp.earnings.compensation.running import Tell
from hubapp.earnings.compensation.services import periods
from hubapp.jobs import failures, queue
from hubapp.kernel import ids
from hubapp.kernel.db import apart, db
from hubapp.kernel.errors import Refusal
from hubapp.tenancy.audit import Actor

RUN = "compensation.run"
DONE, REFUSED = "done", "refused"


def ask(*, currency: str, name: str, kind: TaskKind, by: Actor, now: datetime) -> UUID:
    """Have a period closed, or only computed; asked again while that goes on, it changes nothing. Answers the task.

    A close that was given up is begun again as of the moment it was first asked for, a dry run as of now. Refuses like
    `periods.close`, at once.
    """
    span = periods.check(currency=currency, name=name, is_dry=kind == TaskKind.DRY, now=now)
    values = {"currency": currency, "first_day": span.first, "kind": kind}
    asked = {"asked_by": by.id, "asked_name": by.name, "asked_at": now, "step": TaskStep.WAITING, "stepped_at": now}
    statement = insert(PlanTask).values(id=ids.uuid7(), name=name, outcome="", said="", **values, **asked)
    db.session.execute(statement.on_conflict_do_nothing())
    is_open = [getattr(PlanTask, column) == value for column, value in values.items()]
    found = select(PlanTask).where(*is_open, PlanTask.ended_at.is_(None)).execution_options(populate_existing=True)
    task = db.session.scalars(found).one_or_none()
    if task is None:  # it came to its end just now
        return ask(currency=currency, name=name, kind=kind, by=by, now=now)
    if kind == TaskKind.DRY and _is_given_up(task):
        for column, value in asked.items():
            setattr(task, column, value)
    _enqueue(task)
    return task.id


def ask_again() -> None:
    """Those whose job was lost; one that was given up waits for somebody to press (platform scope)."""
    for task in db.session.scalars(select(PlanTask).where(PlanTask.ended_at.is_(None))):
        if failures.state(task.job_id) is None:
            _enqueue(task)


def _enqueue(task: PlanTask) -> None:
    if failures.state(task.job_id) is not None and not _is_given_up(task):
        return
    lock = f"plan:{task.currency}-{task.name}"
    task.job_id = queue.enqueue(RUN, hub_id=None, lock=lock, arguments={"task_id": str(task.id)})
    db.session.flush()


def _is_given_up(task: PlanTask) -> bool:
    known = failures.state(task.job_id)
    return known is not None and known.is_given_up


def perform(*, task_id: UUID, tell: Tell, now: datetime) -> None:
    """Do what was asked for, all of it or nothing; the run's moment is that of the wish. Twice is once.

    A refusal ends the task with its words: whoever asked reads them, and trying again would not help.
    """
    task = db.session.get_one(PlanTask, task_id)
    if task.ended_at is not None:
        return
    by, outcome, said = Actor(task.asked_by, task.asked_name), DONE, ""
    act = periods.dry_run if task.kind == TaskKind.DRY else periods.close
    try:
        with db.session.begin_nested():
            act(currency=task.currency, name=task.name, by=by, now=task.asked_at, tell=tell)
    except Refusal as refusal:
        outcome, said = REFUSED, str(refusal)
    is_open = (PlanTask.id == task_id, PlanTask.ended_at.is_(None))
    db.session.execute(update(PlanTask).where(*is_open).values(outcome=outcome, said=said, ended_at=now))


def note_step(*, task_id: UUID, step: TaskStep, now: datetime) -> None:
    """Say how far it is, seen at once, though the work itself is not kept yet."""
    with apart():
        is_open = (PlanTask.id == task_id, PlanTask.ended_at.is_(None))
        db.session.execute(update(PlanTask).where(*is_open).values(step=step, stepped_at=now))
