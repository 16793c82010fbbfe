"""Looking for something: by the key, as one types, with Enter alone, on a phone, and over the whole network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.site import BUYER


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_types_and_results_come_beneath_the_field_that_keeps_the_focus(visit: Visit, viewport: dict[str, int]) -> None:
    shiru = visit(viewport=viewport)
    shiru.sign_in(BUYER, "nairobi", "/market/")
    shiru.go("nairobi", "/")
    page = shiru.page
    page.keyboard.press("/")
    field = page.locator("#search-everywhere")
    expect(field).to_be_focused()
    field.press_sequentially("mu", delay=60)
    expect(page.locator("#fast a").first).to_be_visible()
    field.press_sequentially("g", delay=60)
    expect(page.locator("#fast")).to_contain_text(re.compile("mug", re.IGNORECASE))
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    shiru.is_at("/search?q=mug")
    shiru.sees("Two-handed mug")
    shiru.write("What are you looking for?", "glaz")
    found = page.locator("#found")
    expect(found.locator("mark").first).to_have_text(re.compile("glaz", re.IGNORECASE))
    expect(page.locator("main input[type=search]")).to_be_focused()
    shiru.is_at("/search?q=glaz")
    expect(page.locator("#search-said")).to_contain_text("shown")
    page.locator("main input[type=search]").fill("xyzzyplugh")
    expect(found).to_contain_text("Nothing found")
    page.locator("main input[type=search]").fill("glaz")
    expect(found.locator(".hit").first).to_be_visible()
    found.locator(".hit a").first.click()
    page.wait_for_url(lambda url: "/search" not in url)


def test_without_javascript_the_icon_leads_to_a_page_and_enter_to_results(visit: Visit) -> None:
    visitor = visit(javascript=False)
    visitor.go("nairobi", "/")
    visitor.page.locator("header a[data-open=search]").click()
    visitor.is_at("/search")
    visitor.sees("Or look around")
    visitor.write("What are you looking for?", "mug")
    visitor.page.keyboard.press("Enter")
    visitor.is_at("/search?q=mug")
    expect(visitor.page.locator(".hit").first).to_be_visible()
    visitor.page.locator("#found nav a[href*=market]").click()
    visitor.is_at("in=market")
    expect(visitor.page.locator(".hit").first).to_be_visible()


def test_finds_over_the_whole_network_what_hubs_have_open(visit: Visit) -> None:
    visitor = visit()
    visitor.go("", "/search")
    visitor.write("What are you looking for?", "nairobi")
    hit = visitor.page.locator("#found .hit a[href*='//nairobi.']").first  # journeys open hubs, too
    expect(hit).to_be_visible()
    hit.click()
    visitor.page.wait_for_url(lambda url: "nairobi.localhost" in url)
