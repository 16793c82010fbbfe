"""Writing a run's lines: all of them in one statement, or the few by which a later run differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text

from hubapp.earnings.compensation import drawing_up
from hubapp.earnings.compensation.drawing_up import Draft
from hubapp.earnings.compensation.models import PlanRun
from hubapp.earnings.compensation.running import Run
from hubapp.kernel import bulk, ids
from hubapp.kernel.db import db

LINE = {
    "id": "uuid",
    "period_id": "uuid",
    "run_id": "uuid",
    "account_id": "uuid",
    "component": "text",
    "component_type": "text",
    "amount": "int8",
    "exact": "numeric",
    "forfeited": "numeric",
    "reason": "text",
    "in_hub_id": "int8",
    "sale_id": "uuid",
    "sale_hub_id": "int8",
    "booked_at": "timestamptz",
}
# What pays nothing is only told, and there is nothing of it to book.
_WRITE = text(
    f"""
    INSERT INTO plan_line ({", ".join(LINE)})
    SELECT uuidv7(), :period, :run, account_id, component, component_type, amount, exact, forfeited, reason, in_hub_id,
      sale_id, sale_hub_id, CASE WHEN amount = 0 THEN CAST(:now AS timestamptz) END
    FROM ({drawing_up.DRAFTS}) AS draft WHERE in_hub_id IS NOT NULL
    """  # noqa: S608
)


_COUNT = text(
    "INSERT INTO plan_booking AS known (period_id, in_hub_id, lines, booked)"
    " SELECT period_id, in_hub_id, count(*), count(booked_at) FROM plan_line WHERE run_id = :run"
    " GROUP BY period_id, in_hub_id ON CONFLICT (period_id, in_hub_id) DO UPDATE"
    " SET lines = known.lines + excluded.lines, booked = known.booked + excluded.booked"
)


def write_all(*, row: PlanRun, run: Run, now: datetime) -> None:
    """All lines of a run."""
    values = drawing_up.lay_out(run)
    missing = drawing_up.without_a_sale()
    if missing is not None:
        raise _nobodys(run.plan.components[missing[1]].id, missing[0])
    values |= {"period": row.period_id, "run": row.id, "now": now}
    found: Any = db.session.execute(_WRITE, values)
    if found.rowcount >= bulk.MANY:
        bulk.learn("plan_line")
    db.session.execute(_COUNT, {"run": row.id})


def write(*, row: PlanRun, found: Iterable[Draft], now: datetime) -> None:
    """These lines of a run."""
    lines = []
    for draft in found:
        if draft.in_hub_id is not None:
            lines.append(_line(row, draft, now))
        elif draft.amount:
            raise _nobodys(draft.component, draft.account_id)
    bulk.copy_rows("plan_line", list(LINE), list(LINE.values()), lines)
    db.session.execute(_COUNT, {"run": row.id})


def _nobodys(component: str, account_id: object) -> LookupError:
    return LookupError(f"{component} pays {account_id}, and no sale stands behind it")


def _line(row: PlanRun, draft: Draft, now: datetime) -> tuple[Any, ...]:
    sale_id, sale_hub_id = draft.sale if draft.sale is not None else (None, None)
    whose = (ids.uuid7(), row.period_id, row.id, draft.account_id)
    what = (draft.component, draft.component_type, draft.amount, draft.exact, draft.forfeited, draft.reason)
    return (*whose, *what, draft.in_hub_id, sale_id, sale_hub_id, None if draft.amount else now)
