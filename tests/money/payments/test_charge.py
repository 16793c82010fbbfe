"""A payment from the request to the settled charge, on the real databases."""

from __future__ import annotations

from datetime import timedelta

from hubapp.money.payments.events import ChargeSettled
from tests.factories.payments import Till

DECLINED = "4000000000000002"


def test_the_card_page_is_open_as_soon_as_the_request_is_committed(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.ask(hub))
    assert payment.status == "open"
    assert payment.checkout_url is not None
    assert payment.checkout_url.startswith("http://localhost:8000/sandbox/pay/cs_test_sbx")


def test_a_paid_card_settles_the_payment_with_its_fee(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.sell(hub, 2000))
    assert (payment.status, payment.fee, payment.net) == ("succeeded", 55, 1945)
