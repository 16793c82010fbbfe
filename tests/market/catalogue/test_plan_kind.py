"""What the core sells by plan: chosen on its listing's form, refused to everybody else and for other kinds."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.market.catalogue import queries, services
from hubapp.market.catalogue.errors import NotByPlan
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import RATES, listing_text, make_shop
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser

TYPED = {"kind": "product", "title": "Oil", "price": "12.00", "tax_category": "standard", "has_pickup": "y"}


def test_the_cores_form_sets_kind_and_points_and_shows_them_again(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        maud = make_connector(hub_id).account_id
    browser = Browser(app, hub_id, maud)
    answer = browser.post("/sell/new?for=hub", {**TYPED, "plan_kind": "product", "plan_points": "7"})
    assert answer.status_code == 303
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        (listing,) = queries.listings_of(seller_id=None, before=None).listings
        assert (listing.plan_kind, listing.plan_points) == ("product", 7)
    page = browser.get(answer.location).text
    assert '<option value="product" selected' in page.replace("  ", " ")


def test_a_member_sees_no_such_field_and_is_refused_if_they_send_it(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben").account_id
    browser = Browser(app, hub_id, ben)
    assert "plan_kind" not in browser.get("/sell/new").text
    assert browser.post("/sell/new", {**TYPED, "plan_kind": "product"}).status_code == 422


@pytest.mark.parametrize("more", [{"kind": "place"}, {"kind": "membership"}])
def test_places_and_memberships_are_shared(app: HubFlask, more: dict[str, Any]) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work(), pytest.raises(NotByPlan):
            services.create_listing(
                seller_id=None, text=listing_text(plan_kind="product", **more), tax_rates=RATES, now=NOW
            )


def test_points_without_a_kind_are_forgotten(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            text = listing_text(plan_points=7)
            listing = services.create_listing(seller_id=None, text=text, tax_rates=RATES, now=NOW)
            assert (listing.plan_kind, listing.plan_points) == (None, 0)
