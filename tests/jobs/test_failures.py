"""A real worker notes why a job failed, where the central team can read it."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import text

from hubapp.jobs import queue, worker
from hubapp.jobs.failures import JobFailure
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from tests.conftest import Live
from tests.support.threads import alone


def work_once(live: Live) -> None:
    alone(partial(worker.work, live.app, conninfo=live.server.conninfo("central"), wait=False, revive=lambda: None))


@pytest.mark.usefixtures("no_schedule")
def test_the_worker_keeps_the_words_of_a_failed_try(live: Live) -> None:
    unknown = (
        "jsonb_build_object('name', 'nobody.knows', 'hub_id', CAST(NULL AS bigint), 'arguments', jsonb_build_object())"
    )
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        add = (
            f"INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'hubapp.run', {unknown})"
        )
        db.session.execute(text(add))
    work_once(live)
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        (failure,) = db.session.query(JobFailure).all()
    assert failure.error == "UnknownTask: nobody.knows"


@pytest.mark.usefixtures("no_schedule")
@pytest.mark.parametrize(("lets_pass", "are_done"), [(True, ["next"]), (False, [])])
def test_a_job_that_failed_lets_others_of_its_lock_pass_where_its_task_says_so(
    live: Live, monkeypatch: pytest.MonkeyPatch, lets_pass: bool, are_done: list[str]
) -> None:
    done: list[str] = []

    def act(name: str) -> None:
        if name == "fails":
            raise RuntimeError(name)
        done.append(name)

    monkeypatch.setitem(queue.registry, "tests.act", queue.Task("tests.act", act, "test", "default", lets_pass))
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        for name in ("fails", "next"):
            queue.enqueue("tests.act", hub_id=None, lock="one", arguments={"name": name})
    for _ in range(2):  # a worker that does not wait ends while the one job has the lock
        work_once(live)
    assert done == are_done
