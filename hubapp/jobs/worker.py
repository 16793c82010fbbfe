"""The worker: runs each job in its hub's scope and one transaction, retries what fails, revives what a crash left."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import procrastinate
import psycopg
import structlog
from flask import Flask
from procrastinate import JobContext, PsycopgConnector, RetryDecision, RetryStrategy
from procrastinate.jobs import Job
from sqlalchemy import text

from hubapp.jobs import failures, queue
from hubapp.jobs.unwritten import Unwritten
from hubapp.kernel import clock, crash, scope
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.scope import Scope

log = structlog.get_logger(__name__)

SCHEDULE = "hubapp.periodic"
STALLED_AFTER_SECONDS = 30
RESTART_SECONDS = 1.0
DRAINED_AT_ONCE = 100
DONE = crash.point("job.done", "the job's work is kept; the queue still has the job")
_DUE = text(
    "SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' AND task_name = :run"
    " AND coalesce(scheduled_at, :now) <= :now ORDER BY priority DESC, id LIMIT :limit"
)
_FORGET = (
    text("DELETE FROM procrastinate_events WHERE job_id = ANY(:ids)"),
    text("DELETE FROM procrastinate_jobs WHERE id = ANY(:ids)"),
)


class Again(RetryStrategy):
    """Tries again, ever later. The queue lets nothing of the same lock pass a job of the same priority that waits."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When; and behind those that were tried less often, where the task says so."""
        decision = super().get_retry_decision(exception=exception, job=job)
        task = queue.registry.get(str(job.task_kwargs["name"]))
        if decision is not None and task is not None and task.lets_pass:
            decision.priority = -(job.attempts + 1)
        return decision


RETRY = Again(max_attempts=12, exponential_wait=2)


def job_scope(task: queue.Task, hub_id: int | None) -> Scope:
    """Where a task's database session looks: all hubs if it says why, else its hub, else none."""
    if task.platform is not None:
        log.debug("platform scope", reason=task.platform)
        return Scope(role="central")
    return Scope(hub_id=hub_id)


def run_job(app: Flask, *, name: str, hub_id: int | None, arguments: dict[str, Any]) -> None:
    """Run one job: its own application context, scope and transaction. Also used by tests and the CLI."""
    task = queue.registry.get(name)
    if task is None:
        raise queue.UnknownTask(name)
    for prepare in app.extensions.get("hubapp.before_job", ()):
        prepare()
    with app.app_context(), scope.entered(job_scope(task, hub_id)), unit_of_work():
        task.function(**arguments)
    crash.reached(DONE)


def drain(app: Flask) -> int:
    """Run here, one after the other, every job that is due, those they enqueue included; answers how many.

    For commands that make things happen without a worker beside them. What a job raises is raised here, and the job
    stays in the queue.
    """
    count, done = 0, list[int]()
    try:
        while jobs := _due(app, done):
            done = []
            for job_id, job in jobs:
                run_job(app, name=job["name"], hub_id=job["hub_id"], arguments=job["arguments"])
                done.append(job_id)
            count += len(done)
    except BaseException:
        _due(app, done)
        raise
    return count


def _due(app: Flask, done: list[int]) -> list[tuple[int, dict[str, Any]]]:
    """What is next in the queue, once those that are done are off it: in one transaction, as there are thousands."""
    with app.app_context(), scope.entered(Scope(role="central")), unit_of_work():
        for statement in _FORGET if done else ():
            db.session.execute(statement, {"ids": done})
        rows = db.session.execute(_DUE, {"run": queue.RUN, "now": clock.wall(), "limit": DRAINED_AT_ONCE})
        return [(row.id, row.args) for row in rows]


