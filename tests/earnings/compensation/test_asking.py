"""A close that is asked for is done once by a job, whatever happens to the worker, and says how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text

from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.errors import NotOver
from hubapp.earnings.compensation.models import PlanTask, TaskKind, TaskStep
from hubapp.earnings.compensation.services import asking, booking, periods
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.tenancy.audit import SYSTEM
from tests.conftest import Live
from tests.earnings.compensation.closing import cost, paid
from tests.factories.crashes import run_all_crashing
from tests.factories.jobs import run_all, waiting
from tests.factories.plans import CLOSING, Network, across, announced, day, make_network

PAID = {("cem", "personal"): 5_000, ("ben", "personal"): 1_000, ("maud", "hub"): 3_000}


def sold() -> Network:
    network = make_network()
    announced()
    network.sells("cem", 50_000)
    network.sells("ben", 10_000)
    clock.set_offset(CLOSING - clock.wall())
    return network


@pytest.fixture
def network(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    monkeypatch.setattr(booking, "AT_ONCE", 2)
    with app.app_context():
        yield sold()


def app_of() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def ask(kind: TaskKind = TaskKind.CLOSE) -> UUID:
    return across(  # type: ignore[no-any-return]
        lambda: asking.ask(currency="EUR", name="2027-01", kind=kind, by=SYSTEM, now=CLOSING)
    )


def task(task_id: UUID) -> PlanTask:
    return across(lambda: db.session.get_one(PlanTask, task_id))  # type: ignore[no-any-return]


def run_task(task_id: UUID) -> None:
    worker.run_job(app_of(), name=asking.RUN, hub_id=None, arguments={"task_id": str(task_id)})


def test_what_was_asked_for_is_done_as_of_then(network: Network) -> None:
    task_id = ask()
    network.sells("ada", 70_000, at=CLOSING - timedelta(days=30), paid_at=CLOSING + timedelta(minutes=5))
    clock.set_offset(CLOSING + timedelta(minutes=10) - clock.wall())
    run_all(app_of())
    assert (task(task_id).outcome, paid(network)) == ("done", PAID)
    assert across(lambda: queries.period("EUR", day("2027-01-01"))).cutoff == CLOSING


def test_a_worker_killed_at_every_commit_of_every_job_closes_once(network: Network) -> None:
    ask()
    assert run_all_crashing(app_of(), recover=lambda: None) > 8
    period = across(lambda: queries.period("EUR", day("2027-01-01")))
    assert (period.status, paid(network), cost(network)) == ("closed", PAID, sum(PAID.values()))


def test_a_job_that_was_lost_is_asked_for_again(network: Network) -> None:
    ask()
    for table in ("procrastinate_events", "procrastinate_jobs"):
        across(lambda name=table: db.session.execute(text(f"DELETE FROM {name}")))  # type: ignore[misc]
    worker.run_job(app_of(), name="compensation.sweep", hub_id=None, arguments={})
    assert [name for name, _hub, _arguments in waiting(app_of())] == [asking.RUN]
    run_all(app_of())
    assert paid(network) == PAID


def test_the_same_job_twice_is_done_once(network: Network) -> None:
    task_id = ask()
    for _ in range(2):
        run_task(task_id)
    run_all(app_of())
    assert cost(network) == sum(PAID.values())


def test_what_cannot_be_is_refused_when_it_is_asked_for(network: Network) -> None:
    with pytest.raises(NotOver):
        across(
            lambda: asking.ask(
                currency="EUR", name="2027-02", kind=TaskKind.CLOSE, by=SYSTEM, now=CLOSING - timedelta(days=3)
            )
        )
    assert asking.RUN not in [name for name, _hub, _arguments in waiting(app_of())]


def test_somebody_who_was_quicker_ends_the_wish_with_words(network: Network) -> None:
    task_id = ask()
    across(lambda: periods.close(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING))
    run_task(task_id)
    assert (task(task_id).outcome, task(task_id).said) == ("refused", "2027-01 was closed already.")
    run_all(app_of())
    assert cost(network) == sum(PAID.values())


def test_a_dry_run_and_a_close_may_wait_at_the_same_time(network: Network) -> None:
    assert ask(TaskKind.DRY) != ask()
    run_all(app_of())
    kinds = across(lambda: set(db.session.scalars(select(PlanTask.outcome))))
    assert kinds == {"done"}
    assert paid(network) == PAID


def test_how_far_it_is_is_seen_while_nothing_is_kept_yet(live: Live) -> None:
    with live.app.app_context():
        sold()
        task_id, seen = ask(), []

        def tell(step: TaskStep) -> None:
            asking.note_step(task_id=task_id, step=step, now=CLOSING)
            with live.app.app_context():
                found = task(task_id)
                seen.append((found.step, found.ended_at))

        across(lambda: asking.perform(task_id=task_id, tell=tell, now=CLOSING))
    assert seen == [(step, None) for step in ("reading", "computing", "writing", "earlier")]
