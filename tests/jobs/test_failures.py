"""A real worker notes why a job failed, where the central team can read it."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import text

from hubapp.jobs import worker
from hubapp.jobs.failures import JobFailure
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from tests.conftest import Live
from tests.support.threads import alone


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
    alone(partial(worker.work, live.app, conninfo=live.server.conninfo("central"), wait=False, revive=lambda: None))
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        (failure,) = db.session.query(JobFailure).all()
    assert failure.error == "UnknownTask: nobody.knows"
