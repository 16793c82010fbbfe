"""What is done on a page changes there: no page is loaded, the focus stays or goes on nearby, and it is read out."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.looking import comes_true
from tests.browser.site import BUYER, HOST
from tests.browser.steps import decide, enters, tells
from tests.browser.test_conversations import words
from tests.browser.test_heard import LISTENS, hears
from tests.browser.typist import Typist

SAME = "() => window.isSame === true"


def test_pins_answers_takes_back_and_hides_by_keyboard_on_one_page(visit: Visit) -> None:
    wambui, text = visit(Typist, viewport=PHONE), words()
    wambui.page.add_init_script(LISTENS)
    enters(wambui, HOST, "/feed")
    tells(wambui, text)
    wambui.page.evaluate("() => { window.isSame = true; }")
    wambui.press("Pin")
    hears(wambui.page, "Pinned above the feed.")
    expect(wambui.main.get_by_role("button", name="Take down")).to_be_focused()
    wambui.page.keyboard.press("Enter")
    hears(wambui.page, "Taken down from above the feed.")
    expect(wambui.main.get_by_role("button", name="Pin")).to_be_focused()

    wambui.write("Your answer", "Never mind.")
    wambui.press(re.compile("^Answer$"))
    answer = wambui.main.locator("article", has_text="Never mind.").last
    place = answer.get_attribute("id")
    wambui.enter(answer.locator("summary[aria-label^='More about']"))
    wambui.enter(answer.get_by_role("button", name="Delete"))
    wambui.enter(wambui.page.get_by_role("dialog").get_by_role("button", name="Yes"))
    hears(wambui.page, "Deleted.")
    expect(wambui.main.locator(f"#{place}")).to_be_focused()
    comes_true(wambui.page, SAME)


def test_a_decision_is_undone_on_the_page_of_its_case(visit: Visit) -> None:
    shiru, wambui, text = visit(), visit(), words()
    enters(shiru, BUYER, "/feed")
    address = tells(shiru, text)
    wambui.page.add_init_script(LISTENS)
    enters(wambui, HOST, "/manage/moderation")
    wambui.page.goto(address)
    wambui.follow("Moderation")
    decide(wambui, "Hide", "Not here, please.")
    wambui.sees("Hidden from others")
    wambui.sees_not("Undone by")
    wambui.page.evaluate("() => { window.isSame = true; }")
    wambui.main.locator("summary", has_text="Undo this").first.click()
    wambui.main.get_by_role("button", name="Undo", exact=True).first.click()
    hears(wambui.page, "Undone.")
    wambui.sees("Undone by")
    comes_true(wambui.page, "() => document.activeElement !== document.body")
    comes_true(wambui.page, SAME)
