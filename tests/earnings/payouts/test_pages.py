"""What people see of their money: four numbers, the rule behind each line, and only their own."""

from __future__ import annotations

import re
from uuid import UUID

from flask.testing import FlaskClient

from tests.factories.accounts import base_url, sign_in
from tests.factories.earning import HOLD, Town
from tests.factories.jobs import run_all


def browser(town: Town, account_id: UUID) -> FlaskClient:
    client = town.till.app.test_client()
    sign_in(client, account_id, town.hubs[0])
    return client


def get(town: Town, client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(path, base_url=base_url(town.till.app, town.hubs[0]))
    return answer.status_code, answer.text


def post(town: Town, client: FlaskClient, path: str, page: str = "/me/earnings") -> tuple[int, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', get(town, client, page)[1])
    assert token is not None
    answer = client.post(path, data={"csrf_token": token[1]}, base_url=base_url(town.till.app, town.hubs[0]))
    return answer.status_code, answer.location or answer.text


def test_a_sale_shows_as_held_with_its_rule(town: Town) -> None:
    seller = town.person()
    town.sell(town.hubs[0], seller)
    status, page = get(town, browser(town, seller), "/me/earnings")
    assert status == 200
    assert "€90.25" in page
    assert "Order 1001" in page
    assert "You sold it" in page
    assert "held until" in page


def test_from_connecting_an_account_to_the_statement(town: Town) -> None:
    seller = town.person()
    town.sell(town.hubs[0], seller)
    client = browser(town, seller)
    assert post(town, client, "/me/payout-account") == (303, "/me/payout-account/provider")
    run_all(town.till.app)
    link = client.get("/me/payout-account/provider", base_url=base_url(town.till.app, town.hubs[0])).location
    assert "/sandbox/onboarding/acct_sbx" in link
    town.connect(town.hubs[0], seller)
    town.till.advance(HOLD)
    town.settle()
    client = browser(town, seller)
    assert post(town, client, "/me/earnings/payout") == (303, "/me/earnings")
    town.settle()
    town.arrive()
    client = browser(town, seller)
    page = get(town, client, "/me/earnings")[1]
    statement = re.search(r"/me/earnings/[0-9a-f-]{36}", page)
    assert statement is not None
    status, page = get(town, client, statement[0])
    assert status == 200
    assert page.count("€90.25") >= 3
    assert "Order 1001" in page


def test_somebody_elses_statement_does_not_exist(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    assert get(town, browser(town, seller), f"/me/earnings/{payout_id}")[0] == 200
    assert get(town, browser(town, town.person("Bo")), f"/me/earnings/{payout_id}")[0] == 404


def test_asking_too_early_is_refused_in_words(town: Town) -> None:
    seller = town.person()
    town.sell(town.hubs[0], seller)
    status, page = post(town, browser(town, seller), "/me/earnings/payout")
    assert status == 422
    assert "Connect a payout account first." in page


def test_a_stopped_account_is_told_on_the_page(town: Town) -> None:
    seller = town.person()
    town.sell(town.hubs[0], seller)
    town.connect(town.hubs[0], seller)
    town.till.sandbox.disable_account(str(town.payee(seller).provider_account_id))
    town.settle()
    assert town.payee(seller).status == "disabled"
    page = get(town, browser(town, seller), "/me/earnings")[1]
    assert "has stopped your payout account" in page


def test_managing_pages_are_for_connectors(town: Town) -> None:
    assert get(town, browser(town, town.person()), "/manage/payouts")[0] == 403
