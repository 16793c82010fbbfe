"""Invoices as buyer and seller see them: on the order's page, on a sheet, as PDF, as a list and a file of a year."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import invoice_queries, services
from hubapp.market.orders.invoice_models import SalesDocument
from hubapp.market.orders.models import Order
from hubapp.people.accounts.models import Account
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.market import Shop, make_listing, make_shop, place, settle
from tests.factories.members import make_member
from tests.support.browsing import Browser
from tests.support.papers import download, flat, needs_pango, words

LEGAL = {"operator": "Bottle Works SAS", "address": "2 rue Basse, Lyon", "tax_id": "FR999", "tax": {"name": "VAT"}}
COMPANY = {"name": "Ben & Co SARL", "address": "9 rue Neuve\n69001 Lyon", "country": "FR", "tax_id": "fr98765432109"}


@pytest.fixture
def shop(app: HubFlask) -> Shop:
    with app.app_context():
        return make_shop(hub={"legal": LEGAL}, price=1200)


def bought(app: HubFlask, shop: Shop, listing_id: UUID | None = None) -> UUID:
    """An order that is paid, and has its invoice."""
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop, {listing_id or shop.listing_id: 2}, now=clock.now())
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        settle(checkout_id, now=clock.now())
        order_id = db.session.scalars(select(Order.id).where(Order.checkout_id == checkout_id)).one()
        services.follow_books(order_id=order_id, now=clock.now())
    return order_id


def made(app: HubFlask, shop: Shop, order_id: UUID) -> list[SalesDocument]:
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        return list(invoice_queries.documents_of(order_id))


def test_buyer_seller_and_hub_read_the_invoice_and_nobody_else(app: HubFlask, shop: Shop) -> None:
    order_id = bought(app, shop)
    (invoice,) = made(app, shop, order_id)
    for account_id, page in ((shop.buyer, "orders"), (shop.seller, "sell/orders"), (shop.connector, "manage/orders")):
        own = Browser(app, shop.hub_id, account_id)
        assert f"/invoices/{invoice.id}" in own.get(f"/{page}/{order_id}").text
        sheet = flat(own.get(f"/invoices/{invoice.id}").text)
        assert f"Invoice {invoice.label}" in sheet
        assert "of which VAT at 20%, on €20.00" in sheet
        assert f"/{page}/{order_id}" in sheet
    with app.app_context():
        stranger = make_member(shop.hub_id, "Cleo").account_id
    for end in ("", ".pdf"):
        assert Browser(app, shop.hub_id, stranger).get(f"/invoices/{invoice.id}{end}").status_code == 404


@needs_pango
def test_an_invoice_as_pdf_names_the_merchant_of_record(app: HubFlask, shop: Shop) -> None:
    (invoice,) = made(app, shop, bought(app, shop))
    said = words(download(Browser(app, shop.hub_id, shop.buyer), f"/invoices/{invoice.id}.pdf"))
    for part in (
        "Sold by (merchant of record)",
        "Ada",
        "Ben",
        "Bottle Works SAS",
        "Walnut oil",
        invoice.label,
        "€24.00",
    ):
        assert part in said, part


def test_a_buyer_puts_a_company_on_an_invoice_that_was_issued(app: HubFlask, shop: Shop) -> None:
    order_id = bought(app, shop)
    own = Browser(app, shop.hub_id, shop.buyer)
    assert own.post(f"/orders/{order_id}/billing", COMPANY).status_code == 303
    first, credit, second = made(app, shop, order_id)
    page = flat(own.get(f"/invoices/{second.id}").text)
    assert "Ben &amp; Co SARL" in page
    assert "Tax number FR98765432109" in page
    assert f"Replaces invoice {first.label}" in page
    assert f"Takes back invoice {first.label}" in flat(own.get(f"/invoices/{credit.id}").text)
    assert "Ben &amp; Co SARL" not in own.get(f"/invoices/{first.id}").text


def test_what_a_buyer_enters_before_stands_on_the_first_invoice(app: HubFlask, shop: Shop) -> None:
    own = Browser(app, shop.hub_id, shop.buyer)
    assert own.post("/me/billing", COMPANY).status_code == 303
    assert "Ben &amp; Co SARL" in own.get("/me/billing").text
    (invoice,) = made(app, shop, bought(app, shop))
    assert invoice.content["buyer"]["address"] == "9 rue Neuve\n69001 Lyon"


@pytest.mark.parametrize(
    ("field", "value", "words_of_it"),
    [
        ("name", "", "Enter a name."),
        ("country", "XX", "Choose a country from the list."),
        ("tax_id", "<b>", "Enter it as it stands in your papers"),
        ("address", "x" * 301, "300"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    app: HubFlask, shop: Shop, field: str, value: str, words_of_it: str
) -> None:
    own = Browser(app, shop.hub_id, shop.buyer)
    answer = own.post("/me/billing", {**COMPANY, field: value})
    assert answer.status_code == 422
    assert words_of_it in answer.text


def test_an_invoice_is_in_the_buyers_language_whoever_reads_it(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop(hub={"legal": LEGAL, "locales": ["en", "fr"], "default_locale": "en"})
        with platform_scope(reason="test"), unit_of_work():
            db.session.get_one(Account, shop.buyer).locale = "fr"
    (invoice,) = made(app, shop, bought(app, shop))
    page = Browser(app, shop.hub_id, shop.seller).get(f"/invoices/{invoice.id}").text
    assert '<html lang="fr"' in page
    assert invoice.content["locale"] == "fr"


def test_a_seller_has_a_list_and_the_years_file(app: HubFlask, shop: Shop) -> None:
    (invoice,) = made(app, shop, bought(app, shop))
    own = Browser(app, shop.hub_id, shop.seller)
    assert invoice.label in own.get("/sell/invoices").text
    assert "No invoices in this year" in own.get("/sell/invoices?year=2001").text
    file = own.get(f"/sell/invoices/{invoice.year}.csv")
    assert file.mimetype == "text/csv"
    assert invoice.label in file.text
    assert invoice.label not in Browser(app, shop.hub_id, shop.buyer).get(f"/sell/invoices/{invoice.year}.csv").text
    assert own.get("/sell/invoices/9999.csv").status_code == 404


def test_the_central_team_has_the_networks_own(app: HubFlask, shop: Shop) -> None:
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        listing_id = make_listing(title="Core honey").id
    (mine,) = made(app, shop, bought(app, shop, listing_id))
    (sellers,) = made(app, shop, bought(app, shop))
    with app.app_context():
        team = Browser(app, None, make_account("Noor", is_central=True))
    page = team.get(f"/console/invoices?year={mine.year}").text
    assert mine.label in page
    rows = team.get(f"/console/invoices/{mine.year}.csv").text.splitlines()
    assert len(rows) == 2
    assert "Bottle Works SAS" in rows[1]
    assert sellers.issuer != "core"


def test_on_new_years_eve_a_document_bears_the_day_of_its_hub_wherever_it_is_read(app: HubFlask, shop: Shop) -> None:
    clock.set_offset(datetime(2026, 12, 31, 23, 15, tzinfo=UTC) - clock.wall())  # the new year has begun in Lyon
    with app.app_context():
        team = Browser(app, None, make_account("Noor", is_central=True))
        with hub_scope(shop.hub_id), unit_of_work():
            listing_id = make_listing(title="Core honey").id
    (mine,), (sellers,) = (made(app, shop, bought(app, shop, listing)) for listing in (listing_id, None))
    own = Browser(app, shop.hub_id, shop.seller)
    for reader, path, document in ((team, "/console/invoices", mine), (own, "/sell/invoices", sellers)):
        assert '<option value="2027"' in reader.get(path).text
        page = reader.get(f"{path}?year=2027").text
        assert all(text in page for text in (document.label, "Jan 1, 2027"))
        (row,) = csv.DictReader(io.StringIO(reader.get(f"{path}/2027.csv").text))
        assert (row["number"], row["date"]) == (document.label, "2027-01-01")
    assert mine.label == sellers.label == "S-2027-00001"
