"""Holding live volumes against a close, and correcting those that are not what it counted: it never should happen."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import structlog

from hubapp.earnings.compensation import calendar, differing
from hubapp.earnings.compensation.running import Run
from hubapp.kernel import bulk
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

log = structlog.get_logger(__name__)
CORRECTED = "plan.volumes"
DAY_NUMBER_0 = date(2000, 1, 1)  # as PostgreSQL counts days


def reconcile(*, run: Run, by: Actor, now: datetime) -> int:
    """Correct the live volumes of the period that a run closes; answers how many people's were wrong, and tells it.

    In the transaction of the close: once with it, or not at all.
    """
    period, people = run.period, correct(run=run)
    if not people:
        return 0
    name = calendar.of_days(period.first_day, period.end_day).name
    log.error("live volumes were not what a close counted", period=name, currency=period.currency, people=people)
    details = {"period": name, "currency": period.currency, "people": people}
    audit.record(actor=by, action=CORRECTED, subject=f"period:{period.id}", details=details, now=now)
    return people


def correct(*, run: Run) -> int:
    """Add to live volumes what they lack to be what a run counted; answers of how many people.

    Rows are added like those of a sale: nobody waits for it, and what is recorded or folded meanwhile adds up with it.
    """
    found = differing.of(run)
    if many := len(found.accounts):
        day = (run.period.first_day - DAY_NUMBER_0).days
        where = {"currency": np.full(many, run.period.currency.encode()), "first_day": np.full(many, day, np.int32)}
        bulk.copy_columns("plan_volume_delta", {**where, "account_id": found.accounts, **found.missing})
    return many
