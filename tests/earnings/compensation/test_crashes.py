"""A close that is killed anywhere and run again, by hand or by the worker, ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import text

from hubapp.cli.period import BOOKED, WRITTEN, close_here
from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.errors import AlreadyClosed
from hubapp.earnings.compensation.services import booking
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db
from tests.earnings.compensation.closing import cost, owed, paid
from tests.factories.crashes import MOMENTS, Moment, killed_at, killed_at_point, run_all_crashing
from tests.factories.jobs import run_all
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, FEBRUARY, Network, across, announced, day, make_network

PAID = {
    ("cem", "personal"): 5_000,
    ("ben", "personal"): 1_000,
    ("ada", "personal"): 500,
    ("maud", "hub"): 3_250,
}
OWED = {"cem": 5_000, "ben": 1_000, "ada": 500, "maud": 3_250}


@pytest.fixture
def network(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A period with four lines, booked two by two."""
    monkeypatch.setattr(booking, "AT_ONCE", 2)
    with app.app_context():
        network = make_network()
        announced()
        network.sells("cem", 50_000)
        network.sells("ben", 10_000)
        network.sells("ada", 5_000)
        clock.set_offset(CLOSING - clock.wall())
        yield network


def assert_closed(network: Network) -> None:
    period = across(lambda: queries.period("EUR", day("2027-01-01")))
    assert period.status == "closed"
    assert paid(network) == PAID
    assert {name: owed(network, name) for name in OWED} == OWED
    assert cost(network) == sum(OWED.values())
    assert across(lambda: db.session.execute(text("SELECT count(*) FROM plan_run")).scalar_one()) == 1


def app_of() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def close_by_hand() -> None:
    close_here(app_of(), "2027-01", "EUR", CLOSING)


def test_undisturbed(network: Network) -> None:
    close_by_hand()
    assert_closed(network)


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_commit_and_run_again(network: Network, moment: Moment, nth: int) -> None:
    with killed_at(moment, nth) as seen:
        close_by_hand()
    assert len(seen) >= nth
    with suppress(AlreadyClosed):  # killed when everything was kept
        close_by_hand()
    assert_closed(network)


@pytest.mark.parametrize(("name", "nth"), [(WRITTEN, 1), (BOOKED, 1), (BOOKED, 2), (BOOKED, 3)])
def test_killed_between_two_steps_and_run_again(network: Network, name: str, nth: int) -> None:
    with killed_at_point(name, nth) as seen:
        close_by_hand()
    assert len(seen) == nth
    close_by_hand()
    assert_closed(network)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_what_a_killed_command_left_is_done_by_the_worker(network: Network, nth: int) -> None:
    with killed_at_point(BOOKED, nth):
        close_by_hand()
    run_all(app_of())
    assert_closed(network)


def test_a_worker_killed_at_every_commit_of_every_job(network: Network) -> None:
    with killed_at_point(WRITTEN, 1):
        close_by_hand()
    assert run_all_crashing(app_of(), recover=lambda: None) > 4
    assert_closed(network)


def test_a_job_that_was_lost_is_asked_for_again(network: Network) -> None:
    with killed_at_point(WRITTEN, 1):
        close_by_hand()
    across(lambda: db.session.execute(text("DELETE FROM procrastinate_events")))
    across(lambda: db.session.execute(text("DELETE FROM procrastinate_jobs")))
    worker.run_job(app_of(), name="compensation.sweep", hub_id=None, arguments={})
    run_all(app_of())
    assert_closed(network)


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("moment", MOMENTS)
def test_late_refunds_killed_at_a_commit_are_taken_back_once(network: Network, moment: Moment, nth: int) -> None:
    sale = network.sells("cem", 10_000)
    close_by_hand()
    before = owed(network, "cem")
    network.refunds(sale, at=CLOSING + timedelta(days=2))
    network.sells("ben", 10_000, at=FEBRUARY)
    clock.set_offset(CLOSING_FEBRUARY - clock.wall())
    with killed_at(moment, nth):
        close_here(app_of(), "2027-02", "EUR", CLOSING_FEBRUARY)
    with suppress(AlreadyClosed):
        close_here(app_of(), "2027-02", "EUR", CLOSING_FEBRUARY)
    assert before - owed(network, "cem") == 1_200  # of what was above 500: 12 %
    assert paid(network, "recompute") == {("cem", "personal"): -1_200, ("maud", "hub"): -500}
