"""Talking: writing, answering, reacting, voting; what is new arrives without moving the page; nothing is lost."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import expect

from tests.browser.conftest import EACH_WAY, Visit, Way
from tests.browser.looking import comes_true
from tests.browser.site import BUYER, CONNECTORS, POTTER


def words() -> str:
    return f"Words number {uuid.uuid4().hex[:8]}"


@EACH_WAY
def test_writes_with_a_poll_is_answered_reacted_to_and_voted_on(visit: Visit, way: Way) -> None:
    makena, shiru, text = visit(**way), visit(**way), words()
    makena.sign_in(POTTER, "nairobi", "/feed")
    makena.write("What do you want to tell or ask?", text)
    makena.press("Pictures, poll")
    makena.main.get_by_text("Ask with a poll").click()
    makena.write("Question", "Which glaze?")
    makena.write("Answers to choose from", "Ash\nTenmoku")
    makena.press("Publish")
    makena.sees("Published.", text, "Which glaze?")
    address = makena.page.url
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.goto(address)
    shiru.main.get_by_label("Ash").check()
    shiru.press("Vote")
    shiru.sees("Your vote counts.", "100%")
    shiru.main.get_by_role("button", name="Love it").first.click()
    expect(shiru.main.get_by_role("button", name=re.compile("Love it")).first).to_have_attribute("aria-pressed", "true")
    shiru.write("Your answer", "Ash, always ash.")
    shiru.press("Answer")
    shiru.sees("Ash, always ash.")
    makena.page.reload()
    makena.sees("1 answer", "Ash, always ash.", "1 person voted")


def test_what_is_new_arrives_without_moving_the_page(visit: Visit) -> None:
    wambui, shiru, text = visit(), visit(), words()
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    wambui.sign_in(CONNECTORS["nairobi"], "nairobi", "/feed")
    wambui.page.wait_for_url("**/feed")
    wambui.write("What do you want to tell or ask?", text)
    wambui.press("Publish")
    wambui.page.wait_for_url(re.compile("/feed/[0-9a-f-]{36}"))
    shiru.sees_not(text)
    # What the clock would ask in a while.
    shiru.page.evaluate("document.querySelector('[data-watch]').dispatchEvent(new Event('look'))")
    button = shiru.main.get_by_role("link", name="1 new post")
    expect(button).to_be_visible()
    shiru.sees_not(text)
    button.click()
    shiru.sees(text)
    expect(button).to_have_count(0)
    comes_true(shiru.page, "document.activeElement.closest('article') !== null")


def test_nothing_a_visitor_wrote_is_lost(visit: Visit) -> None:
    visitor, text = visit(javascript=False), words()
    visitor.go("nairobi", "/feed")
    visitor.write("What do you want to tell or ask?", text)
    visitor.press("Join and publish")
    visitor.is_at("/join?next=/feed/new")
    visitor.follow("I have an account")
    # Somebody of another hub: signed in there, no member here.
    visitor.write("E-mail address", "oriane@letabli.example")
    visitor.write("Password", "demo-hub-2026")
    visitor.press(re.compile("Sign in|connecter", re.IGNORECASE))
    visitor.main.locator("form button[type=submit]").first.click()
    visitor.is_at("/feed/new")
    expect(visitor.main.locator("textarea[name=body_md]")).to_have_value(text)
