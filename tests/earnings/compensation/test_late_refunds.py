"""Late refunds: an earlier period runs again under its own version, and the difference is booked with the open one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from hubapp.earnings.compensation import corrected, queries
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares import services as settling
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.tenancy.scope import hub_scope
from tests.earnings.compensation.closing import close, cost, lines, owed, paid
from tests.factories.plans import (
    CLOSING,
    CLOSING_FEBRUARY,
    FEBRUARY,
    Network,
    across,
    announced,
    make_network,
)

LATE = CLOSING + timedelta(days=3)


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        network = make_network()
        announced()
        yield network


def close_february() -> None:
    close("2027-02", CLOSING_FEBRUARY)


def test_what_was_paid_for_a_refunded_sale_is_taken_back(network: Network) -> None:
    _kept, gone = network.sells("cem", 50_000), network.sells("cem", 50_000)
    close()
    assert paid(network) == {("cem", "personal"): 11_000, ("maud", "hub"): 5_000}
    before = {name: owed(network, name) for name in ("cem", "maud")}
    network.refunds(gone, at=LATE)
    close_february()
    assert paid(network, "recompute") == {("cem", "personal"): -6_000, ("maud", "hub"): -2_500}
    assert {name: before[name] - owed(network, name) for name in before} == {"cem": 6_000, "maud": 2_500}
    assert cost(network) == owed(network, "cem") + owed(network, "maud")


def test_the_whole_of_it_refunded_comes_to_nothing(network: Network) -> None:
    sales = [network.sells("cem", 30_000) for _ in range(12)]
    close()
    assert cost(network) > 0
    for sale in sales:
        network.refunds(sale, at=LATE)
    close_february()
    assert {name: owed(network, name) for name in ("cem", "ben", "ada", "maud")} == dict.fromkeys(
        ("cem", "ben", "ada", "maud"), 0
    )
    assert cost(network) == 0


def test_a_fixed_payment_goes_with_its_conditions(network: Network) -> None:
    sales = [network.sells(None, 10_000) for _ in range(10)]
    close()
    assert paid(network) == {("maud", "hub"): 8_000}  # 5 % of 1,000, and 30
    network.refunds(sales[0], at=LATE)
    close_february()
    assert paid(network, "recompute") == {("maud", "hub"): -3_500}


def test_a_refund_that_failed_gives_again_what_it_took(network: Network) -> None:
    sale = network.sells("cem", 10_000)
    network.refunds(sale, at=CLOSING - timedelta(hours=1))
    close()
    assert lines() == {}
    network.refunds(sale, at=LATE, cv=-10_000)
    close_february()
    assert paid(network, "recompute") == {("cem", "personal"): 1_000, ("maud", "hub"): 500}
    assert owed(network, "cem") == 1_000


def test_taken_given_and_taken_again(network: Network) -> None:
    sale = network.sells("cem", 10_000)
    close()
    for month, (moment, cv) in enumerate([(LATE, 10_000), (None, -10_000), (None, 4_000)], start=2):
        now = CLOSING + timedelta(days=31 * (month - 1))
        network.refunds(sale, at=moment or now - timedelta(days=1), cv=cv)
        close(f"2027-{month:02d}", now)
    assert owed(network, "cem", CLOSING + timedelta(days=200)) == 600
    assert cost(network) == 600 + 300


def test_it_is_taken_back_by_the_version_of_its_own_period(network: Network) -> None:
    announced(("version = 1", "version = 2"), ("2027-01-01", "2027-02-01"), ("{from=0, bps=1000}", "{from=0, bps=500}"))
    sale = network.sells("cem", 10_000)
    network.sells("cem", 10_000, at=FEBRUARY)
    close()
    network.refunds(sale, at=LATE)
    close_february()
    assert paid(network, "recompute")[("cem", "personal")] == -1_000
    assert owed(network, "cem") == 500


def test_what_was_paid_out_already_is_owed_back_and_netted(network: Network) -> None:
    sale = network.sells("cem", 10_000)
    close()
    owner, payout = f"account:{network.people['cem']}", uuid7()
    with hub_scope(network.hub_id), unit_of_work():
        assert settling.claim_for_payout(owner=owner, currency="EUR", payout_id=payout, now=LATE) == 1_000
    network.refunds(sale, at=LATE)
    network.sells("cem", 40_000, at=FEBRUARY)
    close_february()
    with hub_scope(network.hub_id), unit_of_work():
        later = CLOSING_FEBRUARY + timedelta(days=1)
        totals = shares.totals_of(owner, "EUR", later)
        assert (totals.available, totals.owed_back) == (4_000, 1_000)
        net = shares.netting_of(owner, "EUR", later)
        assert net.paid == 3_000


def test_a_refund_that_is_too_old_changes_nothing_any_more(network: Network) -> None:
    announced(("version = 1", "version = 2"), ("2027-01-01", "2027-02-01"), ("max_age_days = 400", "max_age_days = 10"))
    sale = network.sells("cem", 10_000)
    close()
    network.refunds(sale, at=LATE)
    close_february()
    assert lines("recompute") == {}
    assert owed(network, "cem") == 1_000


def test_without_news_nothing_runs_again(network: Network) -> None:
    network.sells("cem", 10_000)
    close()
    close_february()
    assert (
        across(lambda: db.session.execute(text("SELECT count(*) FROM plan_run WHERE kind = 'recompute'")).scalar_one())
        == 0
    )


def test_a_late_refund_is_not_forgotten_by_the_next_close(network: Network) -> None:
    sale = network.sells("cem", 10_000)
    close()
    network.refunds(sale, at=LATE)
    close_february()
    close("2027-03", CLOSING + timedelta(days=62))
    assert paid(network, "recompute") == {("cem", "personal"): -1_000, ("maud", "hub"): -500}
    assert across(queries.closing) == []


def test_of_what_was_given_back_only_what_changes_ones_pay_is_shown(network: Network) -> None:
    bought = network.sells("cem", 40_000, buyer=network.people["cem"])
    kit, sold = network.sells("cem", 20_000, kind="kit"), network.sells("cem", 50_000)
    period = close()
    for sale in (bought, kit, sold):
        network.refunds(sale, at=LATE)
    close_february()
    (found,) = across(lambda: corrected.of_period(network.people["cem"], period))
    assert ([row.difference for row in found.rows], [sale.cv for sale in found.sales]) == ([-5_000], [50_000])
