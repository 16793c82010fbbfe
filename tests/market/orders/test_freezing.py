"""A hub that is frozen stops its open card pages as well, and a payment that came first is not denied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import basket_queries, queries
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.accounts import base_url, sign_in
from tests.factories.jobs import run_all
from tests.factories.market import Shop, make_shop, place
from tests.factories.payments import Till, open_till


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    opened = open_till(live.app)
    live.app.extensions["mailman"].outbox = []
    yield opened
    opened.sandbox.close()
    clock.set_offset(timedelta(0))


@pytest.fixture
def shop(till: Till) -> Shop:
    with till.app.app_context():
        return make_shop(price=1200, stock=3)


def ordered(till: Till, shop: Shop) -> tuple[UUID, UUID]:
    """(checkout, payment) with its card page open."""
    with till.app.app_context(), hub_scope(shop.hub_id):
        with unit_of_work():
            checkout_id = place(shop, now=clock.now())
        with unit_of_work():
            payment_id = queries.checkout_of(checkout_id, buyer_id=shop.buyer).payment_id
    assert payment_id is not None
    return checkout_id, payment_id


def buyer(till: Till, shop: Shop) -> FlaskClient:
    client = till.app.test_client()
    sign_in(client, shop.buyer, shop.hub_id)
    return client


def freeze(till: Till, shop: Shop) -> None:
    with till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        tenancy.freeze_hub(hub_id=shop.hub_id, reason="A recall.", actor=SYSTEM, now=clock.now())


def left(till: Till, shop: Shop) -> int | None:
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        return catalogue.listing(shop.listing_id).left


def test_freezing_closes_the_card_pages_that_are_open(till: Till, shop: Shop) -> None:
    checkout_id, payment_id = ordered(till, shop)
    assert till.payment(shop.hub_id, payment_id).status == "open"
    freeze(till, shop)
    run_all(till.app)
    assert till.payment(shop.hub_id, payment_id).status == "expired"
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert queries.checkout_of(checkout_id, buyer_id=shop.buyer).status == "expired"
    assert left(till, shop) == 3


def test_a_page_that_opens_after_the_freeze_is_closed_by_the_sweep(till: Till, shop: Shop) -> None:
    at_once = till.wiring.dispatch
    till.hold_dispatch()
    _checkout_id, payment_id = ordered(till, shop)
    freeze(till, shop)
    run_all(till.app)
    assert till.payment(shop.hub_id, payment_id).status == "new"
    till.wiring.dispatch = at_once
    till.make_commands_due()
    till.sweep()
    till.run("orders.sweep")
    run_all(till.app)
    assert till.payment(shop.hub_id, payment_id).status == "expired"


def test_nobody_is_led_to_the_card_page_of_a_frozen_hub(till: Till, shop: Shop) -> None:
    _checkout_id, payment_id = ordered(till, shop)
    freeze(till, shop)
    answer = buyer(till, shop).get(f"/pay/{payment_id}", base_url=base_url(till.app, shop.hub_id))
    assert answer.status_code == 409
    assert "A recall." in answer.text


def test_who_paid_before_the_page_was_closed_has_bought(till: Till, shop: Shop) -> None:
    checkout_id, payment_id = ordered(till, shop)
    till.pay(shop.hub_id, payment_id)
    freeze(till, shop)
    till.sweep()
    till.sweep()
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert [order.status for order in queries.orders_of_checkout(checkout_id)] == ["paid"]
    assert left(till, shop) == 2


def test_who_has_just_paid_is_not_told_that_nothing_was_ordered(till: Till, shop: Shop) -> None:
    checkout_id, payment_id = ordered(till, shop)
    till.pay(shop.hub_id, payment_id)
    client, base = buyer(till, shop), base_url(till.app, shop.hub_id)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/basket", base_url=base).text)
    assert token is not None
    answer = client.post(f"/checkout/{checkout_id}/cancel", base_url=base, data={"csrf_token": token[1]})
    assert answer.location.endswith(f"/checkout/{checkout_id}/return")
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        found = basket_queries.basket_of(account_id=shop.buyer, basket_id=None)
        assert found is None or not basket_queries.quantities(found.id)
