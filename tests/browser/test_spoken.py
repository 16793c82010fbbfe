"""What a screen reader says on the main journeys: roles and names in their order, and what is read out on arrival."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.looking import comes_true
from tests.browser.people import Person
from tests.browser.site import BUYER, POTTER
from tests.browser.test_conversations import words
from tests.browser.test_member import MUG
from tests.browser.till import choose, order

SIGN_IN = """
- heading "Sign in" [level=1]
- textbox "E-mail address"
- textbox "Password"
- button "Sign in"
"""
FOCUSED = "(document.activeElement.id || document.activeElement.tagName)"


def asked(person: Person) -> None:
    """What the clock would ask in a while."""
    person.page.evaluate("document.querySelector('[data-watch]').dispatchEvent(new Event('look'))")


def read_out(person: Person, region: Locator, text: str) -> None:
    """It comes into a region that was there and listening before, without the reader being moved."""
    assert region.evaluate("(here) => here.matches('[role=status], [role=log], [aria-live=polite]')")
    region.evaluate("(here) => { here.dataset.before = 'yes'; }")
    before = person.page.evaluate(FOCUSED)
    asked(person)
    expect(region).to_contain_text(text)
    assert region.get_attribute("data-before") == "yes"
    # A swap may take the focus away for a moment, and gives it back.
    comes_true(person.page, f"(before) => {FOCUSED} === before", before)


def test_pages_say_what_they_are_and_what_can_be_done(visit: Visit) -> None:
    shiru = visit()
    shiru.go("", "/sign-in")
    expect(shiru.main).to_match_aria_snapshot(SIGN_IN)
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    for role, name in (
        ("heading", "Conversations"),
        ("textbox", "What do you want to tell or ask?"),
        ("button", "Publish"),
        ("region", "Newest first"),
    ):
        expect(shiru.main.get_by_role(role, name=name).first).to_be_visible()
    choose(shiru, "nairobi", MUG)
    order(shiru)
    for name in ("Card number", "Expiry date", "Security code", "Name on the card"):
        expect(shiru.main.get_by_role("textbox", name=name)).to_be_visible()


def test_new_posts_and_answers_are_read_out_where_nobody_is_moved(visit: Visit) -> None:
    shiru, makena, text = visit(), visit(), words()
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    makena.sign_in(POTTER, "nairobi", "/feed")
    makena.page.wait_for_url("**/feed")
    makena.write("What do you want to tell or ask?", text)
    makena.press("Publish")
    makena.page.wait_for_url(re.compile("/feed/[0-9a-f-]{36}"))
    read_out(shiru, shiru.page.locator("#news-said"), "1 new post")
    shiru.page.goto(makena.page.url.split("?")[0])
    makena.write("Your answer", "Ash, always ash.")
    makena.press(re.compile("^Answer$"))
    makena.sees("Ash, always ash.")
    read_out(shiru, shiru.page.locator("#news-said"), "1 new answer")
    shiru.main.get_by_role("link", name="1 new answer").click()
    expect(shiru.main.get_by_role("article", name=re.compile("Answer by Makena"))).to_be_visible()


def test_a_message_is_read_out_as_it_comes(visit: Visit) -> None:
    shiru, makena, text = visit(), visit(), words()
    for person, address in ((shiru, BUYER), (makena, POTTER)):
        person.sign_in(address, "nairobi", "/members?q=makena")
        person.page.wait_for_url("**/members*")
    shiru.follow("Makena Gitonga")
    shiru.follow(re.compile("message|write", re.IGNORECASE))
    # Both wrote to each other before, in other tests: only words of this one tell that what was sent has arrived.
    asked_first, asked_then = words(), words()
    shiru.main.get_by_role("textbox").first.fill(asked_first)
    shiru.press(re.compile("^Send"))
    shiru.sees(asked_first)
    makena.go("nairobi", "/messages")
    thread = makena.main.get_by_role("link", name=re.compile("Shiru Ndegwa")).first
    thread.focus()
    shiru.main.get_by_role("textbox").first.fill(asked_then)
    shiru.press(re.compile("^Send"))
    shiru.sees(asked_then)
    read_out(makena, makena.page.locator("#rows-said"), "from Shiru Ndegwa")
    makena.follow(re.compile("Shiru Ndegwa"))
    makena.main.get_by_role("textbox").first.fill(text)
    makena.press(re.compile("^Send"))
    makena.sees(text)
    shiru.sees_not(text)
    read_out(shiru, shiru.page.get_by_role("log", name="Messages"), text)
