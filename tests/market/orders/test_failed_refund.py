"""A refund that the card refuses days after it was booked: shares, stock, order and words all go back, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hubapp.earnings.shares import queries as shares
from hubapp.jobs import worker
from hubapp.jobs.events import publish
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import queries, services
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import verify
from hubapp.money.payments.events import RefundFailed, RefundSettled
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.jobs import delete_job, next_job, run_all
from tests.factories.market import Shop, make_shop, place
from tests.factories.payments import Till, open_till, told

REFUND_FAILS = "4000000000005126"


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


def sold(till: Till, shop: Shop) -> Order:
    """An order of two that was paid with a card that refuses refunds."""
    with till.app.app_context(), hub_scope(shop.hub_id):
        with unit_of_work():
            checkout_id = place(shop, {shop.listing_id: 2}, now=clock.now())
        with unit_of_work():
            payment_id = queries.checkout_of(checkout_id, buyer_id=shop.buyer).payment_id
            assert payment_id is not None
        till.pay(shop.hub_id, payment_id, REFUND_FAILS)
        till.sweep()
        with unit_of_work():
            return queries.orders_of_checkout(checkout_id)[0]


def cancel(till: Till, shop: Shop, order: Order) -> None:
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        services.cancel_order(order_id=order.id, reason="It broke.", actor=Actor(shop.seller, "Ada"), now=clock.now())
    till.sweep()
    till.sweep()


def bounce(till: Till) -> None:
    """The card's bank sends the money back, and we hear of it."""
    till.advance(timedelta(days=2))
    till.sweep()
    till.sweep()


def state(till: Till, shop: Shop, order: Order) -> tuple[str, int | None, bool]:
    """(status, how many are left, whether nobody has lost a share)."""
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        found = queries.order(order.id)
        whole = all(line.reversed == 0 for line in shares.split_of(order.id))
        return found.status, catalogue.listing(shop.listing_id).left, whole


def balances(till: Till, shop: Shop) -> list[tuple[object, ...]]:
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert verify.verify(shop.hub_id).ok
        return sorted(
            (row.owner, row.purpose, row.posted)
            for row in books.balances_of(now=clock.now())
            if row.posted and row.owner != "provider"
        )


def test_a_booked_refund_that_fails_gives_back_shares_stock_and_order(till: Till, shop: Shop) -> None:
    order = sold(till, shop)
    before = balances(till, shop)
    cancel(till, shop, order)
    assert state(till, shop, order) == ("refunded", 3, False)
    bounce(till)
    assert state(till, shop, order) == ("paid", 1, True)
    assert balances(till, shop) == before


def test_buyer_and_seller_are_told_that_it_failed_once(till: Till, shop: Shop) -> None:
    order = sold(till, shop)
    cancel(till, shop, order)
    sent = till.app.extensions["mailman"].outbox
    sent.clear()
    bounce(till)
    tell_again(till, RefundFailed)
    assert sorted(mail.subject for mail in sent) == [
        f"The refund of order {order.number} did not reach you",
        f"The refund of order {order.number} failed",
    ]


def tell_again(till: Till, kind: type[RefundFailed | RefundSettled]) -> None:
    """The same news once more, as after a crash between handling it and taking it off the queue."""
    event = next(event for event in told if isinstance(event, kind))
    with till.app.app_context(), hub_scope(event.hub_id), unit_of_work():
        publish(event)
    run_all(till.app)


@pytest.mark.parametrize("kind", [RefundSettled, RefundFailed])
def test_news_told_again_change_nothing(till: Till, shop: Shop, kind: type[RefundFailed | RefundSettled]) -> None:
    order = sold(till, shop)
    cancel(till, shop, order)
    bounce(till)
    before = balances(till, shop)
    tell_again(till, kind)
    assert state(till, shop, order) == ("paid", 1, True)
    assert balances(till, shop) == before


def test_a_part_that_arrives_while_the_rest_is_called_off_does_not_hide_its_failure(till: Till, shop: Shop) -> None:
    order = sold(till, shop)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        services.refund_part(
            order_id=order.id,
            amount=Money(500, "EUR"),
            reason="It leaks.",
            by=Level.SELLER,
            actor=Actor(shop.seller, "Ada"),
            now=clock.now(),
        )
    cancel(till, shop, order)  # the part is noted after the order was called off
    bounce(till)
    assert state(till, shop, order) == ("paid", 1, True)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert queries.order(order.id).refunded == 0


def test_old_news_of_a_failure_do_not_touch_the_next_refund(till: Till, shop: Shop) -> None:
    order = sold(till, shop)
    cancel(till, shop, order)
    bounce(till)
    cancel(till, shop, order)
    tell_again(till, RefundFailed)
    assert state(till, shop, order) == ("refunded", 3, False)


def hold_back(till: Till, name: str) -> dict[str, Any]:
    """Take the only job of that name off the queue, to be run later."""
    skipped: list[int] = []
    while (job := next_job(till.app, skipped)) is not None:
        number, arguments = job
        if arguments["name"] == name:
            delete_job(till.app, number)
            return arguments
        skipped.append(number)
    raise AssertionError(f"no {name} is waiting")


def test_where_the_failure_is_heard_first_nothing_is_taken_back(till: Till, shop: Shop) -> None:
    order = sold(till, shop)
    before = balances(till, shop)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        services.cancel_order(order_id=order.id, reason="It broke.", actor=Actor(shop.seller, "Ada"), now=clock.now())
    late = hold_back(till, "market.orders.handlers:refund")
    bounce(till)
    assert state(till, shop, order) == ("paid", 1, True)
    worker.run_job(till.app, **late)
    assert state(till, shop, order) == ("paid", 1, True)
    assert balances(till, shop) == before


def test_what_was_sold_meanwhile_is_not_sold_twice(till: Till, shop: Shop) -> None:
    order = sold(till, shop)
    cancel(till, shop, order)
    sold(till, replace(shop, buyer=shop.connector))
    bounce(till)
    assert state(till, shop, order) == ("paid", 1, True)
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert queries.steps_of(order.id)[-1].note == (
            "The refund failed: the card has expired or was canceled. "
            "What was ordered has been sold to somebody else meanwhile."
        )
