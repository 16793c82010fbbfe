"""Facts over everybody: what half of the people got, and what was bought again by who is a customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hubapp.earnings.compensation import live_queries, queries, repeating
from hubapp.earnings.compensation.models import Participant, PlanPeriod
from hubapp.kernel.db import db
from hubapp.people.accounts import services as accounts
from tests.earnings.compensation.closing import close
from tests.factories.hubs import NOW, make_hub
from tests.factories.plans import BEFORE, CLOSING, Network, across, announced, day, make_network

LONG_AGO = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def thirty_seven() -> Network:
    network = Network(make_hub())

    def act() -> None:
        for place in range(37):
            name = f"p{place}"
            new = {"email": f"{name}@facts.example", "name": name, "locale": "en", "password": None}
            account_id = accounts.create_account(**new, is_confirmed=True, now=NOW)
            network.people[name] = account_id
            db.session.add(Participant(account_id=account_id, terms="1", joined_at=BEFORE))

    across(act)
    return network


def test_half_of_them_got_no_more_than_the_amount_of_the_nearest_rank(app: Flask) -> None:
    """12 of 37 got nothing: the 19th is the 7th of the other 25."""
    with app.app_context():
        network = thirty_seven()
        announced()
        for place in range(25):
            network.sells(f"p{place}", 1_000 * (place + 1))  # 10 % of it is theirs
        close()
        found = across(lambda: live_queries.facts("EUR", CLOSING))
    assert (found.people, found.nothing, found.median) == (37, 12, 700)


@pytest.mark.parametrize(
    ("left", "back", "expected"),
    [
        (datetime(2026, 11, 11, 0, 0, tzinfo=UTC), None, 20_000),  # 60 days before, in Paris, whatever the hour
        (datetime(2026, 11, 10, 22, 59, tzinfo=UTC), None, 70_000),
        (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 20, tzinfo=UTC), 20_000),
        (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 2, 2, tzinfo=UTC), 70_000),
    ],
)
def test_what_customers_bought_is_of_those_whom_the_close_takes_for_customers(
    app: Flask, left: datetime, back: datetime | None, expected: int
) -> None:
    bought = datetime(2027, 1, 10, 22, 30, tzinfo=UTC)
    with app.app_context():
        network, version = make_network(), announced()
        network.joins("dan", at=LONG_AGO)
        network.leaves("dan", left)
        network.sells("cem", 50_000, buyer=network.people["dan"], at=bought)
        network.sells("cem", 20_000, at=bought + timedelta(hours=1))

        def act() -> dict[tuple[int, int], int]:
            if back is not None:
                row = db.session.get_one(Participant, network.people["dan"])
                row.joined_at, row.left_at = back, None
                db.session.flush()
            days = {"first_day": day("2027-01-01"), "end_day": day("2027-02-01"), "timezone": "Europe/Paris"}
            period = PlanPeriod(currency="EUR", event_time="handed_over_at", **days)
            return dict(repeating.bought([period], queries.plan_of(queries.version(version.id))))

        assert across(act) == {(1, 1): expected}
