"""A connector: what happened, a look of one's own, an invite to print, and money that arrives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import CONNECTORS, POTTER, Site
from tests.browser.steps import enters

# A payout is named by its day.
DATE = re.compile(r"^\w{3} \d+, \d{4}$")


@pytest.fixture
def wambui(visit: Visit) -> Person:
    person = visit()
    person.sign_in(CONNECTORS["nairobi"], "nairobi", "/manage/")
    person.is_at("/manage/")
    return person


def test_the_cockpit_says_what_happened_and_what_to_do(wambui: Person) -> None:
    wambui.sees("Members", "Sold this week", "What to do next", "Newest members")
    for path, heading in (
        ("members", "Members"),
        ("orders", "Orders"),
        ("turnover", "Turnover"),
        ("payouts", "Your share"),
    ):
        wambui.go("nairobi", f"/manage/{path}")
        expect(wambui.main.get_by_role("heading", level=1)).to_have_text(heading)


def test_a_new_colour_is_previewed_refused_when_unreadable_saved_and_taken_back(wambui: Person, visit: Visit) -> None:
    wambui.go("nairobi", "/manage/brand")
    colour = wambui.main.locator("input[name=primary]").last
    kept = colour.input_value()
    colour.fill("#1f6f54")
    expect(wambui.page.locator("#brand-preview")).to_contain_text(re.compile(r"\S"))
    colour.fill("#ffff66")
    expect(wambui.page.locator("#brand-preview")).to_contain_text(re.compile("#[0-9a-f]{6}", re.IGNORECASE))
    wambui.press("Save")
    wambui.sees(re.compile("contrast|read", re.IGNORECASE))
    wambui.main.locator("input[name=primary]").last.fill("#1f6f54")
    wambui.press("Save")
    wambui.sees(re.compile("Saved as version [0-9]"))
    wambui.press("Undo")
    wambui.sees(re.compile("the same as version [0-9]"))
    wambui.go("nairobi", "/manage/brand")
    assert wambui.main.locator("input[name=primary]").last.input_value() == kept


def test_a_link_for_the_market_stall_has_a_code_to_print(wambui: Person) -> None:
    wambui.go("nairobi", "/manage/invites")
    wambui.write("Where will it be used?", "Market stall")
    wambui.press("Make the link")
    wambui.go("nairobi", "/manage/invites")
    wambui.follow("Market stall")
    wambui.follow("Print")
    expect(wambui.main.locator("svg").first).to_be_visible()
    wambui.sees("/r/")


def asks(person: Person, path: str) -> int:
    """Ask for what is available; answers how many payouts there were."""
    person.go("nairobi", path)
    already = person.main.get_by_role("link", name=DATE).count()
    person.press("Ask for a payout")
    person.sees("Your payout is under way.")
    return already


def is_paid(person: Person, path: str, *, already: int) -> None:
    """One more has arrived, and says what it pays."""
    # Forty days have passed at once: the worker has digests and reminders of all hubs to write as well.
    for _ in range(240):
        person.go("nairobi", path)
        if person.main.get_by_text("paid", exact=True).count() > already:
            break
        person.page.wait_for_timeout(500)
    assert person.main.get_by_text("paid", exact=True).count() == already + 1
    person.follow(DATE)
    person.sees("Payout of", "What it pays")


def connects(seller: Person) -> None:
    """Where nothing was ever paid to them, fill in the provider's form first."""
    seller.go("nairobi", "/me/earnings")
    if seller.main.get_by_role("button", name="Connect a payout account").count():
        seller.press("Connect a payout account")
        seller.is_at("/sandbox/")  # the page that waits asks again by itself
        seller.write("Name", "Makena Gitonga")
        seller.write("Bank account", "KE00 TEST 1234 5678")
        seller.press("Finish")
        seller.is_at("/me/earnings")
        seller.sees("bank account that ends in 5678")


def test_a_payout_is_asked_for_and_arrives_for_the_connector_and_for_a_seller_without_a_script(
    wambui: Person, visit: Visit, site: Site
) -> None:
    makena = visit(**PLAIN)
    enters(makena, POTTER, "/me/earnings")
    connects(makena)
    site.command("sandbox", "advance", "20d")
    ways = {"/me/earnings": makena, "/manage/payouts": wambui}
    already = {path: asks(person, path) for path, person in ways.items()}
    site.command("sandbox", "advance", "20d")
    for path, person in ways.items():
        is_paid(person, path, already=already[path])
