"""Listings, members and baskets for tests."""

from __future__ import annotations

from typing import Any

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.market.catalogue.models import Listing
from hubapp.market.catalogue.policies import ListingText
from tests.factories.hubs import NOW

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
