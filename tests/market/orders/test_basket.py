"""The basket: before signing in, at signing in, and what it refuses."""

from __future__ import annotations

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.errors import NoSuchListing, NotForSale, OutOfStock
from hubapp.market.orders import basket_queries, services
from hubapp.market.orders.errors import OwnListing, QuantityOutOfRange
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import fill_basket, make_listing, make_shop


def test_what_was_put_in_before_signing_in_is_there_afterwards(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            fill_basket(shop)
            loose = services.open_basket(account_id=None, basket_id=None, now=NOW)
            services.put_in_basket(basket_id=loose.id, listing_id=shop.listing_id, quantity=2, now=NOW)
            mine = services.claim_basket(basket_id=loose.id, account_id=shop.buyer, now=NOW)
            assert basket_queries.quantities(mine.id) == {shop.listing_id: 3}
            assert basket_queries.basket_of(account_id=None, basket_id=loose.id) is None


def test_somebody_elses_basket_cannot_be_claimed(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            theirs = fill_basket(shop)
            mine = services.claim_basket(basket_id=theirs.id, account_id=shop.connector, now=NOW)
            assert basket_queries.quantities(mine.id) == {}
            assert basket_queries.quantities(theirs.id) == {shop.listing_id: 1}


def test_more_than_is_left_does_not_go_in(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(stock=2)
        with hub_scope(shop.hub_id), unit_of_work():
            basket = fill_basket(shop)
            with pytest.raises(OutOfStock, match="Only 2 of Walnut oil left"):
                services.put_in_basket(basket_id=basket.id, listing_id=shop.listing_id, quantity=2, now=NOW)


@pytest.mark.parametrize("quantity", [-1, 0, 1000, 10**12])
def test_no_odd_numbers_go_in(app: HubFlask, quantity: int) -> None:
    with app.app_context():
        shop = make_shop(stock=None)
        with hub_scope(shop.hub_id), unit_of_work():
            basket = services.open_basket(account_id=shop.buyer, basket_id=None, now=NOW)
            with pytest.raises(QuantityOutOfRange):
                services.put_in_basket(basket_id=basket.id, listing_id=shop.listing_id, quantity=quantity, now=NOW)


def test_nobody_buys_from_themselves(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            basket = services.open_basket(account_id=shop.seller, basket_id=None, now=NOW)
            with pytest.raises(OwnListing):
                services.put_in_basket(basket_id=basket.id, listing_id=shop.listing_id, quantity=1, now=NOW)


def test_withdrawn_and_foreign_things_do_not_go_in(app: HubFlask) -> None:
    with app.app_context():
        shop, other = make_shop(status="withdrawn"), make_hub("other")
        with hub_scope(other), unit_of_work():
            foreign = make_listing().id
        with hub_scope(shop.hub_id), unit_of_work():
            basket = services.open_basket(account_id=shop.buyer, basket_id=None, now=NOW)
            with pytest.raises(NotForSale):
                services.put_in_basket(basket_id=basket.id, listing_id=shop.listing_id, quantity=1, now=NOW)
            with pytest.raises(NoSuchListing):
                services.put_in_basket(basket_id=basket.id, listing_id=foreign, quantity=1, now=NOW)


def test_a_changed_price_is_shown_with_the_old_one(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(price=1200)
        with hub_scope(shop.hub_id), unit_of_work():
            basket = fill_basket(shop)
            listing = catalogue.listing(shop.listing_id)
            listing.price = 1300
            quote = basket_queries.quote(basket=basket, choice="pickup", tax_rates={"standard": 2000}, currency="EUR")
            assert quote is not None
            assert quote.lines[0].price_was is not None
            assert quote.lines[0].price_was.amount == 1200
            assert quote.total.amount == 1300


def test_zero_takes_a_line_out(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            basket = fill_basket(shop)
            services.change_quantity(basket_id=basket.id, listing_id=shop.listing_id, quantity=0, now=NOW)
            assert basket_queries.basket_count(account_id=shop.buyer, basket_id=None) == 0
