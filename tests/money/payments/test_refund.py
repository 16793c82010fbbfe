"""Refunds: reserved at once, told once, taken back when the card refuses them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.money.payments.errors import NotRefundable, RefundTooLarge
from hubapp.money.payments.sandbox import webhooks
from tests.factories.payments import Till, told

REFUND_FAILS = "4000000000005126"


def test_a_refund_settles_and_is_told_once(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000)
    refund_id = till.refund(hub, payment_id, 500)
    till.sweep()
    assert till.refunded(hub, refund_id).status == "succeeded"
    assert till.told() == ["ChargeSettled", "RefundSettled"]


def test_refunds_together_never_exceed_the_payment(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000)
    till.refund(hub, payment_id, 1500, "refund:1")
    with pytest.raises(RefundTooLarge):
        till.refund(hub, payment_id, 501, "refund:2")
    till.refund(hub, payment_id, 500, "refund:3")
    assert till.payment(hub, payment_id).refunded == 2000


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_cannot_be_refunded(till: Till, hub: int, amount: int) -> None:
    payment_id = till.sell(hub)
    with pytest.raises(RefundTooLarge):
        till.refund(hub, payment_id, amount)


def test_the_same_reference_is_the_same_refund(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000)
    assert till.refund(hub, payment_id, 500) == till.refund(hub, payment_id, 500)
    assert till.payment(hub, payment_id).refunded == 500


def test_what_was_not_paid_cannot_be_refunded(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    with pytest.raises(NotRefundable):
        till.refund(hub, payment_id, 500)


def test_a_refund_that_bounces_later_is_taken_back(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000, REFUND_FAILS)
    refund_id = till.refund(hub, payment_id, 500)
    till.sweep()
    till.advance(timedelta(days=2))
    till.sweep()
    assert till.refunded(hub, refund_id).status == "failed"
    assert till.payment(hub, payment_id).refunded == 0
    assert till.told()[-1] == "RefundFailed"
    assert told[-1].was_settled


def test_a_refund_that_bounces_is_taken_back_although_nobody_was_told_and_nobody_looked(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000, REFUND_FAILS)
    refund_id = till.refund(hub, payment_id, 500)
    till.sweep()
    assert till.refunded(hub, refund_id).status == "succeeded"
    with till.sandbox.transaction() as tx:
        webhooks.pause(tx.connection)
    till.advance(timedelta(days=200))
    till.sweep()
    assert till.refunded(hub, refund_id).status == "failed"
    assert till.payment(hub, payment_id).refunded == 0
