"""What is read out without being looked for: what a form did, and what went wrong with a part of a page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.looking import comes_true
from tests.browser.people import Person
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


def loves(person: Person) -> None:
    """Begin to react to what is told on this page."""
    person.main.get_by_role("button", name=re.compile("Love it")).first.click()


def test_what_a_form_did_is_read_out_on_the_page_that_follows(visit: Visit) -> None:
    makena, text = visit(), words()
    makena.page.add_init_script(LISTENS)
    enters(makena, POTTER, "/feed")
    tells(makena, text)
    hears(makena.page, "Published.")
    # It was there for the eye before, and is not there twice.
    expect(makena.page.locator("#flashes .notice")).to_have_count(1)


def test_what_went_wrong_is_read_out_where_one_is(visit: Visit) -> None:
    makena, shiru, text = visit(), visit(), words()
    enters(makena, POTTER, "/feed")
    address = tells(makena, text)
    shiru.page.add_init_script(LISTENS)
    enters(shiru, BUYER, "/feed")
    shiru.page.goto(address)
    trouble = shiru.page.locator("#trouble")
    # No network; somebody else's server in between; and the page's own words of what is not there any more.
    for answer, said in (
        (lambda route: route.abort(), "No answer came. Please try again."),
        (lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"), "No answer came. Please try again."),
    ):
        shiru.page.route("**/reactions", answer)
        loves(shiru)
        expect(trouble).to_have_text(said)
        hears(shiru.page, said)
        shiru.page.unroute("**/reactions")
        shiru.page.keyboard.press("Escape")
        expect(trouble).to_be_empty()
    makena.agree("Delete")
    makena.page.wait_for_load_state()
    loves(shiru)
    expect(trouble).to_contain_text(re.compile("Nothing at this address|not there"))
    # The page around it is whole, and where one was.
    expect(shiru.page.locator("main")).to_have_count(1)
    expect(shiru.main.get_by_role("button", name=re.compile("Love it")).first).to_be_focused()
    # The next thing that works takes it away.
    shiru.faults[:] = [fault for fault in shiru.faults if "ERR_FAILED" not in fault and not fault.startswith("502")]
