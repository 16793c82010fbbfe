"""Jobs that a worker left behind: killed in the middle, or done with nobody told."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import procrastinate
import pytest
from sqlalchemy import text

from hubapp.jobs import queue, worker
from hubapp.jobs.unwritten import Unwritten
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from tests.conftest import Live
from tests.support.threads import alone

TASK = "tests.count"
ran: list[str] = []


@queue.task(TASK, platform="test")
def count() -> None:
    """Say that it ran."""
    ran.append("ran")


pytestmark = pytest.mark.usefixtures("no_schedule")


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Nothing ran yet."""
    ran.clear()


def enqueue(live: Live) -> None:
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        queue.enqueue(TASK, hub_id=None)


def statuses(live: Live) -> list[tuple[str, int]]:
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        rows = db.session.execute(
            text("SELECT status, attempts FROM procrastinate_jobs WHERE task_name = 'hubapp.run'")
        )
        return [(row.status, row.attempts) for row in rows]


async def until(live: Live, wanted: list[tuple[str, int]]) -> None:
    for _ in range(100):
        if statuses(live) == wanted:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(statuses(live))


async def _lose_one_ending(live: Live, unwritten: Unwritten, *, revives: bool) -> None:
    """A worker that goes on living after the line broke on which one job's end was to be written."""
    worker_app = worker._application(live.app, live.server.conninfo("central"), unwritten)
    finish, lost = worker_app.job_manager.finish_job, []

    async def break_once(job: Any, **values: Any) -> None:
        if job.task_name == queue.RUN and not lost:
            lost.append(job.id)
            raise procrastinate.exceptions.ConnectorException
        await finish(job, **values)

    worker_app.job_manager.finish_job = break_once  # type: ignore[assignment, method-assign]
    async with worker_app.open_async():
        working = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=2,
                delete_jobs="successful",
                fetch_job_polling_interval=0.2,
                install_signal_handlers=False,
                worker_middleware=[unwritten.note],
            )
        )
        await until(live, [("doing", 0)])
        for _ in range(100):
            await asyncio.sleep(0.05)
            if lost:
                break
        await asyncio.sleep(0.2)
        await worker_app.tasks["hubapp.revive"](timestamp=0)
        await until(live, [] if revives else [("doing", 0)])
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def test_a_job_whose_end_was_not_written_down_runs_again(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "STALLED_AFTER_SECONDS", 0.1)
    enqueue(live)
    alone(partial(asyncio.run, _lose_one_ending(live, Unwritten(), revives=True)))
    assert len(ran) == 2


def test_a_job_that_ended_a_moment_ago_is_left_alone(live: Live) -> None:
    enqueue(live)
    alone(partial(asyncio.run, _lose_one_ending(live, Unwritten(), revives=False)))
    assert len(ran) == 1


def test_a_job_that_has_ended_since_it_was_looked_for_stops_nobody(live: Live) -> None:
    class Late(Unwritten):
        async def overdue(self, *_: Any, **__: Any) -> list[int]:
            return [2**40]

    async def revive() -> None:
        worker_app = worker._application(live.app, live.server.conninfo("central"), Late())
        async with worker_app.open_async():
            await worker_app.tasks["hubapp.revive"](timestamp=0)

    alone(partial(asyncio.run, revive()))


def test_without_that_memory_it_would_stay_for_ever(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the library's own look at heartbeats does not find it."""

    class Forgetful(Unwritten):
        async def overdue(self, *_: Any, **__: Any) -> list[int]:
            return []

    monkeypatch.setattr(worker, "STALLED_AFTER_SECONDS", 0.1 + 30)
    enqueue(live)
    alone(partial(asyncio.run, _lose_one_ending(live, Forgetful(), revives=False)))
    assert len(ran) == 1


def test_a_job_of_a_killed_worker_runs_again(live: Live) -> None:
    enqueue(live)
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        dead = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        worker_id = db.session.scalar(text(dead))
        db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :id"), {"id": worker_id})

    async def revive() -> None:
        worker_app = worker._application(live.app, live.server.conninfo("central"), Unwritten())
        async with worker_app.open_async():
            await worker_app.tasks["hubapp.revive"](timestamp=0)

    alone(partial(asyncio.run, revive()))
    assert statuses(live) == [("todo", 1)]
    alone(partial(worker.work, live.app, conninfo=live.server.conninfo("central"), wait=False, revive=lambda: None))
    assert (statuses(live), len(ran)) == ([], 1)
