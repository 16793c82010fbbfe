"""What a payout takes: all that is available, once, less what was refunded since the last one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.earnings.shares import line_queries, queries
from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.models import ShareRuleVersion
from hubapp.earnings.shares.queries import Totals
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import ANNA, CARL, carls_hub, settled
from tests.factories.hubs import NOW

DUE = NOW + timedelta(days=17)


@pytest.fixture
def hub(app: HubFlask) -> Iterator[int]:
    with app.app_context():
        hub_id = carls_hub()
        with hub_scope(hub_id), unit_of_work():
            yield hub_id


def claim(payout_id: UUID | None = None, owner: str = CARL, step: int = 1) -> int:
    return shares.claim_for_payout(owner=owner, currency="EUR", payout_id=payout_id or uuid7(), now=DUE, step=step)


def refund(order_id: UUID, amount: int) -> None:
    shares.reverse(order_id=order_id, refund_id=uuid7(), amount=amount, currency="EUR", now=DUE)


def totals() -> Totals:
    return queries.totals_of(CARL, "EUR", DUE)


def test_a_payout_takes_what_is_available_once(hub: int) -> None:
    settled(2000)
    settled(4000)
    settled(8000, occurred_at=DUE)
    assert queries.available(owner=CARL, currency="EUR", now=DUE) == 300
    assert (claim(), claim()) == (300, 0)
    assert totals() == (400, 0, 300, 0)


def test_what_is_below_one_step_stays_for_the_next_payout(hub: int) -> None:
    settled(2020)
    settled(2060)
    first, second = uuid7(), uuid7()
    assert claim(first, step=10) == 200
    assert sum(amount for _line, amount in line_queries.claims_of(first)) == 200
    assert totals() == (0, 4, 200, 0)
    assert claim(second, step=10) == 0
    assert shares.release_payout(payout_id=first) == 200
    assert totals() == (0, 204, 0, 0)


def test_a_step_larger_than_the_last_lines_leaves_them_whole(hub: int) -> None:
    for gross in (2000, 60, 60):
        settled(gross)
    payout_id = uuid7()
    assert claim(payout_id, step=10) == 100
    assert len(line_queries.claimed_by(payout_id)) == 1
    assert totals() == (0, 6, 100, 0)


def test_nothing_is_taken_during_the_hold(hub: int) -> None:
    settled(2000)
    assert shares.claim_for_payout(owner=CARL, currency="EUR", payout_id=uuid7(), now=NOW) == 0


def test_claiming_again_for_the_same_payout_answers_the_same(hub: int) -> None:
    settled(2000)
    payout_id = uuid7()
    assert claim(payout_id) == 100
    settled(2000)
    assert claim(payout_id) == 100


def test_a_refund_before_the_payout_makes_it_smaller(hub: int) -> None:
    refund(settled(2000), 1000)
    assert claim() == 50


def test_a_refund_after_the_payout_comes_off_the_next_one(hub: int) -> None:
    order_id = settled(2000)
    claim()
    refund(order_id, 2000)
    assert totals() == (0, 0, 100, 100)
    settled(6000)
    assert claim() == 200
    assert totals() == (0, 0, 300, 0)


def test_at_most_half_of_a_payout_is_kept_back_until_the_debt_is_settled(hub: int) -> None:
    order_id = settled(6000)
    claim()
    refund(order_id, 6000)
    settled(2000)
    assert queries.available(owner=CARL, currency="EUR", now=DUE) == 100
    assert (claim(), totals().owed_back) == (50, 250)
    settled(8000)
    assert (claim(), totals().owed_back) == (200, 50)
    settled(8000)
    assert (claim(), totals().owed_back) == (350, 0)


def test_what_is_owed_is_listed_with_its_order_and_the_oldest_is_settled_first(hub: int) -> None:
    first, second = settled(2000), settled(4000)
    claim()
    refund(second, 4000)
    refund(first, 2000)
    settled(6000)
    assert claim() == 150
    (line,) = line_queries.owed_lines(CARL, currency="EUR")
    assert (line.order_id, line.reversed + line.claimed - line.amount) == (second, 150)


def test_the_part_that_may_be_kept_back_is_a_published_rule(app: HubFlask) -> None:
    with app.app_context():
        hub_id = carls_hub()
        with platform_scope(reason="test"), unit_of_work():
            rules = {**db.session.get_one(ShareRuleVersion, "default-1").rules, "owed_back_bps": 1_000}
            db.session.add(ShareRuleVersion(key="gentle", effective_from=NOW, rules=rules, published=True))
        with hub_scope(hub_id), unit_of_work():
            order_id = settled(6000)
            claim()
            refund(order_id, 6000)
            settled(4000)
            assert (claim(), totals().owed_back) == (180, 280)


def test_a_right_that_two_payouts_met_may_leave_its_bounds_when_the_first_comes_back(hub: int) -> None:
    order_id, first = settled(2000), uuid7()
    claim(first)
    refund(order_id, 2000)
    settled(2000)
    assert claim() == 50
    # The bank returns the first: its 100 were never had, so that the 50 which were kept back for them are due again.
    assert shares.release_payout(payout_id=first) == 100
    assert totals() == (0, 50, 50, 0)
    assert claim() == 50


def test_releasing_gives_back_what_was_taken_and_what_was_netted(hub: int) -> None:
    order_id = settled(2000)
    claim()
    refund(order_id, 2000)
    settled(6000)
    payout_id = uuid7()
    assert claim(payout_id) == 200
    assert (shares.release_payout(payout_id=payout_id), shares.release_payout(payout_id=payout_id)) == (200, 0)
    assert totals() == (0, 300, 100, 100)
    assert claim() == 200


def test_a_refund_between_claim_and_release_is_kept(hub: int) -> None:
    order_id, payout_id = settled(2000), uuid7()
    claim(payout_id)
    refund(order_id, 1000)
    shares.release_payout(payout_id=payout_id)
    assert claim() == 50


def test_the_lines_of_a_payout_can_be_listed(hub: int) -> None:
    order_id, payout_id = settled(2000), uuid7()
    claim(payout_id)
    settled(2000)
    assert {line.order_id for line in line_queries.claimed_by(payout_id)} == {order_id}


def test_other_owners_and_currencies_are_left_alone(hub: int) -> None:
    settled(2000, currency="CHF")
    settled(2000)
    assert claim(owner=ANNA) == 2000 - 100 - 60
    assert claim() == 100


def test_the_platform_sees_which_hubs_have_something(app: HubFlask) -> None:
    with app.app_context():
        hubs = [carls_hub(slug) for slug in ("one", "two", "three")]
        for hub_id in hubs[:2]:
            with hub_scope(hub_id), unit_of_work():
                settled(2000)
        with hub_scope(hubs[0]), unit_of_work():
            claim()
        with platform_scope(reason="test"), unit_of_work():
            assert queries.hubs_with_available(owner=CARL, currency="EUR", now=DUE) == [hubs[1]]
