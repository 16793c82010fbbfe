"""Everybody's lines of a closed period, kept by one job after the close, so that no page computes a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import update

from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.plans import told
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.services import jobs_of_statements
from hubapp.earnings.compensation.services.jobs_of_statements import LINES
from hubapp.jobs.failures import State
from hubapp.kernel import bulk
from hubapp.kernel.db import db

COLUMNS = {"period_id": "uuid", "account_id": "uuid", "lines": "jsonb"}


def ask(*, period: PlanPeriod) -> State | None:
    """Have them kept where nobody has asked for it yet, as of periods closed by an older release; how that stands."""
    state = jobs_of_statements.state(name=LINES, period_id=str(period.id))
    if state is None:
        jobs_of_statements.ask(name=LINES, period_id=str(period.id))
    return state


def keep(*, period_id: UUID, now: datetime) -> int:
    """Compute the period again and keep what its lines are made of, all at once; twice is once. Answers how many."""
    period = db.session.get_one(PlanPeriod, period_id)
    if period.frozen is None or period.explained_at is not None:
        return 0
    run = Run(period, period.frozen)
    many = bulk.copy_rows("plan_explained", list(COLUMNS), list(COLUMNS.values()), _rows(run))
    db.session.execute(update(PlanPeriod).where(PlanPeriod.id == period_id).values(explained_at=now))
    return many


def _rows(run: Run) -> Iterator[tuple[Any, ...]]:
    members = run.inputs.members.ids
    for member, lines in told.everybody(run.result):
        yield run.period.id, UUID(members[member]), Jsonb([line.kept for line in lines])
