"""Closing a period: once, in order, from its day on; what it pays is booked, and runs again to the same byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from hubapp.earnings.compensation.errors import AlreadyClosed, EarlierOpen, NoSuchPeriod, NotAPeriod, NotOver
from hubapp.earnings.compensation.models import PlanRun
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.services import periods
from hubapp.kernel.db import db
from hubapp.tenancy.audit import SYSTEM
from tests.earnings.compensation.closing import close, cost, lines, owed, paid
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, FEBRUARY, Network, across, announced, make_network


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        network = make_network()
        announced()
        yield network


def test_a_period_pays_the_seller_the_group_and_the_hub(network: Network) -> None:
    for _ in range(10):
        network.sells("cem", 50_000)
    for _ in range(10):
        network.sells("ben", 2_000)
    period = close()
    assert period.status == "closed"
    assert paid(network) == {
        ("cem", "personal"): 68_000,  # 10 % of 500, 12 % of 1,500, 15 % of 3,000
        ("cem", "team"): 8_000,  # own sales too: 2 % above 1,000 (3 % from 5,000)
        ("ben", "personal"): 2_000,
        ("ben", "team"): 600,  # 3 % of what is above 5,000
        ("maud", "hub"): 29_200,  # 5 % of 5,000, 6 % of 200, and 30 fixed
    }
    assert {name: owed(network, name) for name in ("cem", "ben", "ada", "maud")} == {
        "cem": 76_000,
        "ben": 2_600,
        "ada": 0,
        "maud": 29_200,
    }
    assert cost(network) == 107_800


def test_it_runs_again_to_the_same_byte_whatever_comes_later(network: Network) -> None:
    sale = network.sells("cem", 50_000)
    period = close()
    network.refunds(sale, at=CLOSING + timedelta(days=1))
    network.sells("ben", 10_000, at=FEBRUARY)
    network.joins("eve", "ada", at=FEBRUARY)

    def again() -> tuple[str, str]:
        assert period.frozen is not None
        run = Run(period, period.frozen)
        return run.inputs_digest, run.result_digest

    assert across(again) == (period.inputs_digest, period.result_digest)


def test_it_closes_once(network: Network) -> None:
    network.sells("cem")
    close()
    with pytest.raises(AlreadyClosed, match="2027-01"):
        close()
    assert cost(network) == 1_000 + 500


def test_it_closes_when_the_time_of_withdrawal_is_over(network: Network) -> None:
    network.sells("cem")
    with pytest.raises(NotOver, match="2027-01 is still open: it may be closed from Feb 17, 2027 on"):
        close(now=datetime.fromisoformat("2027-02-16T22:59:00+00:00"))
    assert close(now=datetime.fromisoformat("2027-02-16T23:00:00+00:00")).status == "closed"


def test_periods_close_in_order(network: Network) -> None:
    with pytest.raises(EarlierOpen, match="2027-01 is not closed yet"):
        close("2027-02", CLOSING_FEBRUARY)
    close()
    close("2027-02", CLOSING_FEBRUARY)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("2026-12", NoSuchPeriod), ("2027-W05", NotAPeriod), ("January", NotAPeriod), ("2027-13", NotAPeriod)],
)
def test_a_period_that_no_plan_knows_is_refused(network: Network, name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal, match=name):
        close(name)


def test_a_currency_without_a_plan_is_refused(network: Network) -> None:
    with pytest.raises(NoSuchPeriod, match="TND"):
        across(lambda: periods.dry_run(currency="TND", name="2027-01", by=SYSTEM, now=CLOSING))


def test_a_period_without_sales_closes_and_pays_nothing(network: Network) -> None:
    assert close().status == "closed"
    assert (lines(), cost(network)) == ({}, 0)


def test_a_dry_run_pays_nothing_and_says_what_changed_since_the_last(network: Network) -> None:
    def dry(now: datetime) -> PlanRun:
        return across(  # type: ignore[no-any-return]
            lambda: periods.dry_run(currency="EUR", name="2027-01", by=SYSTEM, now=now)
        )

    sale = network.sells("cem", 50_000)
    network.sells("ben", 10_000)
    first = dry(CLOSING)
    assert (first.figures["paid"], first.figures["people"], first.figures.get("changes")) == (9_000, 3, None)
    assert "changes" not in dry(CLOSING + timedelta(minutes=1)).figures
    network.refunds(sale, at=CLOSING + timedelta(minutes=2))
    second = dry(CLOSING + timedelta(minutes=3))
    assert [(one["component"], one["before"], one["now"]) for one in second.figures["changes"]] == [
        ("personal", 5_000, 0),
        ("hub", 3_000, 500),
    ]
    assert (lines("dry"), cost(network)) == ({}, 0)


def two_legs(network: Network) -> None:
    """Ben has no customer of his own, and two people beneath him who sell enough for him to earn by them."""
    network.joins("dan", "ben")
    network.sells("cem", 200_050)
    network.sells("dan", 150_003)


def test_the_figures_say_what_stays_with_the_company_and_why(network: Network) -> None:
    two_legs(network)
    figures = across(lambda: periods.dry_run(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING)).figures
    team = figures["components"]["team"]
    assert (team["amount"], team["forfeited"]) == (3_001, 2_000)
    assert (figures["turnover"], figures["people"]) == (350_053, 3)
    assert figures["ratio"] == figures["paid"] * 10_000 // 350_053
    assert figures["breakage"] >= team["forfeited"]


def test_lost_pay_is_told_with_its_reason_and_never_booked(network: Network) -> None:
    two_legs(network)
    close()

    def act() -> Any:
        statement = (
            "SELECT account_id, component, amount, forfeited, booked_at FROM plan_line WHERE reason = 'few_customers'"
        )
        return db.session.execute(text(statement)).one()

    row = across(act)
    assert (row.account_id, row.component, row.amount) == (network.people["ben"], "team", 0)
    assert row.forfeited == 20_000_000  # 2 % of 1,000.00 that neither leg earned, in 1/10000 cents
    assert row.booked_at is not None
    assert owed(network, "ben") == 0
