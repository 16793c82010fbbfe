"""Placing orders: once, at the price that was shown, from stock that is put aside, in a hub that sells."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.errors import OutOfStock
from hubapp.market.orders import basket_queries, policies, queries, services
from hubapp.market.orders.errors import AddressMissing, BasketChanged, BasketEmpty, JoinFirst, PriceChanged
from hubapp.market.orders.models import Delivery, Order
from hubapp.money.payments import queries as payments
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.tenancy.selling import HubFrozen
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import fill_basket, make_listing, make_shop, place, purchase
from tests.factories.members import make_member

HOME = {"name": "Ben", "street": "Rue 1", "postcode": "69001", "city": "Lyon", "country": "FR"}


def test_an_order_per_seller_and_one_payment_for_all(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=1200)
        with hub_scope(shop.hub_id), unit_of_work():
            own = make_listing(price=501, tax_category="reduced")
            checkout_id = place(shop, {shop.listing_id: 2, own.id: 1})
            orders = queries.orders_of_checkout(checkout_id)
            assert [(order.seller_owner, order.gross) for order in orders] == [
                ("core", 501),
                (f"account:{shop.seller}", 2400),
            ]
            assert [order.number for order in orders] == [1, 2]
            payment = payments.payment_of(f"checkout:{checkout_id}")
            assert payment is not None
            assert payment.amount == 2901


def test_numbers_go_on_per_hub(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_shop("one"), make_shop("two")
        for shop, expected in ((one, 1), (one, 2), (two, 1)):
            with hub_scope(shop.hub_id), unit_of_work():
                assert queries.orders_of_checkout(place(shop))[0].number == expected


def test_what_is_ordered_is_put_aside_and_the_basket_is_empty(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=5)
        with hub_scope(shop.hub_id), unit_of_work():
            place(shop, {shop.listing_id: 3})
            listing = catalogue.listing(shop.listing_id)
            assert (listing.reserved, listing.left) == (3, 2)
            assert basket_queries.basket_count(account_id=shop.buyer, basket_id=None) == 0


def test_a_double_click_is_one_checkout(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            confirmed = purchase(shop, fill_basket(shop))
            first = services.place_orders(purchase=confirmed, now=NOW)
            assert services.place_orders(purchase=confirmed, now=NOW) == first
            assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_price_that_changed_while_paying_has_to_be_confirmed_anew(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=1200)
        with hub_scope(shop.hub_id), unit_of_work():
            basket = fill_basket(shop)
            confirmed = purchase(shop, basket)
            catalogue.listing(shop.listing_id).price = 1300
            with pytest.raises(PriceChanged):
                services.place_orders(purchase=confirmed, now=NOW)
            assert catalogue.listing(shop.listing_id).reserved == 0
            services.place_orders(purchase=purchase(shop, basket), now=NOW)


def test_what_went_to_others_meanwhile_is_told(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=3)
        with hub_scope(shop.hub_id), unit_of_work():
            confirmed = purchase(shop, fill_basket(shop, {shop.listing_id: 3}))
            catalogue.listing(shop.listing_id).sold = 1
            with pytest.raises(OutOfStock, match="Only 2 of Walnut oil left"):
                services.place_orders(purchase=confirmed, now=NOW)


def test_a_frozen_hub_sells_nothing_and_says_why(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            confirmed = purchase(shop, fill_basket(shop))
        with platform_scope(reason="test"), unit_of_work():
            hub = db.session.get_one(Hub, shop.hub_id)
            hub.status, hub.frozen_reason = "frozen", "the accounts are being checked"
        with hub_scope(shop.hub_id), unit_of_work(), pytest.raises(HubFrozen, match="accounts are being checked"):
            services.place_orders(purchase=confirmed, now=NOW)


def test_a_basket_changed_in_another_window_is_looked_at_again(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            basket = fill_basket(shop)
            confirmed = purchase(shop, basket)
            services.change_quantity(basket_id=basket.id, listing_id=shop.listing_id, quantity=2, now=NOW)
            with pytest.raises(BasketChanged):
                services.place_orders(purchase=confirmed, now=NOW)


def test_an_empty_basket_is_not_ordered(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            basket = services.open_basket(account_id=shop.buyer, basket_id=None, now=NOW)
            with pytest.raises(BasketEmpty):
                services.place_orders(purchase=purchase(shop, basket), now=NOW)


def test_somebody_elses_basket_is_not_ordered(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            confirmed = purchase(shop, fill_basket(shop), buyer_id=shop.connector)
            with pytest.raises(BasketEmpty):
                services.place_orders(purchase=confirmed, now=NOW)


def test_who_buys_joins_first(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        stranger = make_account()
        with hub_scope(shop.hub_id), unit_of_work():
            basket = services.open_basket(account_id=stranger, basket_id=None, now=NOW)
            services.put_in_basket(basket_id=basket.id, listing_id=shop.listing_id, quantity=1, now=NOW)
            with pytest.raises(JoinFirst):
                services.place_orders(purchase=purchase(shop, basket, buyer_id=stranger), now=NOW)


def test_what_is_sent_needs_an_address_and_costs_its_shipping(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=1200, shipping_price=480)
        with hub_scope(shop.hub_id), unit_of_work():
            basket = fill_basket(shop)
            with pytest.raises(AddressMissing):
                services.place_orders(purchase=purchase(shop, basket, Delivery.SHIP), now=NOW)
            checkout_id = services.place_orders(purchase=purchase(shop, basket, Delivery.SHIP, address=HOME), now=NOW)
            order = queries.orders_of_checkout(checkout_id)[0]
            assert (order.gross, order.base, order.shipping, order.tax) == (1680, 1000, 400, 280)
            assert (order.delivery, order.address) == ("ship", HOME)


def test_who_brought_the_buyer_and_how_is_kept_on_the_order(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        friend = make_member(shop.hub_id, "Cleo")
        with hub_scope(shop.hub_id), unit_of_work():
            order = queries.orders_of_checkout(place(shop, touch=Touch(friend.referral_code, "qr", NOW)))[0]
            assert (order.referrer_account_id, order.channel) == (friend.account_id, "qr")
            assert order.terms["rule_key"]


def test_a_checkout_of_another_hub_or_buyer_does_not_exist(app: HubFlask) -> None:
    with app.app_context():
        shop, other = make_shop(), make_hub("other")
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop)
            order_id = queries.orders_of_checkout(checkout_id)[0].id
            with pytest.raises(queries.NoSuchCheckout):
                queries.checkout_of(checkout_id, buyer_id=shop.seller)
            with pytest.raises(queries.NoSuchOrder):
                queries.order_of_buyer(order_id, buyer_id=shop.seller)
        with hub_scope(other), unit_of_work(), pytest.raises(queries.NoSuchOrder):
            queries.order(order_id)


def test_more_than_a_payment_carries_is_refused(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=policies.LARGEST_TOTAL, stock=None)
        with hub_scope(shop.hub_id), unit_of_work(), pytest.raises(services.checkout.TotalTooLarge):
            place(shop, {shop.listing_id: 2})
