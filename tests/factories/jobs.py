"""Running the queue by hand: every job that is due, in order, until none is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope

MOST = 10_000
NEXT = text(
    "SELECT id, args FROM procrastinate_jobs"
    " WHERE status = 'todo' AND coalesce(scheduled_at, :until) <= :until AND NOT id = ANY(:skipped)"
    " ORDER BY priority DESC, id LIMIT 1"
)
DELETE = (
    text("DELETE FROM procrastinate_events WHERE job_id = :id"),
    text("DELETE FROM procrastinate_jobs WHERE id = :id"),
)


def run_all(app: Flask, *, raising: bool = True, until: timedelta = timedelta(0), only: str = "") -> int:
    """Run the jobs in the queue, those they enqueue included; answers how many were run.

    A job is deleted once it succeeded. What a job raises is raised here and the job stays, as a worker would keep it
    for another try; with `raising=False` such jobs are left in the queue and the rest is run. `until`: run also what is
    scheduled for that much later. `only`: jobs whose name begins so.
    """
    failed: list[int] = []
    done: int | None = None
    for count in range(MOST):
        job = next_job(app, failed, until, done=done)
        done = None
        if job is None:
            return count - len(failed)
        number, arguments = job
        if not str(arguments["name"]).startswith(only):
            failed.append(number)
            continue
        try:
            worker.run_job(app, name=arguments["name"], hub_id=arguments["hub_id"], arguments=arguments["arguments"])
        except Exception:
            if raising:
                raise
            failed.append(number)
            continue
        done = number
    raise AssertionError(f"the queue was not empty after {MOST} jobs")


def waiting(app: Flask) -> list[tuple[str, int | None, dict[str, Any]]]:
    """(name, hub, arguments) of the jobs in the queue, in order."""
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        rows = db.session.execute(text("SELECT args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")).all()
    return [(row.args["name"], row.args["hub_id"], row.args["arguments"]) for row in rows]


def next_job(
    app: Flask, skipped: Sequence[int] = (), until: timedelta = timedelta(0), *, done: int | None = None
) -> tuple[int, dict[str, Any]] | None:
    """(id, arguments of `run_job`) of the next job that is due; one that is done is taken off the queue before."""
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        if done is not None:
            for statement in DELETE:
                db.session.execute(statement, {"id": done})
        row = db.session.execute(NEXT, {"until": clock.wall() + until, "skipped": list(skipped)}).one_or_none()
    return (row.id, row.args) if row else None


def delete_job(app: Flask, number: int) -> None:
    """Take a job off the queue."""
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        for statement in DELETE:
            db.session.execute(statement, {"id": number})
