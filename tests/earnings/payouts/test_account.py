"""The payout account's page: when and from how much on, tax data, a look at the bank details, and the second factor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hubapp.earnings.payouts import queries
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.factories.accounts import sign_in
from tests.factories.earning import HOLD, Town
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.support.browsing import Browser

PAGE = "/me/payout-account"


@pytest.fixture
def seller(town: Town) -> UUID:
    found = town.person()
    town.connect(town.hubs[0], found)
    return found


def browser(town: Town, account_id: UUID) -> Browser:
    return Browser(town.till.app, town.hubs[0], account_id)


def test_a_rhythm_and_a_minimum_are_kept(town: Town, seller: UUID) -> None:
    answer = browser(town, seller).post(f"{PAGE}/rhythm", {"rhythm": "weekly", "minimum": "25,50"}, form_page=PAGE)
    assert answer.status_code == 303
    payee = town.payee(seller)
    assert (payee.rhythm, payee.minimums) == ("weekly", {"EUR": 2_550})
    page = browser(town, seller).get(PAGE).text
    assert 'value="25.50"' in page
    browser(town, seller).post(f"{PAGE}/rhythm", {"rhythm": "request", "minimum": ""}, form_page=PAGE)
    assert town.payee(seller).minimums == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9.99", "The least that is paid out is €10.00."),
        ("0", "Enter an amount above zero."),
        ("-20", "Enter an amount above zero."),
        ("20.005", "EUR has 2 digits after the point."),
        ("a lot", "is not an amount"),
        ("10001", "Enter at most €10,000.00."),
        ("99999999999999999999", "amount"),
    ],
)
def test_a_minimum_that_cannot_be_is_told_at_its_field(town: Town, seller: UUID, typed: str, said: str) -> None:
    answer = browser(town, seller).post(f"{PAGE}/rhythm", {"rhythm": "weekly", "minimum": typed}, form_page=PAGE)
    assert answer.status_code == 422
    assert said in answer.text
    assert town.payee(seller).rhythm == "request"


def test_an_unknown_rhythm_is_refused(town: Town, seller: UUID) -> None:
    answer = browser(town, seller).post(f"{PAGE}/rhythm", {"rhythm": "hourly"}, form_page=PAGE)
    assert (answer.status_code, town.payee(seller).rhythm) == (422, "request")


TAX = {"name": "Anna Example", "address": "1 rue du Quai\n69001 Lyon", "country": "fr", "form": "person", "vat_id": ""}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"form": "business", "vat_id": "fr 12 345678901"}, ""),
        ({"form": "business"}, "A business that charges VAT has a VAT id."),
        ({"vat_id": "12"}, "Enter it with its country"),
        ({"country": "XX"}, "two letters"),
        ({"name": " "}, "Enter a name."),
    ],
)
def test_tax_data_is_checked_and_kept(town: Town, seller: UUID, change: dict[str, Any], said: str) -> None:
    answer = browser(town, seller).post(f"{PAGE}/tax", {**TAX, **change}, form_page=PAGE)
    assert answer.status_code == (422 if said else 303)
    assert said in answer.text
    with town.till.app.app_context(), hub_scope(town.hubs[0]), unit_of_work():
        kept = queries.tax_of(seller)
        assert (kept is None) is bool(said)
        assert kept is None or (kept.country, kept.address) == ("FR", "1 rue du Quai\n69001 Lyon")


def test_looking_at_the_bank_details_lets_payouts_go_on(town: Town, seller: UUID) -> None:
    town.choose(seller, check_reason="The bank account has been closed.")
    assert "The bank account has been closed." in browser(town, seller).get(PAGE).text
    assert browser(town, seller).post(f"{PAGE}/checked", form_page=PAGE).status_code == 303
    run_all(town.till.app)
    assert town.payee(seller).check_reason is None


def test_without_an_account_the_page_leads_to_where_one_is_opened(town: Town) -> None:
    answer = browser(town, town.person()).get(PAGE)
    assert (answer.status_code, answer.location.rpartition("/me/")[2]) == (303, "earnings")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/provider", "/me/earnings/payout"])
def test_a_connectors_own_money_asks_for_the_second_factor(town: Town, seller: UUID, path: str) -> None:
    with town.till.app.app_context():
        make_member(town.hubs[1], "Carla", account_id=seller, role="connector")
    client = browser(town, seller)
    sign_in(client.client, seller, town.hubs[0], second_factor=False)
    answer = client.get(path)
    assert answer.status_code == 303
    assert "/me/security/second-factor" in answer.location


def test_so_does_asking_for_it(town: Town, seller: UUID) -> None:
    town.sell(town.hubs[0], seller)
    town.till.advance(HOLD)
    client = browser(town, seller)
    sign_in(client.client, seller, town.hubs[0], second_factor=False)
    token = client.token("/me/earnings")
    with town.till.app.app_context():
        make_member(town.hubs[1], "Carla", account_id=seller, role="connector")
    answer = client.client.post("/me/earnings/payout", base_url=client.base_url, data={"csrf_token": token})
    assert "/me/security/second-factor" in answer.location
    assert town.payouts() == []
