"""The way to the card page and back, for the payer and nobody else."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.factories.accounts import base_url, make_account, sign_in
from tests.factories.counting import Counting
from tests.factories.payments import Till


@pytest.fixture
def payer(till: Till, hub: int) -> UUID:
    with till.app.app_context():
        return make_account("Ann Example")


@pytest.fixture
def browser(till: Till, hub: int, payer: UUID) -> FlaskClient:
    client = till.app.test_client()
    sign_in(client, payer, hub)
    return client


def test_the_payer_is_led_to_the_card_page(till: Till, hub: int, payer: UUID, browser: FlaskClient) -> None:
    payment_id = till.ask(hub, payer=payer)
    answer = browser.get(f"/pay/{payment_id}", base_url=base_url(till.app, hub))
    assert answer.status_code == 303
    assert answer.location == till.payment(hub, payment_id).checkout_url


def test_back_from_the_card_page_the_payment_is_settled_at_once(
    till: Till, hub: int, payer: UUID, browser: FlaskClient
) -> None:
    payment_id = till.ask(hub, payer=payer)
    till.pay(hub, payment_id)
    answer = browser.get(f"/pay/{payment_id}/return", base_url=base_url(till.app, hub))
    assert (answer.status_code, answer.location) == (303, "/orders")
    assert till.told() == ["ChargeSettled"]


def test_while_the_provider_is_down_the_page_says_that_the_order_waits(
    till: Till, hub: int, payer: UUID, browser: FlaskClient
) -> None:
    counting = Counting(till.wiring.gateway)
    till.wiring.gateway, counting.is_down = counting, True  # type: ignore[assignment]
    payment_id = till.ask(hub, payer=payer)
    answer = browser.get(f"/pay/{payment_id}", base_url=base_url(till.app, hub))
    assert answer.status_code == 200
    assert "Your order is kept" in answer.text
    back = browser.get(f"/pay/{payment_id}/return", base_url=base_url(till.app, hub))
    assert back.status_code == 200


def test_a_failed_payment_says_so_and_leads_back(till: Till, hub: int, payer: UUID, browser: FlaskClient) -> None:
    payment_id = till.ask(hub, 10, payer=payer)
    answer = browser.get(f"/pay/{payment_id}", base_url=base_url(till.app, hub))
    assert "This payment was not made" in answer.text
    assert 'href="/basket"' in answer.text


def test_somebody_elses_payment_does_not_exist(till: Till, hub: int, browser: FlaskClient) -> None:
    payment_id = till.ask(hub)
    for path in (f"/pay/{payment_id}", f"/pay/{payment_id}/return"):
        assert browser.get(path, base_url=base_url(till.app, hub)).status_code == 404


def test_a_visitor_is_sent_to_sign_in(till: Till, hub: int) -> None:
    answer = till.app.test_client().get(f"/pay/{till.ask(hub)}", base_url=base_url(till.app, hub))
    assert answer.status_code in {302, 303}
