"""What people see of the books in a hub: their own accounts to the posting, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from hubapp.earnings.shares import services as shares
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders import queries as orders
from hubapp.money.ledger import queries as books
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import settled
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import Shop, make_shop, place, settle
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser
from tests.support.queries import counted


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid order in a shop: the buyer is at home in another hub, a third person brought them."""

    app: HubFlask
    shop: Shop
    home_connector: UUID
    home: int
    referrer: UUID
    order_id: UUID
    entry_id: UUID

    def page(self, account_id: UUID, path: str, hub_id: int | None = None) -> tuple[int, str]:
        answer = Browser(self.app, hub_id or self.shop.hub_id, account_id).get(path)
        return answer.status_code, answer.text


@pytest.fixture
def sale(app: HubFlask) -> Sale:
    with app.app_context():
        home = make_hub("nantes")
        home_connector = make_connector(home, "Nora").account_id
        buyer = make_member(home, "Ben").account_id
        shop = make_shop(price=1_200)
        make_member(shop.hub_id, "Ben", account_id=buyer)
        shop = Shop(shop.hub_id, shop.connector, shop.seller, buyer, shop.listing_id)
        referrer = make_member(shop.hub_id, "Rosa").account_id
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop)
            order = orders.orders_of_checkout(checkout_id)[0]
            order.referrer_account_id = referrer
        with hub_scope(shop.hub_id), unit_of_work():
            settle(checkout_id)
            entry_id = books.entries_of(f"order:{order.id}")[0].id
        with hub_scope(home), unit_of_work():
            shares.book_moves(order_id=order.id, now=NOW)
    return Sale(app, shop, home_connector, home, referrer, order.id, entry_id)


def test_an_order_keeps_the_home_it_was_placed_with_and_the_receipt_shows_it(sale: Sale) -> None:
    with sale.app.app_context(), hub_scope(sale.shop.hub_id), unit_of_work():
        assert orders.order(sale.order_id).home_hub_id == sale.home
    status, page = sale.page(sale.shop.buyer, f"/orders/{sale.order_id}")
    assert status == 200
    assert "buyer&#39;s home hub: Nantes" in page
    assert "€0.10" in page  # one percent of ten euros net


def test_a_receipt_leads_to_the_books_for_who_bought_and_who_sold(sale: Sale) -> None:
    for account_id in (sale.shop.buyer, sale.shop.seller):
        status, page = sale.page(account_id, f"/me/books/orders/{sale.order_id}")
        assert status == 200
        assert "Walnut oil" in page
        assert "Payment provider" in page


def test_who_earned_by_an_order_sees_their_own_posting_and_the_rest_in_one_sum(sale: Sale) -> None:
    status, page = sale.page(sale.referrer, f"/me/books/entries/{sale.entry_id}")
    assert status == 200
    assert "referrer&#39;s share" in page
    assert "postings of others, together" in page
    assert "seller&#39;s part" not in page


def test_who_has_no_part_in_it_sees_nothing_at_all(sale: Sale) -> None:
    with sale.app.app_context():
        stranger = make_member(sale.shop.hub_id, "Sam").account_id
    for path in (f"/me/books/entries/{sale.entry_id}", f"/me/books/orders/{sale.order_id}"):
        assert sale.page(stranger, path)[0] == 404
    assert "No account yet" in sale.page(stranger, "/me/books")[1]


def test_members_see_no_managing_page_of_the_books(sale: Sale) -> None:
    for path in ("/manage/books", f"/manage/books/entries/{sale.entry_id}", f"/manage/books/orders/{sale.order_id}"):
        assert sale.page(sale.shop.seller, path)[0] == 403
        assert sale.page(sale.shop.connector, path)[0] == 200
    for path in ("/manage/reports", "/manage/reports/tax"):
        assert sale.page(sale.shop.seller, path)[0] == 403


def test_an_account_page_is_always_ones_own(sale: Sale) -> None:
    path = f"/me/books/account?purpose=owed&currency=EUR&owner=account:{sale.shop.seller}"
    page = sale.page(sale.referrer, path)[1]
    assert "€0.50" in page  # five percent of ten euros
    assert "seller&#39;s part" not in page


def test_the_home_hubs_connector_sees_the_share_and_not_the_sale(sale: Sale) -> None:
    status, page = sale.page(sale.home_connector, f"/me/books/orders/{sale.order_id}", sale.home)
    assert status == 200
    assert "placed in another hub" in page
    assert "Walnut oil" not in page
    assert "€0.10" in page
    report = sale.page(sale.home_connector, "/manage/reports", sale.home)[1]
    assert "From purchases in other hubs" in report


def test_another_hubs_entry_does_not_exist(sale: Sale) -> None:
    assert sale.page(sale.home_connector, f"/manage/books/entries/{sale.entry_id}", sale.home)[0] == 404
    assert sale.page(sale.home_connector, f"/me/books/entries/{sale.entry_id}", sale.home)[0] == 404


def test_the_report_can_be_kept(sale: Sale) -> None:
    answer = Browser(sale.app, sale.shop.hub_id, sale.shop.connector).get("/manage/reports?as=csv")
    assert answer.mimetype == "text/csv"
    assert "2026-11,EUR,12.00" in answer.text


@pytest.mark.parametrize("path", ["/me/books/account?purpose=owed&currency=EUR", "/manage/books", "/manage/reports"])
def test_pages_cost_the_same_however_much_was_sold(sale: Sale, path: str) -> None:
    browser = Browser(sale.app, sale.shop.hub_id, sale.shop.connector)
    browser.get(path)
    with counted() as before:
        assert browser.get(path).status_code == 200
    with sale.app.app_context(), hub_scope(sale.shop.hub_id), unit_of_work():
        for _ in range(12):
            settled(2_000, connectors=((f"account:{sale.shop.connector}", 1),))
    with counted() as after:
        assert browser.get(path).status_code == 200
    assert len(after) == len(before)


def test_a_member_makes_another_hub_their_home(sale: Sale) -> None:
    browser = Browser(sale.app, sale.shop.hub_id, sale.shop.buyer)
    assert "You are at home in Nantes." in browser.get("/me/profile").text
    assert browser.post("/me/home-hub", form_page="/me/profile").status_code == 303
    assert "You are at home here." in browser.get("/me/profile").text
