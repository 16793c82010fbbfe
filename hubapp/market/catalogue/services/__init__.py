"""Commands of the catalogue: listings by their sellers, stock for the orders above, pictures."""

from hubapp.market.catalogue.services.barring import bar_seller, unbar_seller
from hubapp.market.catalogue.services.bulk import Article, bring_articles
from hubapp.market.catalogue.services.listings import (
    create_listing,
    edit_listing,
    publish,
    put_back,
    take_down,
    withdraw,
)
from hubapp.market.catalogue.services.pictures import add_picture, remove_picture
from hubapp.market.catalogue.services.stock import commit_sale, hold, offer, release, reserve, restock, take_late

__all__ = [
    "Article",
    "add_picture",
    "bar_seller",
    "bring_articles",
    "commit_sale",
    "create_listing",
    "edit_listing",
    "hold",
    "offer",
    "publish",
    "put_back",
    "release",
    "remove_picture",
    "reserve",
    "restock",
    "take_down",
    "take_late",
    "unbar_seller",
    "withdraw",
]
