"""Paying on the hosted page, and what it leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.kernel import clock
from hubapp.money.payments.gateway import CheckoutLine, Ok, Rejected
from hubapp.money.payments.sandbox.paying import Authenticate, Closed, Paid, Refused
from tests.factories.sandbox import Shop

ASKS = "4000000000003220"


def test_a_good_card_pays_and_the_money_is_pending_less_the_fee(shop: Shop) -> None:
    state = shop.sell(2000)
    assert (state.status, state.payment_status, state.url) == ("complete", "paid", None)
    assert state.charge is not None
    assert (state.charge.amount, state.charge.fee, state.charge.net) == (2000, 55, 1945)
    assert shop.gateway.platform_balance().pending == {"eur": 1945}


def test_money_becomes_available_when_the_clock_passes_the_settlement(shop: Shop) -> None:
    charge = shop.sell(2000).charge
    assert charge is not None
    assert charge.available_on is not None
    shop.sandbox.advance(charge.available_on - shop.sandbox.now() - timedelta(seconds=5))
    assert shop.gateway.platform_balance().available == {}
    shop.sandbox.advance(timedelta(seconds=5))
    assert shop.gateway.platform_balance().available == {"eur": 1945}


@pytest.mark.parametrize(
    ("number", "code", "field"),
    [
        ("4000000000000002", "card_declined", "number"),
        ("4000000000009995", "card_declined", "number"),
        ("4000000000000341", "card_declined", "number"),
        ("4000000000000069", "expired_card", "expiry"),
        ("4000000000000127", "incorrect_cvc", "cvc"),
    ],
)
def test_a_refused_card_leaves_a_failed_charge_and_an_open_page(shop: Shop, number: str, code: str, field: str) -> None:
    checkout_id = shop.checkout()
    result = shop.pay(checkout_id, number)
    assert isinstance(result, Refused)
    assert result.field == field
    state = shop.gateway.retrieve_checkout(checkout_id)
    assert (state.status, state.payment_status) == ("open", "unpaid")
    assert state.charge is not None
    assert (state.charge.status, state.charge.failure_code, state.charge.fee) == ("failed", code, None)


def test_another_card_may_be_tried_after_a_refusal(shop: Shop) -> None:
    checkout_id = shop.checkout()
    shop.pay(checkout_id, "4000000000000002")
    assert isinstance(shop.pay(checkout_id), Paid)
    assert shop.gateway.platform_balance().pending == {"eur": 1945}


def test_paying_twice_charges_once(shop: Shop) -> None:
    checkout_id = shop.checkout()
    assert shop.pay(checkout_id) == shop.pay(checkout_id)
    assert shop.gateway.platform_balance().pending == {"eur": 1945}


def test_authentication_charges_only_after_approval(shop: Shop) -> None:
    checkout_id = shop.checkout()
    asked = shop.pay(checkout_id, ASKS)
    assert isinstance(asked, Authenticate)
    assert shop.gateway.retrieve_checkout(checkout_id).charge is None
    assert isinstance(shop.sandbox.authenticate(asked.intent_id, "approve"), Paid)
    assert shop.gateway.retrieve_checkout(checkout_id).payment_status == "paid"


def test_refused_authentication_charges_nothing_and_cannot_be_approved_later(shop: Shop) -> None:
    checkout_id = shop.checkout()
    asked = shop.pay(checkout_id, ASKS)
    assert isinstance(asked, Authenticate)
    assert isinstance(shop.sandbox.authenticate(asked.intent_id, "fail"), Refused)
    assert isinstance(shop.sandbox.authenticate(asked.intent_id, "approve"), Refused)
    assert shop.gateway.platform_balance().pending == {}


def test_a_closed_page_takes_no_card(shop: Shop) -> None:
    checkout_id = shop.checkout()
    assert isinstance(shop.gateway.expire_checkout(key=shop.key(), checkout_id=checkout_id), Ok)
    assert isinstance(shop.pay(checkout_id), Closed)
    assert isinstance(shop.gateway.expire_checkout(key=shop.key(), checkout_id=checkout_id), Rejected)


def test_the_clock_closes_a_page(shop: Shop) -> None:
    checkout_id = shop.checkout()
    shop.sandbox.advance(timedelta(hours=2))
    state = shop.gateway.retrieve_checkout(checkout_id)
    assert (state.status, state.url) == ("expired", None)
    assert isinstance(shop.pay(checkout_id), Closed)


def test_lines_that_do_not_add_up_are_rejected(shop: Shop) -> None:
    outcome = shop.gateway.create_checkout(
        key="k",
        reference="r",
        amount=1000,
        currency="eur",
        lines=[CheckoutLine("Oil", 400, 2)],
        description="d",
        success_url="http://a/",
        cancel_url="http://a/",
        expires_at=shop.sandbox.now() + timedelta(hours=1),
        metadata={},
    )
    assert isinstance(outcome, Rejected)
    assert outcome.code == "amount_mismatch"


def test_a_checkout_is_found_by_our_reference(shop: Shop) -> None:
    before = shop.sandbox.now()
    checkout_id = shop.checkout()
    found = shop.gateway.find_checkout(reference="checkout:1", created_after=before)
    assert found is not None
    assert found.id == checkout_id
    assert shop.gateway.find_checkout(reference="checkout:2", created_after=before) is None
    assert shop.gateway.find_checkout(reference="checkout:1", created_after=before + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("currency", "amount", "fee"), [("jpy", 2000, 72), ("tnd", 20_000, 750), ("kes", 100_000, 4400)]
)
def test_fees_are_right_in_every_currency(shop: Shop, currency: str, amount: int, fee: int) -> None:
    charge = shop.sell(amount, currency).charge
    assert charge is not None
    assert (charge.amount, charge.fee, charge.net) == (amount, fee, amount - fee)


def test_a_third_decimal_that_cannot_be_paid_is_rejected(shop: Shop) -> None:
    assert isinstance(shop.open(20_005, "tnd"), Rejected)
    assert isinstance(shop.open(20_010, "tnd"), Ok)


def test_whole_unit_currencies_come_back_as_they_went(shop: Shop) -> None:
    state = shop.sell(5000, "ugx")
    assert state.amount == 5000
    assert state.charge is not None
    assert state.charge.net is not None
    assert state.charge.net + (state.charge.fee or 0) == 5000


@pytest.mark.parametrize("amount", [49, 0, -5, 10**12])
def test_amounts_out_of_bounds_are_rejected(shop: Shop, amount: int) -> None:
    assert isinstance(shop.open(amount), Rejected)


def test_only_an_unused_sandbox_begins_in_the_past(shop: Shop) -> None:
    then = clock.wall() - timedelta(days=70)
    shop.sandbox.begin_at(then)
    assert abs(shop.sandbox.now() - then) < timedelta(seconds=30)
    shop.sell()
    with pytest.raises(ValueError, match="only moves forward"):
        shop.sandbox.begin_at(then)


def test_what_happens_while_endpoints_are_paused_is_not_sent(shop: Shop) -> None:
    shop.sandbox.configure_endpoint(kind="platform", url="http://localhost:8000/hook", secret="whsec_x")
    shop.sandbox.pause_endpoints()
    shop.sell()
    shop.sandbox.configure_endpoint(kind="platform", url="http://localhost:8000/hook", secret="whsec_x")
    assert shop.sandbox.deliver_due(lambda *_event: 200) == 0
