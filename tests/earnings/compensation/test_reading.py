"""What a period's run reads: which sales, whose, from whom, and who stands beneath whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from hubapp.earnings.compensation import queries, reading
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.plans import digests
from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs
from tests.factories.hubs import make_hub
from tests.factories.plans import BEFORE, CLOSING, FEBRUARY, JANUARY, Network, across, announced, day, make_network

MIDNIGHT = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # of 1 January in Paris


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        yield make_network()


def read(*changes: tuple[str, str], cutoff: datetime = CLOSING) -> Inputs:
    version = announced(*changes)

    def act() -> Inputs:
        plan = queries.plan_of(queries.version(version.id))
        at = {"delivered_at": "handed_over_at"}.get(plan.period.event_time if plan.period else "", "paid_at")
        days: dict[str, Any] = {"first_day": day("2027-01-01"), "end_day": day("2027-02-01")}
        period = PlanPeriod(currency="EUR", timezone="Europe/Paris", event_time=at, version_id=version.id, **days)
        return reading.inputs_of(period=period, plan=plan, freeze=Freeze(cutoff))

    found: Inputs = across(act)
    return found


def sponsors(network: Network, inputs: Inputs) -> dict[str, str | None]:
    names = {str(account_id): name for name, account_id in network.people.items()}
    members = inputs.members
    return {
        names[one]: names[members.ids[above]] if above >= 0 else None
        for one, above in zip(members.ids, members.tree.parent, strict=True)
    }


def test_a_period_has_the_sales_handed_over_in_it_by_its_own_midnights(network: Network) -> None:
    network.sells("ada", 1, at=MIDNIGHT - timedelta(seconds=1))
    network.sells("ada", 2, at=MIDNIGHT)
    network.sells("ada", 4, at=MIDNIGHT + timedelta(days=31) - timedelta(seconds=1))
    network.sells("ada", 8, at=MIDNIGHT + timedelta(days=31))
    assert list(read().orders.cv) == [2, 4]


def test_what_was_not_handed_over_waits(network: Network) -> None:
    network.sells("ada", handed_over_at=None)
    assert read().orders.ids == []


def test_another_plan_counts_from_the_payment(network: Network) -> None:
    network.sells("ada", 5, handed_over_at=None)
    assert read(('"delivered_at"', '"paid_at"')).orders.cv == [5]


def test_another_currency_is_another_plans(network: Network) -> None:
    network.sells("ada", currency="TND")
    assert read().orders.ids == []


def test_refunds_up_to_the_cutoff_are_taken_off(network: Network) -> None:
    part, whole, late = (network.sells("ada", 10_000) for _ in range(3))
    network.refunds(part, at=JANUARY, cv=4_000)
    network.refunds(whole, at=CLOSING)
    network.refunds(late, at=CLOSING + timedelta(seconds=1))
    inputs = read()
    assert dict(zip(inputs.orders.ids, inputs.orders.cv, strict=True)) == {str(part): 6_000, str(late): 10_000}
    assert list(inputs.orders.amount) == [7_200, 12_000]


@pytest.mark.parametrize("who", ["oneself", "another", "left_lately", "connector"])
def test_who_is_in_the_business_is_no_customer(network: Network, who: str) -> None:
    buyer = {"oneself": "ada", "another": "ben", "left_lately": "cem", "connector": "maud"}[who]
    network.leaves("cem", JANUARY - timedelta(days=30))
    network.sells("ada", buyer=network.people[buyer])
    inputs = read()
    assert [BUYERS[one] for one in inputs.orders.buyer] == ["participant"]
    assert (sum(inputs.members.customers), inputs.hubs.customers) == (0, [0])


def test_who_left_before_the_look_back_or_joins_later_is_a_customer(network: Network) -> None:
    gone, coming = network.people["cem"], network.joins("dan", "ada", at=JANUARY + timedelta(days=20))
    network.leaves("cem", BEFORE)
    for buyer in (gone, coming):
        network.sells("ada", buyer=buyer, at=BEFORE + timedelta(days=61))
    assert [BUYERS[one] for one in read().orders.buyer] == ["customer", "customer"]


def test_customers_are_counted_once_and_their_volume_whole(network: Network) -> None:
    buyer = network.joins("x", at=FEBRUARY)  # any account will do
    network.sells("ada", 100, buyer=buyer)
    network.sells("ada", 200, buyer=buyer)
    network.sells("ada", 50, kind="kit")
    inputs = read()
    place = inputs.members.ids.index(str(network.people["ada"]))
    assert (inputs.members.customers[place], inputs.members.customer_cv[place]) == (1, 300)


def test_the_line_of_who_left_moves_up_and_their_sales_stay(network: Network) -> None:
    network.leaves("ben", JANUARY)
    network.sells("ben", at=JANUARY - timedelta(days=1))
    inputs = read()
    assert sponsors(network, inputs) == {"ada": None, "ben": "ada", "cem": "ada", "maud": None}
    assert inputs.orders.seller == [inputs.members.ids.index(str(network.people["ben"]))]


def test_a_whole_line_that_left_is_passed_over(network: Network) -> None:
    network.joins("dan", "cem")
    for name in ("ben", "cem", "ada"):
        network.leaves(name, JANUARY)
    assert sponsors(network, read()) == {"ada": None, "ben": None, "cem": None, "dan": None, "maud": None}


def test_who_leaves_after_the_period_still_stands_in_it(network: Network) -> None:
    network.leaves("ben", FEBRUARY)
    assert sponsors(network, read())["cem"] == "ben"


def test_who_joins_after_the_period_is_not_in_it(network: Network) -> None:
    network.joins("eve", "cem", at=FEBRUARY)
    assert "eve" not in sponsors(network, read())


def held(network: Network, inputs: Inputs) -> dict[str, int]:
    names = {str(account_id): name for name, account_id in network.people.items()}
    return {names[inputs.members.ids[member]]: days for member, days in inputs.hubs.connectors[0]}


def test_connectors_hold_a_hub_by_days(app: Flask) -> None:
    with app.app_context():
        network = Network(make_hub("lyon"))
        handover = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
        network.connects("ida", until=handover)
        network.connects("jon", since=handover)
        assert held(network, read()) == {"ida": 10, "jon": 21}


def test_connectors_with_different_parts_hold_it_by_them(app: Flask) -> None:
    with app.app_context():
        network = Network(make_hub("lyon"))
        network.connects("ida", share_bps=6_000)
        network.connects("jon", share_bps=4_000)
        assert held(network, read()) == {"ida": 31 * 6_000, "jon": 31 * 4_000}


def test_a_hub_counts_the_customers_whose_second_order_is_in_the_period(network: Network) -> None:
    again, old, new = (network.joins(name, at=FEBRUARY) for name in ("x", "y", "z"))
    december = MIDNIGHT - timedelta(days=9)
    for buyer, moments in ((again, (december, JANUARY)), (old, (december, december, JANUARY)), (new, (JANUARY,))):
        for moment in moments:
            network.sells("ada", buyer=buyer, at=moment)
    inputs = read()
    assert (inputs.hubs.customers, inputs.hubs.repeat_customers) == ([3], [1])


@pytest.mark.parametrize(
    "change",
    [
        ('mode = "marginal"\non = "cv"\ntiers', 'mode = "marginal"\nthreshold_on = "cumulative_cv"\ntiers'),
        ('mode = "marginal"\non = "cv"\nthreshold_on = "gv"', 'mode = "slab"\nthreshold_on = "cumulative_cv"'),
    ],
    ids=["personal", "differential"],
)
def test_volume_of_earlier_periods_is_read_where_a_plan_asks(network: Network, change: tuple[str, str]) -> None:
    network.sells("ada", 700, at=MIDNIGHT - timedelta(days=40))
    network.sells("ada", 300)
    place_of = str(network.people["ada"])
    assert sum(read().members.earlier_cv) == 0
    inputs = read(('id = "default"', 'id = "other"'), ("2027-01-01", "2028-01-01"), change)
    assert inputs.members.earlier_cv[inputs.members.ids.index(place_of)] == 700


def test_reading_again_is_the_same_to_the_byte(network: Network) -> None:
    for name in ("ada", "ben", "cem", None):
        network.sells(name)
    first = read()
    assert digests.of_inputs(first) == digests.of_inputs(
        read(('id = "default"', 'id = "other"'), ("2027-01-01", "2028-01-01"))
    )
