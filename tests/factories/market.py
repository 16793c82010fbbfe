"""Listings, shops, baskets and orders for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.catalogue.models import Listing
from hubapp.market.catalogue.policies import ListingText
from hubapp.market.orders import basket_queries, services
from hubapp.market.orders.models import Basket, Checkout, Delivery
from hubapp.market.orders.services import Purchase
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member

RATES = {"standard": 2000, "reduced": 550, "zero": 0}


def listing_text(**values: Any) -> ListingText:
    """What a seller says of a bottle of oil, with `values` in place of the usual ones."""
    usual: dict[str, Any] = {
        "kind": "product",
        "title": "Walnut oil",
        "body_md": "Pressed **cold**.",
        "price": Money(1200, "EUR"),
        "left": 5,
        "has_pickup": True,
        "shipping_price": None,
        "tax_category": "standard",
    }
    return ListingText(**{**usual, **values})


def make_listing(**values: Any) -> Listing:
    """Add a live listing of the core to the hub in scope (`seller_account_id` for a member's)."""
    listing_id = ids.uuid7()
    usual: dict[str, Any] = {
        "id": listing_id,
        "seller_account_id": None,
        "kind": "product",
        "title": "Walnut oil",
        "slug": "walnut-oil",
        "body_md": "Pressed **cold**.",
        "price": 1200,
        "currency": "EUR",
        "stock": 5,
        "reserved": 0,
        "sold": 0,
        "has_pickup": True,
        "shipping_price": None,
        "tax_category": "standard",
        "status": "live",
        "cover_seed": str(listing_id),
        "created_at": NOW,
        "updated_at": NOW,
    }
    listing = Listing(**{**usual, **values})
    db.session.add(listing)
    db.session.flush()
    return listing


@dataclass(frozen=True, slots=True)
class Shop:
    """A hub with a connector, a seller with a listing, and a buyer."""

    hub_id: int
    connector: UUID
    seller: UUID
    buyer: UUID
    listing_id: UUID


def make_shop(slug: str = "lyon", hub: dict[str, Any] | None = None, **listing: Any) -> Shop:
    """Make a shop in transactions of its own (needs an application context)."""
    hub_id = make_hub(slug, **(hub or {}))
    connector = make_connector(hub_id).account_id
    seller, buyer = make_member(hub_id, "Ada").account_id, make_member(hub_id, "Ben").account_id
    with hub_scope(hub_id), unit_of_work():
        listing_id = make_listing(seller_account_id=seller, **listing).id
    return Shop(hub_id, connector, seller, buyer, listing_id)


def fill_basket(shop: Shop, quantities: Mapping[UUID, int] | None = None) -> Basket:
    """The buyer's basket with `quantities` in it, or one of the shop's listing (in the hub's scope)."""
    basket = services.open_basket(account_id=shop.buyer, basket_id=None, now=NOW)
    for listing_id, quantity in (quantities or {shop.listing_id: 1}).items():
        services.put_in_basket(basket_id=basket.id, listing_id=listing_id, quantity=quantity, now=NOW)
    return basket


def purchase(shop: Shop, basket: Basket, choice: Delivery = Delivery.PICKUP, **values: Any) -> Purchase:
    """What the buyer confirms after looking at the basket as it is now (in the hub's scope)."""
    quote = basket_queries.quote(basket=basket, choice=choice, tax_rates=RATES, currency=values.get("currency", "EUR"))
    assert quote is not None
    usual: dict[str, Any] = {
        "basket_version": basket.version,
        "fingerprint": quote.fingerprint,
        "buyer_id": shop.buyer,
        "buyer_email": "ben@example.org",
        "choice": choice,
        "address": None,
        "touch": None,
        "currency": "EUR",
        "tax_rates": RATES,
        "return_to": lambda checkout_id: f"/checkout/{checkout_id}/return",
    }
    return Purchase(**{**usual, **values})


def place(shop: Shop, quantities: Mapping[UUID, int] | None = None, *, now: datetime = NOW, **values: Any) -> UUID:
    """Fill the buyer's basket and order it (in the hub's scope); returns the checkout."""
    return services.place_orders(purchase=purchase(shop, fill_basket(shop, quantities), **values), now=now)


def settle(checkout_id: UUID, fee: int = 65, now: datetime = NOW) -> None:
    """The provider says that the money of a checkout is there."""
    checkout = db.session.scalars(select(Checkout).where(Checkout.id == checkout_id)).one()
    services.settle_orders(checkout_id=checkout_id, amount=checkout.total, fee=fee, currency=checkout.currency, now=now)
