"""Subscribing and changing a subscription through the pages, without JavaScript."""

from __future__ import annotations

import re

import pytest

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.subscriptions import services
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.market import Shop, make_listing, make_shop
from tests.factories.members import make_member
from tests.factories.payments import Till
from tests.factories.subscriptions import ASKS_ALWAYS, REFUSED_LATER, Club, joined
from tests.support.browsing import Browser


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token|shown|period)"[^>]*value="([^"]*)"', page))


@pytest.fixture
def shop(till: Till) -> Shop:
    with till.app.app_context():
        return make_shop(is_monthly=True, price=1200, stock=20)


def test_from_the_listing_to_the_card_page_and_back(live: Live, till: Till, shop: Shop) -> None:
    browser = Browser(live.app, shop.hub_id, shop.buyer)
    listing = browser.get(f"/market/{shop.listing_id}").text
    assert f"/market/{shop.listing_id}/subscribe" in listing
    page = browser.get(f"/market/{shop.listing_id}/subscribe")
    assert "What you agree to" in page.text
    assert "€12.00 each" in page.text
    form = form_of(page.text) | {"quantity": "2"}
    refused = browser.client.post(f"/market/{shop.listing_id}/subscribe", base_url=browser.base_url, data=form)
    assert refused.status_code == 422
    assert "Please agree to the monthly charge first." in refused.text
    answer = browser.client.post(
        f"/market/{shop.listing_id}/subscribe", base_url=browser.base_url, data=form | {"consent": "y"}
    )
    assert answer.status_code == 303
    payment_path = answer.location.replace(browser.base_url, "")
    card_page = browser.get(payment_path)
    assert "/sandbox/pay/" in card_page.location
    mine = browser.get("/me/subscriptions").text
    assert "Waits for the first payment" in mine
    assert "€24.00" in mine


def test_what_the_page_did_not_show_is_not_agreed_to(live: Live, till: Till, shop: Shop) -> None:
    browser = Browser(live.app, shop.hub_id, shop.buyer)
    form = form_of(browser.get(f"/market/{shop.listing_id}/subscribe").text)
    form |= {"quantity": "1", "consent": "y", "shown": "1000:"}
    answer = browser.client.post(f"/market/{shop.listing_id}/subscribe", base_url=browser.base_url, data=form)
    assert answer.status_code == 422
    assert "The amount is not what you were shown before." in answer.text
    assert browser.get("/me/subscriptions").text.count("Walnut oil") == 0


def test_a_membership_is_for_one_and_not_for_the_basket(live: Live, till: Till, shop: Shop) -> None:
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        listing = make_listing(kind="membership", is_monthly=True, title="Belonging", price=900, stock=None)
    browser = Browser(live.app, shop.hub_id, shop.buyer)
    page = browser.get(f"/market/{listing.id}").text
    assert "Become a member by the month" in page
    assert f"/basket/{listing.id}" not in page
    form = form_of(browser.get(f"/market/{listing.id}/subscribe").text) | {"consent": "y", "quantity": "2"}
    address = f"/market/{listing.id}/subscribe"
    assert browser.client.post(address, base_url=browser.base_url, data=form).status_code == 422
    form["quantity"] = "1"
    assert browser.client.post(address, base_url=browser.base_url, data=form).status_code == 303


@pytest.fixture
def club(till: Till) -> Club:
    return joined(till)


def page_of(club: Club) -> tuple[Browser, str]:
    return Browser(club.till.app, club.shop.hub_id, club.shop.buyer), f"/me/subscriptions/{club.subscription_id}"


def test_skip_pause_resume_and_quantity_by_buttons(club: Club) -> None:
    browser, path = page_of(club)
    assert "Visa ending in 4242" in browser.get(path).text
    assert browser.post(f"{path}/skip", {"period": "1"}, form_page=path).status_code == 303
    assert browser.post(f"{path}/skip", {"period": "1"}, form_page=path).status_code == 409
    assert "Skipped" in browser.get(path).text
    browser.post(f"{path}/pause", form_page=path)
    assert "nothing is ordered or charged" in browser.get(path).text
    browser.post(f"{path}/resume", form_page=path)
    assert browser.post(f"{path}/quantity", {"quantity": "0"}, form_page=path).status_code == 422
    assert browser.post(f"{path}/quantity", {"quantity": "3"}, form_page=path).status_code == 303
    assert "€36.00 for 3" in browser.get(path).text


def test_two_clicks_end_it(club: Club) -> None:
    browser, path = page_of(club)
    assert f"{path}/cancel" in browser.get(path).text
    assert browser.post(f"{path}/cancel").status_code == 303
    page = browser.get(path).text
    assert "You ended it." in page
    assert "End the subscription" not in page


def test_who_is_behind_sees_why_and_when_and_can_pay(club: Club) -> None:
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    browser, path = page_of(club)
    page = browser.get(path).text
    assert "The bank does not allow this payment." in page
    assert "We look again on" in page
    assert "1, 3, 5, 7 days" in page
    answer = browser.post(f"{path}/pay", form_page=path)
    assert answer.status_code == 303
    assert "/pay/" in answer.location


def test_a_bank_that_asks_leads_to_the_page(club: Club) -> None:
    club.put_card(ASKS_ALWAYS)
    club.to_renewal()
    browser, path = page_of(club)
    assert "Confirm and pay now" in browser.get(path).text


def test_another_card_is_saved_on_a_page_that_charges_nothing(live: Live, club: Club) -> None:
    browser, path = page_of(club)
    answer = browser.post(f"{path}/card", form_page=path)
    setup_path = answer.location.replace(browser.base_url, "")
    card_page = browser.get(setup_path).location
    hosted = live.app.test_client()
    page = hosted.get(card_page).text
    assert "Save this card" in page
    assert "Nothing is charged now." in page
    typed = {"number": "5555 5555 5555 4444", "expiry": "12/39", "cvc": "123", "name": "Ben"} | form_of(page)
    saved = hosted.post(card_page, data=typed)
    assert saved.status_code == 303
    assert browser.get(saved.location.replace(browser.base_url, "")).location.endswith(path)
    club.settle()
    assert "Mastercard ending in 4444" in browser.get(path).text


def test_the_connector_sees_who_is_behind_and_what_comes(club: Club) -> None:
    browser = Browser(club.till.app, club.shop.hub_id, club.shop.connector)
    page = browser.get("/manage/subscriptions").text
    assert "Nobody: every renewal was paid." in page
    assert "Coming renewals" in page
    assert "€12.00" in page
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    page = browser.get("/manage/subscriptions").text
    assert "Payment failed" in page
    assert "Ben" in page


def test_a_subscription_is_its_members_own(club: Club) -> None:
    _browser, path = page_of(club)
    with club.till.app.app_context():
        stranger = make_member(club.shop.hub_id, "Eve").account_id
    other = Browser(club.till.app, club.shop.hub_id, stranger)
    assert other.get(path).status_code == 404
    token = {"csrf_token": other.token(f"/market/{club.shop.listing_id}")}
    for act in ("skip", "pause", "resume", "card", "pay", "cancel"):
        answer = other.client.post(f"{path}/{act}", base_url=other.base_url, data=token | {"period": "1"})
        assert answer.status_code == 404, act
    assert other.get("/manage/subscriptions").status_code == 403
    assert club.state().status == "active"


def test_the_letters_are_written_in_words(club: Club) -> None:
    club.change_listing(price=1500)
    club.till.run("subscriptions.watch_prices")
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    club.mine(services.cancel, now=clock.now())
    club.settle()
    sent = "\n".join(message.body for message in club.till.app.extensions["mailman"].outbox)
    for words in ("It began.", "€15.00", "We try again on", "As you wished"):
        assert words in sent, words


def test_the_connector_sets_a_membership_up(live: Live, shop: Shop) -> None:
    connector = Browser(live.app, shop.hub_id, shop.connector)
    assert "A membership" in connector.get("/sell/new?for=hub").text
    assert "A membership" not in connector.get("/sell/new").text
    fields = {
        "kind": "membership",
        "title": "Friends of the house",
        "body_md": "",
        "price": "9.00",
        "tax_category": "standard",
        "has_pickup": "y",
    }
    answer = connector.post("/sell/new?for=hub", fields)
    assert answer.status_code == 303
    path = answer.location.replace(connector.base_url, "")
    listing_id = path.rpartition("/")[2]
    assert connector.post(f"{path}/publish", form_page=path).status_code == 303
    page = Browser(live.app, shop.hub_id, shop.buyer).get("/market").text
    assert "€9.00 a month" in page
    assert f"/market/{listing_id}" in page