def note_failure(app: Flask, *, job_id: int | None, error: Exception) -> None:
    """Keep what an attempt raised where the central team can read it, in a transaction of its own."""
    if job_id is None:
        return
    try:
        with app.app_context(), scope.entered(Scope(role="central")), unit_of_work():
            failures.note(job_id=job_id, error=f"{type(error).__name__}: {error}", now=clock.wall())
    except Exception:
        # The job's own error is what matters; the queue keeps the job either way.
        log.exception("failure not noted", job_id=job_id)


def seconds_last(cron: str) -> str:
    """Our schedules begin with the seconds, as their six fields read; procrastinate's parser takes them at the end."""
    first, *rest = cron.split()
    return " ".join([*rest, first])


async def _revive(worker_app: procrastinate.App, job_id: int, why: str) -> None:
    try:
        await worker_app.job_manager.retry_job_by_id_async(job_id, retry_at=clock.wall())
    except procrastinate.exceptions.ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        return  # it ended, or somebody else revived it, since it was looked for
    log.warning("job revived", job_id=job_id, why=why)


def _application(app: Flask, conninfo: str, unwritten: Unwritten) -> procrastinate.App:
    worker_app = procrastinate.App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=8))

    def run(context: JobContext, name: str, hub_id: int | None, arguments: dict[str, Any]) -> None:
        with structlog.contextvars.bound_contextvars(job=name, hub_id=hub_id):
            try:
                run_job(app, name=name, hub_id=hub_id, arguments=arguments)
            except Exception as error:
                note_failure(app, job_id=context.job.id, error=error)
                raise

    worker_app.task(name=queue.RUN, retry=RETRY, pass_context=True)(run)
    for number, entry in enumerate(queue.schedule):

        def tick(timestamp: int, name: str = entry.task.name) -> None:  # noqa: ARG001  the scheduler names it
            run_job(app, name=name, hub_id=None, arguments={})

        registered = worker_app.task(name=f"{SCHEDULE}.{number}.{entry.task.name}", queueing_lock=entry.task.name)(tick)
        worker_app.periodic(cron=seconds_last(entry.cron), periodic_id=entry.task.name)(registered)

    async def revive_stalled(timestamp: int) -> None:  # noqa: ARG001  the scheduler names it
        """A killed worker, and a connection that broke at the wrong moment, leave jobs marked as running."""
        for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            await _revive(worker_app, int(job.id or 0), "its worker is silent")
        for job_id in await unwritten.overdue(worker_app.connector, seconds=STALLED_AFTER_SECONDS):
            await _revive(worker_app, job_id, "its end was not written down")

    worker_app.periodic(cron=seconds_last("*/15 * * * * *"), periodic_id="revive")(
        worker_app.task(name="hubapp.revive", queueing_lock="hubapp.revive")(revive_stalled)
    )
    return worker_app


def work(app: Flask, *, conninfo: str, concurrency: int = 4, wait: bool = True, revive: Callable[[], None]) -> None:
    """Run the worker until it is told to stop; with `wait=False` until no job is due.

    A worker that loses its database begins anew once `revive` has found the database or started it again.
    """

    async def run_once() -> None:
        unwritten = Unwritten()
        worker_app = _application(app, conninfo, unwritten)
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
                fetch_job_polling_interval=2,
                install_signal_handlers=False,
                worker_middleware=[unwritten.note],
            )

    async def until_told() -> None:
        told = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        stopping = asyncio.create_task(told.wait())
        while not told.is_set():
            running = asyncio.create_task(run_once())
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if told.is_set():
                running.cancel()
            (outcome,) = await asyncio.gather(running, return_exceptions=True)
            if not told.is_set():
                log.warning("the worker lost its database and begins anew", error=str(outcome or ""))
                await _again(revive)

    asyncio.run(until_told() if wait else run_once())


async def _again(revive: Callable[[], None]) -> None:
    """Wait for the database, at most a few times a minute."""
    while True:
        await asyncio.sleep(RESTART_SECONDS)
        try:
            await asyncio.to_thread(revive)
        except Exception as error:  # noqa: BLE001
            log.warning("the database is not there yet", error=str(error))
        else:
            return
