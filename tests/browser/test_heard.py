"""What is read out without being looked for: what a form did, and what went wrong with a part of a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.looking import comes_true
from tests.browser.site import BUYER, POTTER
from tests.browser.steps import enters, tells
from tests.browser.test_conversations import words

# A region is heard when something comes into it after the page is there.
LISTENS = """addEventListener("load", () => {
  window.heard = [];
  for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
    new MutationObserver((changes) => {
      if (changes.some(({ addedNodes }) => addedNodes.length)) window.heard.push(region.innerText);
    }).observe(region, { childList: true, subtree: true });
  }
});"""


def hears(page: Page, text: str) -> None:
    """It came into a region that listened."""
    comes_true(page, "(text) => window.heard?.some((said) => said.includes(text))", text)


def test_what_a_form_did_is_read_out_on_the_page_that_follows(visit: Visit) -> None:
    makena, text = visit(), words()
    makena.page.add_init_script(LISTENS)
    enters(makena, POTTER, "/feed")
    tells(makena, text)
    hears(makena.page, "Published.")
    # It was there for the eye before, and is not there twice.
    expect(makena.page.locator("#flashes .notice")).to_have_count(1)


def no_network(route: Route) -> None:
    route.abort()


def no_server(route: Route) -> None:
    """What stands in front of one that is not there says."""
    route.fulfill(status=502, body="<h1>Bad gateway</h1>")


@pytest.mark.parametrize("broken", [no_network, no_server])
def test_what_does_not_work_is_read_out_where_one_is(visit: Visit, broken: Callable[[Route], None]) -> None:
    shiru = visit()
    shiru.page.add_init_script(LISTENS)
    enters(shiru, BUYER, "/feed")
    shiru.page.route("**/reactions", broken)
    love = shiru.main.get_by_role("button", name=re.compile("Love it")).first
    love.click()
    hears(shiru.page, "That did not work.")
    expect(love).to_be_focused()
    expect(shiru.main).not_to_contain_text("Bad gateway")
    # The next click takes the words away, until it fails in its turn.
    shiru.page.unroute("**/reactions")
    love.click()
    expect(shiru.page.locator("#trouble")).to_be_empty()
    love.click()
    known = ("ERR_FAILED", "Failed to fetch", "502")
    shiru.faults[:] = [fault for fault in shiru.faults if not any(word in fault for word in known)]


def test_what_is_refused_says_why_and_leaves_the_page_whole(visit: Visit) -> None:
    makena, shiru, text = visit(), visit(), words()
    enters(makena, POTTER, "/feed")
    address = tells(makena, text)
    shiru.page.add_init_script(LISTENS)
    enters(shiru, BUYER, "/feed")
    shiru.page.goto(address)
    makena.agree("Delete")
    makena.page.wait_for_load_state()
    love = shiru.main.get_by_role("button", name=re.compile("Love it")).first
    love.click()
    hears(shiru.page, "This conversation takes no more answers.")
    expect(shiru.page.get_by_role("main")).to_have_count(1)
    expect(love).to_be_focused()
