"""The hosted pages in a browser without JavaScript: pay, be refused, authenticate, be too late, onboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hubapp.money.payments.sandbox.paying import Authenticate
from hubapp.web.areas import HubFlask
from tests.factories.sandbox import SITE, Shop

GOOD = {"number": "4242 4242 4242 4242", "expiry": "12 / 99", "cvc": "123", "name": "Ann Example"}


@dataclass
class Visitor:
    """Fills in forms as a person does: opens the page first, sends what is in it."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=SITE)

    def post(self, path: str, fields: dict[str, str]) -> TestResponse:
        """Open the page, fill it in and send it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found is not None
        return self.client.post(path, data=fields | {"csrf_token": found[1]}, base_url=SITE)


@pytest.fixture
def visitor(app: HubFlask, shop: Shop) -> Iterator[Visitor]:
    kept = app.extensions.get("hubapp.sandbox")
    app.extensions["hubapp.sandbox"] = shop.sandbox
    yield Visitor(app.test_client())
    app.extensions["hubapp.sandbox"] = kept


def path_of(shop: Shop) -> str:
    return f"/sandbox/pay/{shop.checkout()}"


def error_at(answer: TestResponse, field: str) -> str:
    found = re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return found[1] if found else ""


def test_the_card_page_says_what_it_is_and_lists_the_cards(visitor: Visitor, shop: Shop) -> None:
    page = visitor.get(path_of(shop))
    assert page.status_code == 200
    for text in (
        "This is a sandbox",
        "Walnut oil",
        "€20.00",
        "4000 0000 0000 9995",
        "Insufficient funds",
        'href="http://lyon',
    ):
        assert text in page.text


def test_a_good_card_leads_back_to_the_shop(visitor: Visitor, shop: Shop) -> None:
    path = path_of(shop)
    answer = visitor.post(path, GOOD)
    assert answer.status_code == 303
    assert answer.location == f"http://lyon.localhost:8000/checkout/done?session={path.rpartition('/')[2]}"
    assert visitor.get(path).location == answer.location


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("number", "", "Enter a card number."),
        ("number", "4242 4242 4242 4241", "typing error"),
        ("number", "abc", "typing error"),
        ("number", "5454 5454 5454 5454", "only the test cards"),
        ("number", "4000 0000 0000 0002", "declined this card"),
        ("number", "4000-0000-0000-9995", "not enough money"),
        ("number", "4000 0000 0000 0341", "does not allow"),
        ("expiry", "13/40", "Enter month and year"),
        ("expiry", "01/20", "in the past"),
        ("expiry", "", "Enter the expiry date."),
        ("cvc", "12", "three digits"),
        ("name", "", "Enter the name"),
        ("name", "Ann\0", "letters, digits"),
    ],
)
def test_what_is_wrong_stands_at_its_field(visitor: Visitor, shop: Shop, field: str, text: str, message: str) -> None:
    path = path_of(shop)
    answer = visitor.post(path, GOOD | {field: text})
    assert answer.status_code == 422
    assert message in error_at(answer, field)
    assert visitor.post(path, GOOD).status_code == 303


@pytest.mark.parametrize(("number", "field"), [("4000000000000069", "expiry"), ("4000000000000127", "cvc")])
def test_a_refusal_by_the_bank_stands_at_its_field_too(visitor: Visitor, shop: Shop, number: str, field: str) -> None:
    assert error_at(visitor.post(path_of(shop), GOOD | {"number": number}), field)


def test_a_card_that_is_none_of_ours_is_never_shown_again_or_kept(visitor: Visitor, shop: Shop) -> None:
    answer = visitor.post(path_of(shop), GOOD | {"number": "5454545454545454"})
    assert "5454" not in answer.text
    with shop.sandbox.transaction() as tx:
        row = tx.connection.execute("SELECT count(*) AS number FROM resource WHERE kind = 'charge'").fetchone()
    assert row == {"number": 0}


def test_a_form_without_its_token_pays_nothing(visitor: Visitor, shop: Shop) -> None:
    checkout_id = shop.checkout()
    answer = visitor.client.post(f"/sandbox/pay/{checkout_id}", data=GOOD, base_url=SITE)
    assert answer.status_code == 400
    assert shop.gateway.retrieve_checkout(checkout_id).payment_status == "unpaid"


def test_ten_presses_of_the_button_charge_once(shop: Shop) -> None:
    checkout_id = shop.checkout()
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda _: shop.pay(checkout_id), range(10)))
    assert len(set(results)) == 1
    assert shop.gateway.platform_balance().pending == {"eur": 1945}


def test_the_bank_asks_and_the_payer_confirms(visitor: Visitor, shop: Shop) -> None:
    path = path_of(shop)
    asked = visitor.post(path, GOOD | {"number": "4000000000003220"})
    assert asked.location.startswith("/sandbox/authenticate/pi_sbx")
    assert "€20.00" in visitor.get(asked.location).text
    done = visitor.post(asked.location, {"decision": "approve"})
    assert done.location.startswith("http://lyon.localhost:8000/checkout/done")
    assert visitor.get(asked.location).location == done.location


def test_the_payer_refuses_and_may_try_another_card(visitor: Visitor, shop: Shop) -> None:
    path = path_of(shop)
    asked = visitor.post(path, GOOD | {"number": "4000000000003220"})
    refused = visitor.post(asked.location, {"decision": "fail"})
    assert urlsplit(refused.location).path == path
    assert "did not confirm" in error_at(visitor.get(refused.location), "number")
    assert visitor.get(asked.location).location == path
    assert visitor.post(path, GOOD).status_code == 303


def test_a_page_whose_time_is_over_says_so(visitor: Visitor, shop: Shop) -> None:
    path = path_of(shop)
    asked = shop.pay(path.rpartition("/")[2], "4000000000003220")
    assert isinstance(asked, Authenticate)
    shop.sandbox.advance(timedelta(hours=2))
    for late in (visitor.get(path), visitor.get(f"/sandbox/authenticate/{asked.intent_id}")):
        assert late.status_code == 410
        assert "Nothing was charged" in late.text
        assert "http://lyon.localhost:8000/basket" in late.text


@pytest.mark.parametrize(
    "path",
    [
        "/sandbox/pay/cs_test_sbx0",
        "/sandbox/authenticate/pi_sbx0",
        "/sandbox/onboarding/acct_sbx0?link=x",
        "/sandbox/pay/%00",
    ],
)
def test_what_does_not_exist_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_with_a_real_key_there_are_no_such_pages(visitor: Visitor, shop: Shop, app: HubFlask) -> None:
    path = path_of(shop)
    app.extensions["hubapp.sandbox"] = None
    assert visitor.get(path).status_code == 404


def test_a_payee_fills_in_the_form_and_returns(visitor: Visitor, shop: Shop) -> None:
    account_id = shop.new_payee()
    path = f"/sandbox/onboarding/{account_id}?link={shop.link(account_id)}"
    form = {"business_type": "company", "name": "Bo & Co", "bank_account": "FR76 1234 5678", "bank": "works"}
    answer = visitor.post(path, form)
    assert (answer.status_code, answer.location) == (303, f"{SITE}/done")
    assert shop.gateway.retrieve_payee(account_id).payouts_enabled
    assert visitor.get(path).location == f"{SITE}/again"


@pytest.mark.parametrize(
    ("field", "text"),
    [("name", ""), ("name", "Bo\0"), ("bank_account", "12"), ("bank_account", "<script>"), ("bank", "other")],
)
def test_a_payees_mistakes_stand_at_their_field(visitor: Visitor, shop: Shop, field: str, text: str) -> None:
    account_id = shop.new_payee()
    path = f"/sandbox/onboarding/{account_id}?link={shop.link(account_id)}"
    form = {"business_type": "individual", "name": "Bo", "bank_account": "FR7612345678", "bank": "works"}
    answer = visitor.post(path, form | {field: text})
    assert answer.status_code == 422
    assert error_at(answer, field)
    assert not shop.gateway.retrieve_payee(account_id).payouts_enabled


def test_a_link_opens_nobody_elses_form(visitor: Visitor, shop: Shop) -> None:
    account_id, other = shop.new_payee(), shop.new_payee()
    assert visitor.get(f"/sandbox/onboarding/{other}?link={shop.link(account_id)}").status_code == 404
