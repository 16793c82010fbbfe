"""Money arrives, or does not: settled once and to the cent, released once, refunded once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hubapp.earnings.shares import queries as shares
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import basket_queries, handlers, queries, services
from hubapp.market.orders.errors import PaymentMismatch, ReasonMissing, WrongMove
from hubapp.market.orders.models import CheckoutStatus, Order
from hubapp.money.ledger import verify
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.factories.jobs import waiting
from tests.factories.market import Shop, make_listing, make_shop, place, settle


def order_of(checkout_id: object) -> Order:
    return db.session.scalars(select(Order).where(Order.checkout_id == checkout_id).order_by(Order.number)).first()


def paid(shop: Shop, quantity: int = 1) -> Order:
    checkout_id = place(shop, {shop.listing_id: quantity})
    settle(checkout_id)
    return order_of(checkout_id)


def test_every_cent_of_a_paid_order_has_an_owner(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=1200)
        with hub_scope(shop.hub_id), unit_of_work():
            order = paid(shop)
            parts = {(line.role, line.owner): line.amount for line in shares.split_of(order.id)}
            # Of a base of 1000 the connector has 5 % and the core 3 %; the seller has what remains, and remits the tax.
            assert parts == {
                ("seller", f"account:{shop.seller}"): 1000 - 50 - 30 - 65,
                ("tax", f"account:{shop.seller}"): 200,
                ("connector", f"account:{shop.connector}"): 50,
                ("core", "core"): 30,
                ("fee", "provider"): 65,
            }
            assert sum(parts.values()) == order.gross


def test_the_fee_of_one_payment_is_shared_among_its_orders_to_the_cent(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=1200)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop, {shop.listing_id: 1, make_listing(price=599).id: 1})
            settle(checkout_id, fee=77)
            fees = [order.fee for order in queries.orders_of_checkout(checkout_id)]
            assert sum(fee or 0 for fee in fees) == 77
            assert fees == [26, 51]


def test_the_same_news_twice_settles_once(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=5)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop)
            settle(checkout_id)
            settle(checkout_id)
            listing = catalogue.listing(shop.listing_id)
            assert (listing.reserved, listing.sold) == (0, 1)
            assert [step.status for step in queries.steps_of(order_of(checkout_id).id)] == ["placed", "paid"]
        with hub_scope(shop.hub_id):
            assert verify.verify(shop.hub_id).ok


def test_buyer_and_seller_get_a_letter(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            paid(shop)
        mails = [arguments for name, _hub, arguments in waiting(app) if name == "notifications.send"]
        assert len(mails) == 2


def test_another_amount_than_asked_for_is_not_settled(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop)
            with pytest.raises(PaymentMismatch):
                services.settle_orders(checkout_id=checkout_id, amount=1, fee=0, currency="EUR", now=NOW)


def test_what_nobody_paid_goes_back_on_sale_once(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=5)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop, {shop.listing_id: 2})
            for _ in range(2):
                services.close_checkout(checkout_id=checkout_id, status=CheckoutStatus.EXPIRED, now=NOW)
            assert catalogue.listing(shop.listing_id).left == 5
            assert order_of(checkout_id).status == "expired"


def test_an_expired_basket_can_be_put_back_once(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=5)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop, {shop.listing_id: 2})
            services.close_checkout(checkout_id=checkout_id, status=CheckoutStatus.FAILED, failure="no", now=NOW)
            for _ in range(2):
                services.restore_basket(checkout_id=checkout_id, buyer_id=shop.buyer, now=NOW)
            assert basket_queries.basket_count(account_id=shop.buyer, basket_id=None) == 2


def test_money_that_comes_after_the_time_was_over_still_buys_what_is_there(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=1)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop)
            services.close_checkout(checkout_id=checkout_id, status=CheckoutStatus.EXPIRED, now=NOW)
            settle(checkout_id)
            assert order_of(checkout_id).status == "paid"
            assert catalogue.listing(shop.listing_id).left == 0


def test_a_seller_hands_over_once_and_only_what_is_paid(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            unpaid = order_of(place(shop))
            with pytest.raises(WrongMove):
                services.mark_handed_over(order_id=unpaid.id, actor=SYSTEM, now=NOW)
            order = paid(shop)
            for _ in range(2):
                services.mark_handed_over(order_id=order.id, actor=SYSTEM, now=NOW)
            assert [step.status for step in queries.steps_of(order.id)] == ["placed", "paid", "handed_over"]


def test_cancelling_needs_a_reason(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            order = paid(shop)
            with pytest.raises(ReasonMissing):
                services.cancel_order(order_id=order.id, reason="  ", actor=SYSTEM, now=NOW)


def test_references_of_other_slices_are_left_alone() -> None:
    assert handlers._id_in("booking:00000000-0000-0000-0000-000000000001", "checkout") is None
    assert handlers._id_in("order:00000000-0000-0000-0000-000000000001:cancel:2", "order") is not None
