"""Who left and joined again: what they bought, and who stood where, is judged by the times that they took part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hubapp.earnings.compensation.models import Participant, PlanLine
from hubapp.earnings.compensation.running import Run
from hubapp.kernel.db import db
from tests.earnings.compensation.closing import close, paid
from tests.factories.plans import BEFORE, CLOSING, JANUARY, Network, across, announced, make_network

A_DAY = timedelta(days=1)


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        network = make_network()
        announced()
        yield network


def comes_back(network: Network, name: str, at: datetime) -> None:
    def act() -> None:
        row = db.session.get_one(Participant, network.people[name])
        row.joined_at, row.left_at = at, None

    across(act)


def test_what_was_bought_while_taking_part_or_shortly_after_counts_for_nobody(network: Network) -> None:
    network.joins("dan", at=BEFORE)
    network.leaves("dan", JANUARY)
    network.sells("cem", 10_000, buyer=network.people["dan"], at=JANUARY - A_DAY)
    network.sells("cem", 20_000, buyer=network.people["dan"], at=JANUARY + A_DAY)
    network.sells("cem", 40_000, at=JANUARY)
    comes_back(network, "dan", CLOSING - A_DAY)
    close()
    assert paid(network)[("cem", "personal")] == 4_000


def test_a_closed_period_runs_the_same_after_somebody_came_back(network: Network) -> None:
    network.joins("dan", "ben")
    for name in ("cem", "dan"):
        for _ in range(10):
            network.sells(name, 50_000)
    network.sells("ben", 30_000)
    network.sells("cem", 70_000, buyer=network.people["ben"])
    network.leaves("ben", JANUARY + 30 * A_DAY)  # in February
    network.leaves("dan", JANUARY + A_DAY)
    period = close()
    for name in ("ben", "dan"):
        comes_back(network, name, CLOSING + A_DAY)
    again = across(lambda: Run(period, period.frozen))
    assert (again.inputs_digest, again.result_digest) == (period.inputs_digest, period.result_digest)


def test_who_is_back_by_the_end_has_their_group_again(network: Network) -> None:
    for _ in range(10):
        network.sells("cem", 50_000)
    network.joins("dan", "ben")
    for _ in range(10):
        network.sells("dan", 50_000)
    network.sells("ben", 30_000)
    network.leaves("ben", JANUARY + A_DAY)
    comes_back(network, "ben", JANUARY + 5 * A_DAY)
    close()
    assert ("ben", "team") in paid(network)


def test_the_guard_knows_the_times_before(network: Network) -> None:
    network.joins("dan", at=BEFORE)
    network.leaves("dan", JANUARY + A_DAY)
    bought = network.sells("cem", 10_000, buyer=network.people["dan"], at=JANUARY)
    network.sells("cem", 10_000)
    comes_back(network, "dan", CLOSING - A_DAY)
    close()
    (line,) = across(lambda: db.session.scalars(select(PlanLine).where(PlanLine.component == "personal")).all())

    def forge() -> None:
        db.session.execute(text("SET LOCAL ROLE hubapp_owner"))
        values = {"sale": bought, "line": line.id}
        db.session.execute(text("UPDATE plan_line SET sale_id = :sale WHERE id = :line"), values)

    with pytest.raises(DBAPIError, match="purchases of participants are never paid for"):
        across(forge)
