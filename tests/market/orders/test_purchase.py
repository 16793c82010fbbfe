"""A whole purchase with the real SDK and the sandbox behind it: paid, refused, late, called off, and two at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.cli.payments import compared
from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.errors import OutOfStock
from hubapp.market.orders import queries, services
from hubapp.market.orders.models import Checkout, Delivery, Order
from hubapp.money.ledger import verify
from hubapp.money.reconciliation.models import Item
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.market import Shop, fill_basket, make_shop, place, purchase
from tests.factories.payments import Till, open_till
from tests.factories.races import together
from tests.factories.sandbox import PAYS
from tests.support.browsing import Browser

DECLINED = "4000000000000002"
REFUND_FAILS = "4000000000005126"


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    yield open_till(live.app)
    clock.set_offset(timedelta(0))


def order_and_dispatch(till: Till, shop: Shop, quantity: int = 1) -> Checkout:
    """Place an order as the edge does: commit, then send the command."""
    with till.app.app_context(), hub_scope(shop.hub_id):
        with unit_of_work():
            checkout_id = place(shop, {shop.listing_id: quantity}, now=clock.now())
        with unit_of_work():
            return queries.checkout_of(checkout_id, buyer_id=shop.buyer)


def pay(till: Till, shop: Shop, checkout: Checkout, number: str = PAYS) -> None:
    assert checkout.payment_id is not None
    till.pay(shop.hub_id, checkout.payment_id, number)
    till.sweep()


def state(till: Till, shop: Shop, checkout: Checkout) -> tuple[str, Order, int | None]:
    """(status of the checkout, its order, what is left of the listing)."""
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        found = queries.checkout_of(checkout.id, buyer_id=shop.buyer)
        return found.status, queries.orders_of_checkout(checkout.id)[0], catalogue.listing(shop.listing_id).left


def books_are_right(till: Till, shop: Shop) -> bool:
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        return verify.verify(shop.hub_id).ok


def shop_of(till: Till, **listing: object) -> Shop:
    with till.app.app_context():
        return make_shop(**listing)  # type: ignore[arg-type]


def test_paid_split_called_off_and_paid_back(till: Till) -> None:
    shop = shop_of(till, price=1200, stock=3)
    checkout = order_and_dispatch(till, shop, 2)
    pay(till, shop, checkout)
    status, order, left = state(till, shop, checkout)
    assert (status, order.status, left) == ("paid", "paid", 1)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert sum(line.amount for line in shares.split_of(order.id)) == 2400
        services.cancel_order(
            order_id=order.id, reason="The bottle broke.", actor=Actor(shop.seller, "Ada"), now=clock.now()
        )
    till.sweep()
    till.sweep()
    status, order, left = state(till, shop, checkout)
    assert (order.status, left) == ("refunded", 3)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert all(line.amount == line.reversed for line in shares.split_of(order.id) if line.role != "fee")
    assert books_are_right(till, shop)


def test_the_provider_and_the_books_agree_on_a_purchase_and_its_refund(till: Till) -> None:
    """The comparison knows a checkout's orders by name, and a refund that a card gives back later."""
    shop = shop_of(till, price=1200, stock=3)
    checkout = order_and_dispatch(till, shop, 2)
    pay(till, shop, checkout, REFUND_FAILS)
    assert [item.reason for item in differences(till)] == []
    _, order, _ = state(till, shop, checkout)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        services.cancel_order(order_id=order.id, reason="Broken.", actor=Actor(shop.seller, "Ada"), now=clock.now())
    till.sweep()
    assert differences(till) == []
    till.advance(timedelta(days=3))
    till.sweep()
    till.sweep()
    assert differences(till) == []
    assert state(till, shop, checkout)[1].status == "paid"


def differences(till: Till) -> list[Item]:
    """Compare everything, and say what is open or explained."""
    _, items, _ = compared(till.app, None)
    return list(items)


