"""Receipts on paper: they name the merchant of record, each rate of tax, and the amounts that the ledger has."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select, text

from hubapp.earnings.payouts import services as payouts
from hubapp.earnings.payouts.services import TaxData
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.orders import policies, queries
from hubapp.market.orders.models import Delivery, Order, OrderLine
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from hubapp.web.render import money
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_listing, make_shop, place, settle
from tests.factories.members import make_member
from tests.support import papers
from tests.support.browsing import Browser
from tests.support.papers import download, flat, needs_pango, words

LEGAL = {"operator": "Bottle Works SAS", "address": "2 rue Basse, Lyon", "tax_id": "FR999", "tax": {"name": "VAT"}}
HOME = {"name": "Ben", "street": "3 High Street", "postcode": "69001", "city": "Lyon", "country": "FR"}


@pytest.fixture
def no_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from papers.without_pango(monkeypatch)


def shown(amount: int, currency: str) -> str:
    return flat(money(Money(amount, currency)))


def bought(app: HubFlask, *, currency: str = "EUR", price: int = 1_200, **values: object) -> tuple[Shop, UUID]:
    """(a shop, an order in it that is paid)."""
    with app.app_context():
        shop = make_shop(hub={"currency": currency, "legal": LEGAL}, currency=currency, price=price)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop, {shop.listing_id: 2}, currency=currency, **values)
        with hub_scope(shop.hub_id), unit_of_work():
            settle(checkout_id)
            return shop, db.session.scalars(select(Order.id)).one()


def sheet(app: HubFlask, shop: Shop, order_id: UUID) -> str:
    return flat(Browser(app, shop.hub_id, shop.buyer).get(f"/orders/{order_id}?print=1").text)


@needs_pango
@pytest.mark.parametrize(("currency", "price"), [("EUR", 1_200), ("JPY", 1_199), ("KWD", 12_340)])
def test_a_receipt_says_what_the_ledger_says(app: HubFlask, currency: str, price: int) -> None:
    shop, order_id = bought(app, currency=currency, price=price)
    own = Browser(app, shop.hub_id, shop.buyer)
    said = words(download(own, f"/orders/{order_id}.pdf"))
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        rows = db.session.execute(
            text("SELECT p.tag, sum(p.amount) AS amount FROM ledger_posting p GROUP BY p.tag")
        ).all()
    booked = {row.tag: abs(int(row.amount)) for row in rows}
    assert {"tax", "seller", "connector", "core", "fee"} <= set(booked)
    for tag in ("tax", "seller", "connector", "core", "fee"):
        assert shown(booked[tag], currency) in said, tag
    assert f"Total {shown(2 * price, currency)}" in said
    assert all(part in said for part in ("Ada", "Ben", "Walnut oil", "Bottle Works SAS", "20%"))


def test_a_business_is_named_with_its_tax_data_and_a_person_without_their_address(app: HubFlask) -> None:
    shop, order_id = bought(app)
    assert "rue des Lilas" not in sheet(app, shop, order_id)
    for form, is_named in (("person", False), ("business", True)):
        data = TaxData("Ada SARL", "1 rue des Lilas\n69007 Lyon", "FR", form, "FR12345678901")
        with app.app_context(), platform_scope(reason="test"), unit_of_work():
            payouts.save_tax(account_id=shop.seller, data=data, now=NOW)
        page = sheet(app, shop, order_id)
        assert ("1 rue des Lilas" in page) is is_named
        assert ("FR12345678901" in page) is is_named
        assert "Bottle Works SAS took the payment for the seller" in page


def test_what_the_core_sells_is_sold_by_the_operator(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(hub={"legal": LEGAL})
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop, {make_listing(title="Core honey").id: 1})
        with hub_scope(shop.hub_id), unit_of_work():
            settle(checkout_id)
            order_id = db.session.scalars(select(Order.id)).one()
    page = sheet(app, shop, order_id)
    assert "Sold by Bottle Works SAS, who remits the tax." in page
    assert "FR999" in page
    assert "Payment taken for the seller" not in page


def test_each_rate_of_tax_is_a_line_and_they_sum_to_the_orders(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(hub={"legal": LEGAL}, shipping_price=500, has_pickup=False)
        with hub_scope(shop.hub_id), unit_of_work():
            listing = make_listing(seller_account_id=shop.seller, title="Flour", price=1_055, tax_category="reduced")
            lines = {shop.listing_id: 1, listing.id: 1}
            checkout_id = place(shop, lines, choice=Delivery.SHIP, address=HOME)
        with hub_scope(shop.hub_id), unit_of_work():
            settle(checkout_id)
            order = db.session.scalars(select(Order)).one()
            found = policies.taxes_by_rate(queries.lines_of(order.id), gross=order.gross, tax=order.tax)
            assert [(row.rate, row.net, row.tax) for row in found] == [(550, 1_000, 55), (2000, 1_417, 283)]
            assert sum(row.tax for row in found) == order.tax
            order_id = order.id
    page = sheet(app, shop, order_id)
    assert "of which VAT at 20%, on €14.17" in page
    assert "of which VAT at 5.5%, on €10.00" in page
    assert "3 High Street" in page


def test_lines_that_do_not_make_up_the_order_name_no_rate() -> None:
    line = OrderLine(gross=100, shipping=0, tax=0, shipping_tax=0, tax_rate=2000)
    (found,) = policies.taxes_by_rate([line], gross=120, tax=20)
    assert (found.rate, found.net, found.tax) == (None, 100, 20)
    assert policies.taxes_by_rate([line], gross=120, tax=0) == []


def test_buyer_seller_and_hub_have_it_and_nobody_else(app: HubFlask) -> None:
    shop, order_id = bought(app)
    with app.app_context():
        stranger = make_member(shop.hub_id, "Cleo").account_id
    pages = {shop.buyer: "/orders", shop.seller: "/sell/orders", shop.connector: "/manage/orders"}
    for account_id, path in pages.items():
        own, other = Browser(app, shop.hub_id, account_id), Browser(app, shop.hub_id, stranger)
        assert f"{path}/{order_id}?print=1" in own.get(f"{path}/{order_id}").text
        assert "Sold by (merchant of record)" in own.get(f"{path}/{order_id}?print=1").text
        for end in (".pdf", "?print=1"):
            assert other.get(f"{path}/{order_id}{end}").status_code in {403, 404}


@needs_pango
@pytest.mark.parametrize(("currency", "price"), [("EUR", 1_200), ("JPY", 1_199), ("KWD", 12_340)])
def test_a_tax_report_says_what_the_ledger_says(app: HubFlask, currency: str, price: int) -> None:
    shop, _order_id = bought(app, currency=currency, price=price)
    path = "/manage/reports/tax.pdf?month=2026-11"
    said = words(download(Browser(app, shop.hub_id, shop.connector), path))
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        tax = -int(db.session.scalar(text("SELECT sum(amount) FROM ledger_posting WHERE tag = 'tax'")) or 0)
    assert tax > 0
    gross = 2 * price
    assert f"Sum {shown(gross - tax, currency)} {shown(tax, currency)} {shown(gross, currency)}" in said
    assert "Bottle Works SAS" in said
    assert Browser(app, shop.hub_id, shop.buyer).get(path).status_code == 403


def test_without_pango_an_order_is_printed_and_offers_no_pdf(app: HubFlask, no_pango: None) -> None:
    shop, order_id = bought(app)
    own = Browser(app, shop.hub_id, shop.buyer)
    page = own.get(f"/orders/{order_id}").text
    assert f"/orders/{order_id}?print=1" in page
    assert ".pdf" not in page
    assert own.get(f"/orders/{order_id}?print=1").status_code == 200
    assert own.get(f"/orders/{order_id}.pdf").status_code == 404
