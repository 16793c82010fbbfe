"""Pages of buying and selling, as browsers see them: with and without signing in, right and wrong."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import queries
from hubapp.market.orders.models import Order
from hubapp.money.payments.models import Payment
from hubapp.tenancy import brand
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.hosts import Addresses
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import base_url, make_account, sign_in
from tests.factories.market import Shop, make_shop, place, settle

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(version|shown)" value="([^"]+)"')


@dataclass
class Browser:
    """A browser in one hub, which sends the forms it was shown."""

    client: FlaskClient
    base: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, **options)

    def post(self, path: str, seen_at: str, **fields: Any) -> TestResponse:
        token = TOKEN.search(self.get(seen_at).text)
        assert token, f"no form on {seen_at}"
        data = {"csrf_token": token[1], **fields}
        return self.client.post(path, base_url=self.base, data=data, headers={"Referer": self.base + seen_at[1:]})

    def hidden(self, path: str) -> dict[str, str]:
        return dict(HIDDEN.findall(self.get(path).text))


def browser(app: HubFlask, shop: Shop, account_id: Any = None) -> Browser:
    client = app.test_client()
    if account_id is not None:
        sign_in(client, account_id, shop.hub_id)
    return Browser(client, base_url(app, shop.hub_id))


@pytest.fixture
def shop(app: HubFlask) -> Shop:
    with app.app_context():
        return make_shop(price=1200, shipping_price=480)


def paid_order(app: HubFlask, shop: Shop) -> Order:
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop)
        settle(checkout_id)
        return queries.orders_of_checkout(checkout_id)[0]


def test_a_visitor_sees_the_market_and_a_listing_with_its_split(app: HubFlask, shop: Shop) -> None:
    visitor = browser(app, shop)
    assert "Walnut oil" in visitor.get("/market").text
    page = visitor.get(f"/market/{shop.listing_id}")
    assert "<strong>cold</strong>" in page.text
    assert "Where your money goes" in page.text
    assert "Connector: Maud" in page.text


def test_a_visitor_fills_a_basket_and_finds_it_after_signing_in(app: HubFlask, shop: Shop) -> None:
    visitor = browser(app, shop)
    answer = visitor.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=2)
    assert answer.status_code == 303
    assert "Walnut oil" in visitor.get("/basket").text
    assert visitor.get("/checkout").status_code == 303  # to sign in
    sign_in(visitor.client, shop.buyer, shop.hub_id)
    assert "2 × Walnut oil" in visitor.get("/checkout").text


def test_from_the_basket_to_the_card_page(app: HubFlask, shop: Shop) -> None:
    buyer = browser(app, shop, shop.buyer)
    buyer.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=1)
    shown = buyer.hidden("/checkout")
    answer = buyer.post("/checkout", "/checkout", delivery="pickup", country="FR", **shown)
    assert answer.status_code == 303
    assert re.search(r"/checkout/[0-9a-f-]{36}/pay$", answer.location)
    assert "/pay/" in buyer.get(answer.location.removeprefix(buyer.base.rstrip("/"))).location


def test_sending_without_an_address_is_said_at_its_fields(app: HubFlask, shop: Shop) -> None:
    buyer = browser(app, shop, shop.buyer)
    buyer.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=1)
    shown = dict(HIDDEN.findall(buyer.post("/checkout/preview", "/checkout", delivery="ship", country="FR").text))
    answer = buyer.post("/checkout", "/checkout", delivery="ship", country="FR", **shown)
    assert answer.status_code == 422
    assert "Fill this in, so that it arrives." in answer.text


def test_another_delivery_than_shown_has_to_be_confirmed(app: HubFlask, shop: Shop) -> None:
    buyer = browser(app, shop, shop.buyer)
    buyer.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=1)
    shown = buyer.hidden("/checkout")
    answer = buyer.post("/checkout", "/checkout", delivery="ship", country="FR", **shown)
    assert answer.status_code == 422
    assert "not what you were shown" in answer.text


@pytest.mark.parametrize("quantity", ["-1", "0", "99999999999999999999", "1.5", "x", ""])
def test_odd_quantities_are_refused_in_words(app: HubFlask, shop: Shop, quantity: str) -> None:
    visitor = browser(app, shop)
    answer = visitor.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=quantity)
    assert answer.status_code == 303
    assert "/market/" in answer.location
    assert "Your basket is empty" in visitor.get("/basket").text


def test_a_stranger_is_asked_to_join_before_paying(app: HubFlask, shop: Shop) -> None:
    with app.app_context():
        stranger = make_account("Dora")
    buyer = browser(app, shop, stranger)
    buyer.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=1)
    page = buyer.get("/checkout").text
    assert "Order and pay" not in page
    assert buyer.post("/checkout/join", "/checkout").status_code == 303
    assert "Order and pay" in buyer.get("/checkout").text


def test_the_receipt_shows_the_split_to_its_buyer_only(app: HubFlask, shop: Shop) -> None:
    order = paid_order(app, shop)
    page = browser(app, shop, shop.buyer).get(f"/orders/{order.id}")
    assert "Where every cent went" in page.text
    assert "Seller: Ada" in page.text
    assert browser(app, shop, shop.buyer).get(f"/orders/{order.id}?print=1").status_code == 200
    assert browser(app, shop, shop.seller).get(f"/orders/{order.id}").status_code == 404
    assert browser(app, shop, shop.connector).get(f"/orders/{order.id}").status_code == 404


def test_a_seller_sees_and_hands_over_their_orders_only(app: HubFlask, shop: Shop) -> None:
    order = paid_order(app, shop)
    seller = browser(app, shop, shop.seller)
    assert "Walnut oil" in seller.get("/sell/orders").text
    path = f"/sell/orders/{order.id}"
    assert browser(app, shop, shop.buyer).get(path).status_code == 404
    assert seller.post(f"{path}/hand-over", path).status_code == 303
    assert "Handed over" in seller.get(path).text


def test_cancelling_asks_for_a_reason_first(app: HubFlask, shop: Shop) -> None:
    path = f"/sell/orders/{paid_order(app, shop).id}/cancel"
    seller = browser(app, shop, shop.seller)
    assert seller.post(path, path, reason="").status_code == 422


def test_managing_is_for_those_who_may(app: HubFlask, shop: Shop) -> None:
    order = paid_order(app, shop)
    connector, buyer = browser(app, shop, shop.connector), browser(app, shop, shop.buyer)
    for path in ("/manage/orders", f"/manage/orders/{order.id}", "/manage/listings", "/manage/turnover"):
        assert connector.get(path).status_code == 200, path
        assert buyer.get(path).status_code == 403, path
    assert "5%" in connector.get("/manage/turnover").text


def test_orders_and_listings_of_another_hub_do_not_exist(app: HubFlask, shop: Shop) -> None:
    order = paid_order(app, shop)
    with app.app_context():
        other = make_shop("other")
    foreign = browser(app, other, other.connector)
    for path in (
        f"/orders/{order.id}",
        f"/sell/orders/{order.id}",
        f"/manage/orders/{order.id}",
        f"/checkout/{order.checkout_id}/return",
        f"/market/{shop.listing_id}",
        f"/sell/{shop.listing_id}",
        f"/manage/listings/{shop.listing_id}/take-down",
    ):
        assert foreign.get(path).status_code == 404, path


def listing_fields(**values: str) -> dict[str, str]:
    usual = {
        "kind": "product",
        "title": "Plum jam",
        "body_md": "Dark.",
        "price": "4.50",
        "tax_category": "reduced",
        "left": "12",
        "left_was": "",
        "has_pickup": "1",
        "shipping_price": "",
    }
    return {**usual, **values}


def test_a_member_writes_and_publishes_a_listing(app: HubFlask, shop: Shop) -> None:
    seller = browser(app, shop, shop.seller)
    answer = seller.post("/sell/new", "/sell/new", **listing_fields())
    assert answer.status_code == 303
    path = "/sell/" + answer.location.rsplit("/", 1)[1]
    assert seller.post(f"{path}/publish", path).status_code == 303
    assert "Plum jam" in browser(app, shop).get("/market").text
    assert "Plum jam" in seller.get("/sell").text
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        listing = db.session.scalars(select(Listing).where(Listing.title == "Plum jam")).one()
        assert (listing.price, listing.stock, listing.shipping_price) == (450, 12, None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"price": "-1"}, "above zero"),
        ({"price": "0"}, "above zero"),
        ({"price": "1.999"}, "2 digits"),
        ({"price": "9999999999"}, "too large"),
        ({"price": "NaN"}, "not an amount"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "longer than 120"),
        ({"left": "-1"}, "between 0"),
        ({"tax_category": "none"}, "valid choice"),
        ({"has_pickup": ""}, "how the buyer gets it"),
        ({"kind": "membership"}, "Only the hub itself"),
        ({"kind": "place", "is_monthly": "y"}, "cannot be had every month"),
        ({"body_md": "x" * 20_001}, "too long"),
    ],
)
def test_what_is_wrong_with_a_listing_is_said_at_its_field(
    app: HubFlask, shop: Shop, wrong: dict[str, str], words: str
) -> None:
    seller = browser(app, shop, shop.seller)
    answer = seller.post("/sell/new", "/sell/new", **listing_fields(**wrong))
    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "'")


SENT = {"has_pickup": "", "shipping_price": "3.00"}


@pytest.mark.parametrize(
    ("off", "typed", "words"),
    [
        ("shipping", SENT, "Nothing is sent in this hub."),
        ("pickup", {}, "Products are sent in this hub"),
        ("pickup", SENT, ""),
        ("pickup", {"kind": "offer"}, ""),
        ("shipping", {}, ""),
    ],
)
def test_products_reach_the_buyer_as_the_hub_has_it_switched_on(
    app: HubFlask, off: str, typed: dict[str, str], words: str
) -> None:
    with app.app_context():
        shop = make_shop(hub={"features": {off: False}})
    seller = browser(app, shop, shop.seller)
    assert ('name="shipping_price"' in seller.get("/sell/new").text) is (off != "shipping")
    answer = seller.post("/sell/new", "/sell/new", **listing_fields(**typed))
    assert answer.status_code == (422 if words else 303)
    assert words in answer.text


def test_what_could_be_fetched_or_sent_before_its_switch_went_off_stays_so(app: HubFlask, shop: Shop) -> None:
    seller, fields = browser(app, shop, shop.seller), listing_fields(shipping_price="3.00")
    path = "/sell/" + seller.post("/sell/new", "/sell/new", **fields).location.rsplit("/", 1)[1]
    for off in ("shipping", "pickup"):
        with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
            switches = {"shipping": off != "shipping", "pickup": off != "pickup"}
            brand.edit_switches(switches=switches, actor=SYSTEM, now=clock.now())
        assert seller.post(path, path, **{**fields, "left_was": "12"}).status_code == 303
    assert seller.post(path, path, **{**fields, "shipping_price": "", "left_was": "12"}).status_code == 303


@pytest.mark.parametrize("field", ["price", "shipping_price"])
def test_an_amount_that_no_card_can_pay_is_refused_at_its_field(app: HubFlask, field: str) -> None:
    with app.app_context():
        shop = make_shop("tunis", hub={"currency": "TND"}, currency="TND")
    seller = browser(app, shop, shop.seller)
    answer = seller.post("/sell/new", "/sell/new", **listing_fields(**{field: "12.345"}))
    assert answer.status_code == 422
    assert answer.text.count("In TND the last digit must be 0.") == 2  # above the form, and at the field
    assert seller.post("/sell/new", "/sell/new", **listing_fields(**{field: "12.340"})).status_code == 303


def test_ten_megabytes_of_text_are_refused_and_not_sent_back(app: HubFlask, shop: Shop) -> None:
    seller = browser(app, shop, shop.seller)
    answer = seller.post("/sell/new", "/sell/new", **listing_fields(body_md="x" * 10_000_000))
    assert answer.status_code == 422
    assert "too long" in answer.text
    assert len(answer.data) < 200_000


def test_an_svg_is_refused_at_its_field(app: HubFlask, shop: Shop) -> None:
    seller = browser(app, shop, shop.seller)
    picture = (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "x.png")
    path = f"/sell/{shop.listing_id}"
    answer = seller.post(f"{path}/pictures", path, picture=(io.BytesIO(picture[0]), picture[1]), alt="")
    assert answer.status_code == 422
    assert "Only JPEG, PNG and WebP" in answer.text


def test_the_way_back_from_the_card_page_is_in_the_scheme_people_use(app: HubFlask, shop: Shop) -> None:
    """Behind a proxy that ends TLS the request itself says http, where the cookie is not sent."""
    buyer, addresses = browser(app, shop, shop.buyer), app.addresses
    buyer.post(f"/basket/{shop.listing_id}", f"/market/{shop.listing_id}", quantity=1)
    shown = buyer.hidden("/checkout")
    app.addresses = Addresses("https", addresses.domain)
    try:
        buyer.post("/checkout", "/checkout", delivery="pickup", country="FR", **shown)
    finally:
        app.addresses = addresses
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        paths = db.session.scalars(select(Payment.success_path)).all()
    assert [path.partition(":")[0] for path in paths] == ["https"]
