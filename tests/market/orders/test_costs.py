"""What ordering asks of the database: as much for many listings as for one."""

from __future__ import annotations

import re

from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.market import Shop, fill_basket, make_listing, make_shop
from tests.support.browsing import Browser
from tests.support.queries import counted

FIELDS = re.compile(r'name="(csrf_token|version|shown)"[^>]*value="([^"]*)"')


def statements_of_ordering(app: HubFlask, shop: Shop, more: int) -> list[str]:
    """What the click on `order` sends, with `more` listings besides the first, up to its commit."""
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        others = [make_listing(title=f"Oil {number}", seller_account_id=shop.seller).id for number in range(more)]
        fill_basket(shop, dict.fromkeys([shop.listing_id, *others], 1))
    app.extensions["hubapp.payments"].dispatch, send = lambda _command: None, app.extensions["hubapp.payments"].dispatch
    browser = Browser(app, shop.hub_id, shop.buyer)
    fields = dict(FIELDS.findall(browser.get("/checkout").text))
    with counted() as statements:
        answer = browser.client.post("/checkout", base_url=browser.base_url, data={**fields, "delivery": "pickup"})
    app.extensions["hubapp.payments"].dispatch = send
    assert answer.status_code == 303
    return statements


def test_ordering_one_listing_stays_within_its_budget(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
    statements = statements_of_ordering(app, shop, more=0)
    assert len(statements) <= 23, statements


def test_ordering_ten_listings_asks_no_more_than_ordering_one(app: HubFlask) -> None:
    with app.app_context():
        one, many = make_shop("lyon"), make_shop("nairobi")
    assert len(statements_of_ordering(app, many, more=9)) == len(statements_of_ordering(app, one, more=0))