def test_dinars_are_split_to_the_millime(till: Till) -> None:
    with till.app.app_context():
        shop = make_shop("tunis", hub={"currency": "TND"}, price=12_340, shipping_price=7_010, currency="TND")
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        address = {"name": "Ben", "street": "1 rue", "city": "Tunis"}
        given = {"choice": Delivery.SHIP, "address": address, "currency": "TND"}
        checkout_id = place(shop, {shop.listing_id: 2}, now=clock.now(), **given)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        checkout = queries.checkout_of(checkout_id, buyer_id=shop.buyer)
    pay(till, shop, checkout)
    _status, order, _left = state(till, shop, checkout)
    # Tax and shares are exact to the millime, although the card pays multiples of ten of them.
    assert (order.status, order.gross, order.tax) == ("paid", 31_690, 4_113 + 1_168)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert sum(line.amount for line in shares.split_of(order.id)) == 31_690
    assert books_are_right(till, shop)


def test_a_declined_card_leaves_the_order_waiting_until_its_time_is_over(till: Till) -> None:
    shop = shop_of(till, stock=3)
    checkout = order_and_dispatch(till, shop)
    pay(till, shop, checkout, DECLINED)
    assert state(till, shop, checkout)[0] == "open"
    till.advance(timedelta(minutes=40))
    till.run("orders.sweep")
    for _ in range(2):
        till.sweep()
    status, order, left = state(till, shop, checkout)
    assert (status, order.status, left) == ("expired", "expired", 3)
    assert books_are_right(till, shop)


def test_while_the_provider_does_not_answer_the_order_waits_and_is_paid_once(till: Till) -> None:
    shop = shop_of(till, stock=3)
    till.sandbox.fail_next("timeout_before", operation="checkout_session.create", times=3)
    checkout = order_and_dispatch(till, shop)
    assert checkout.payment_id is not None
    assert till.payment(shop.hub_id, checkout.payment_id).status == "new"
    assert state(till, shop, checkout)[0] == "open"
    for _ in range(4):
        till.make_commands_due()
        till.run("payments.sweep_commands")
    pay(till, shop, checkout)
    till.sweep()
    status, order, left = state(till, shop, checkout)
    assert (status, order.status, left) == ("paid", "paid", 2)
    assert books_are_right(till, shop)


def at_once(till: Till, shop: Shop, *acts: Callable[[], object]) -> list[object]:
    """Do all of them at the same moment, each in a transaction of its own; returns what came of each."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with till.app.app_context(), hub_scope(shop.hub_id):
            start.wait()
            try:
                with unit_of_work():
                    results.append(act())
            except OutOfStock as refusal:
                results.append(str(refusal))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_clicks_at_the_same_moment_are_one_checkout(till: Till) -> None:
    shop = shop_of(till, stock=3)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        confirmed = purchase(shop, fill_basket(shop))
    click = lambda: services.place_orders(purchase=confirmed, now=clock.now())  # noqa: E731
    first, second = at_once(till, shop, click, click)
    assert first == second
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert catalogue.listing(shop.listing_id).reserved == 1


def test_of_two_who_order_the_last_one_the_other_is_told(till: Till) -> None:
    shop = shop_of(till, stock=1)
    other = Shop(shop.hub_id, shop.connector, shop.seller, shop.connector, shop.listing_id)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        confirmed = [purchase(who, fill_basket(who)) for who in (shop, other)]
    acts = [lambda one=one: services.place_orders(purchase=one, now=clock.now()) for one in confirmed]
    results = at_once(till, shop, *acts)
    assert [result for result in results if isinstance(result, str)] == ["Walnut oil is sold out."]
    assert sum(isinstance(result, UUID) for result in results) == 1


def test_a_double_click_on_order_and_pay_is_one_checkout(live: Live, till: Till) -> None:
    shop = shop_of(till, stock=3)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        fill_basket(shop)
    browser = Browser(live.app, shop.hub_id, shop.buyer)
    page = browser.get("/checkout").text
    form = dict(re.findall(r'name="(csrf_token|version|shown)"[^>]*value="([^"]+)"', page)) | {"delivery": "pickup"}
    host = browser.base_url.split("://")[1].partition(":")[0]
    cookie = browser.client.get_cookie(f"hub{shop.hub_id}", domain=host)
    assert cookie is not None

    def click() -> str:
        client = live.app.test_client()
        client.set_cookie(cookie.key, cookie.value, domain=host)
        answer = client.post("/checkout", base_url=browser.base_url, data=form)
        assert answer.status_code == 303
        return answer.location

    first, second = together(click, click)
    assert first == second
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert len(db.session.scalars(select(Checkout)).all()) == 1
        assert catalogue.listing(shop.listing_id).reserved == 1
