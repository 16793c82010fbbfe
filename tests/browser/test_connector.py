"""A connector: what happened, a look of one's own, an invite to print, and money that arrives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.people import Person
from tests.browser.site import CONNECTORS, Site


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


def test_a_payout_is_asked_for_and_arrives(wambui: Person, site: Site) -> None:
    site.command("sandbox", "advance", "20d")
    wambui.go("nairobi", "/manage/payouts")
    already = wambui.main.get_by_role("link", name=re.compile(r"\d{4}$")).count()
    wambui.press("Ask for a payout")
    wambui.page.wait_for_load_state()
    site.command("sandbox", "advance", "20d")
    # Forty days have passed at once: the worker has digests and reminders of all hubs to write as well.
    for _ in range(240):
        wambui.go("nairobi", "/manage/payouts")
        if wambui.main.get_by_text("paid", exact=True).count() > already:
            break
        wambui.page.wait_for_timeout(500)
    assert wambui.main.get_by_text("paid", exact=True).count() == already + 1
