"""Refunds: at most what is left, and back again when the card refuses them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hubapp.money.payments.gateway import Ok, Outcome, RefundState, Rejected, Unknown
from tests.factories.sandbox import Shop


def refund(shop: Shop, charge_id: str, amount: int) -> Outcome[RefundState]:
    return shop.gateway.create_refund(key=shop.key(), charge_id=charge_id, amount=amount, metadata={"refund": "1"})


def test_a_refund_takes_its_amount_and_the_fee_stays_paid(shop: Shop) -> None:
    charge_id = shop.charge(2000)
    outcome = refund(shop, charge_id, 300)
    assert isinstance(outcome, Ok)
    assert (outcome.value.amount, outcome.value.status, outcome.value.charge_id) == (300, "succeeded", charge_id)
    assert shop.gateway.retrieve_charge(charge_id).refunded_amount == 300
    shop.sandbox.advance(timedelta(days=3))
    assert shop.gateway.platform_balance().available == {"eur": 1945 - 300}


@pytest.mark.parametrize("amount", [2001, 0, -1])
def test_a_refund_outside_of_the_charge_is_rejected(shop: Shop, amount: int) -> None:
    charge_id = shop.charge(2000)
    assert isinstance(refund(shop, charge_id, amount), Rejected)
    assert shop.gateway.retrieve_charge(charge_id).refunded_amount == 0


def test_partial_refunds_add_up_to_the_charge_and_no_further(shop: Shop) -> None:
    charge_id = shop.charge(2000)
    assert isinstance(refund(shop, charge_id, 1500), Ok)
    assert isinstance(refund(shop, charge_id, 501), Rejected)
    assert isinstance(refund(shop, charge_id, 500), Ok)
    last = refund(shop, charge_id, 1)
    assert isinstance(last, Rejected)
    assert last.code == "charge_already_refunded"


def test_refunds_that_race_never_exceed_the_charge(shop: Shop) -> None:
    charge_id = shop.charge(2000)
    keys = [shop.key() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(
            pool.map(
                lambda key: shop.gateway.create_refund(key=key, charge_id=charge_id, amount=700, metadata={}), keys
            )
        )
    assert [type(outcome) for outcome in outcomes].count(Ok) == 2
    assert shop.gateway.retrieve_charge(charge_id).refunded_amount == 1400


def test_a_failed_charge_cannot_be_refunded(shop: Shop) -> None:
    failed = shop.sell(2000, number="4000000000000002").charge
    assert failed is not None
    assert isinstance(refund(shop, failed.id, 100), Rejected)


def test_a_refund_that_the_card_refuses_comes_back(shop: Shop) -> None:
    charge_id = shop.charge(2000, number="4000000000005126")
    outcome = refund(shop, charge_id, 800)
    assert isinstance(outcome, Ok)
    shop.sandbox.advance(timedelta(days=3))
    failed = shop.gateway.retrieve_refund(outcome.value.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert shop.gateway.retrieve_charge(charge_id).refunded_amount == 0
    assert shop.gateway.platform_balance().available == {"eur": 1945}


def test_a_charge_lists_its_refunds(shop: Shop) -> None:
    charge_id, other = shop.charge(2000), shop.charge(2000)
    refund(shop, charge_id, 100)
    refund(shop, other, 200)
    refund(shop, charge_id, 300)
    assert [state.amount for state in shop.gateway.find_refunds(charge_id=charge_id)] == [300, 100]


def test_a_refund_of_what_nobody_can_look_up_now_is_unknown(shop: Shop) -> None:
    charge_id = shop.charge(2000)
    shop.sandbox.fail_next("timeout", operation="charge.retrieve")
    assert isinstance(refund(shop, charge_id, 100), Unknown)
    assert isinstance(refund(shop, "ch_sbx0", 100), Rejected)
