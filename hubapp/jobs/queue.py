"""Enqueueing: a job exists if, and only if, the transaction that asked for it commits."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from procrastinate import SyncPsycopgConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from sqlalchemy import text

from hubapp.kernel.db import db

RUN = "hubapp.run"  # the one procrastinate task; our registry below knows the rest

Function = TypeVar("Function", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Task:
    """A function that the worker can run: in a hub (`platform` None) or across hubs, for the reason given.

    `lets_pass`: while it waits to be tried again, others of its lock go first; else they wait for it.
    """

    name: str
    function: Callable[..., None]
    platform: str | None
    queue: str
    lets_pass: bool = False


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task that runs by the clock (cron with seconds first, UTC)."""

    cron: str
    task: Task


registry: dict[str, Task] = {}
schedule: list[Periodic] = []
_manager = JobManager(SyncPsycopgConnector())  # its own pool is never opened: a connection is always passed in


_ALIVE = text("SELECT DISTINCT lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND lock = ANY(:locks)")
_LATEST = text(
    "SELECT max(id) FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') AND lock = :lock"
    " AND args->>'name' = :name AND args->'arguments' = CAST(:arguments AS jsonb)"
)


class UnknownTask(LookupError):
    """A job names a task that no slice registers."""


def task(
    name: str, *, platform: str | None = None, queue: str = "default", lets_pass: bool = False
) -> Callable[[Function], Function]:
    """Register a job function under a lasting name. Arguments are ids and plain JSON values, never secrets.

    `platform`: why it must see all hubs. Without it the job runs in the hub it was enqueued for. `lets_pass`: see Task.
    """

    def register(function: Function) -> Function:
        if name in registry and registry[name].function is not function:
            raise ValueError(f"two tasks are called {name}")
        registry[name] = Task(name, function, platform, queue, lets_pass)
        return function

    return register


def periodic(cron: str, name: str, *, platform: str) -> Callable[[Function], Function]:
    """Register a job that runs by the clock, across hubs; six fields, seconds first."""

    def register(function: Function) -> Function:
        task(name, platform=platform)(function)
        schedule.append(Periodic(cron, registry[name]))
        return function

    return register


def alive(locks: Collection[str]) -> set[str]:
    """Those locks under which a job waits or runs: a sweep need not ask again, or an outage fills the queue."""
    return set(db.session.scalars(_ALIVE, {"locks": list(locks)})) if locks else set()


def latest(name: str, *, lock: str, arguments: dict[str, Any]) -> int | None:
    """The number of the last job with these very arguments that waits, runs or was given up; None: there is none."""
    found: int | None = db.session.scalar(_LATEST, {"name": name, "lock": lock, "arguments": json.dumps(arguments)})
    return found


def enqueue(
    name: str,
    *,
    hub_id: int | None,
    at: datetime | None = None,
    lock: str | None = None,
    arguments: dict[str, Any] | None = None,
) -> int:
    """Add a job to the current transaction; answers its number.

    `at`: not before (wall time); `lock`: one at a time per lock.
    """
    if name not in registry:
        raise UnknownTask(name)
    connection = db.session.connection().connection.driver_connection
    job = Job(
        id=None,
        queue=registry[name].queue,
        lock=lock,
        queueing_lock=None,
        task_name=RUN,
        task_kwargs={"name": name, "hub_id": hub_id, "arguments": arguments or {}},
        scheduled_at=at,
    )
    deferred = _manager.defer_job(job, connection=connection)
    assert deferred.id is not None
    return deferred.id
