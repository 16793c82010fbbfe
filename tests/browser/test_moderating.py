"""Moderation beyond hiding: warned, suspended, an appeal that the core answers, and first texts that wait."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE_SCRIPT, PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, CENTRAL, HOST, Site
from tests.browser.steps import decide, enters, tells
from tests.browser.test_conversations import words
from tests.browser.test_member import sign_up


def test_warned_then_suspended_asks_the_core_and_takes_part_again(visit: Visit, site: Site) -> None:
    ann, wambui, ines, text = visit(**PLAIN), visit(**PHONE_SCRIPT), visit(), words()
    sign_up(ann, site, "nairobi")
    address = tells(ann, text)
    enters(wambui, HOST, "/manage/moderation")
    wambui.page.goto(address)
    wambui.follow("Moderation")
    decide(wambui, "Warn", "Kindly, please.")
    decide(wambui, "Suspend", f"Twice is enough: {text}")
    ann.go("nairobi", "/feed")
    ann.sees("You are suspended here", "Twice is enough")
    expect(ann.main.get_by_role("button", name="Publish")).to_have_count(0)
    ann.follow("What was decided, and how to appeal")
    ann.sees("Warned", "Kindly, please.", "Suspended")
    decision = ann.main.locator("article", has_text="Twice is enough")
    decision.get_by_role("link", name=re.compile("^Appeal to the network")).click()
    ann.write("Why is it wrong?", "It was a line of a song.")
    ann.press("Send")
    ann.sees("Appealed: the network will decide")

    ines.sign_in(CENTRAL, path="/console/appeals")
    ines.main.locator("tr", has_text=text).get_by_role("link").first.click()
    ines.sees("It was a line of a song.", "Twice is enough", "Warned")
    ines.main.get_by_role("radio", name="The decision is undone").check()
    ines.write("Your words", "A song is no offence.")
    ines.press("Decide")
    ines.sees("Decided. Both sides are told.")
    wambui.page.reload()
    wambui.sees("Appealed: undone", "A song is no offence.")
    ann.go("nairobi", "/me/house-rules")
    ann.sees("Appealed: undone")
    ann.main.locator("summary", has_text="Your appeal").click()
    ann.sees("A song is no offence.")
    tells(ann, words())


def hold(person: Person, count: int) -> None:
    """So many first texts of each new member wait."""
    person.go("nairobi", "/manage/conversations")
    form = person.main.locator("form", has=person.page.locator("[name=first_held]"))
    form.locator("[name=first_held]").fill(str(count))
    form.get_by_role("button", name="Save").click()
    person.sees("Saved.")


def test_a_first_text_waits_until_somebody_has_looked_at_it(visit: Visit, site: Site) -> None:
    ann, shiru, wambui, text = visit(**PHONE_SCRIPT), visit(), visit(**PLAIN), words()
    sign_up(ann, site, "nairobi")
    enters(wambui, HOST, "/manage/")
    hold(wambui, 1)
    try:
        address = tells(ann, text)
        ann.sees("This waits until somebody of the hub has looked at it.")
        enters(shiru, BUYER, "/feed")
        shiru.sees_not(text)
        wambui.go("nairobi", "/manage/moderation")
        wambui.sees("First text of a new member")
        wambui.main.locator("article", has_text=text).get_by_role("link", name=re.compile("^Look at it")).click()
        decide(wambui, "Publish it")
        shiru.page.goto(address)
        shiru.sees(text)
        ann.page.reload()
        ann.sees_not("This waits until somebody of the hub has looked at it.")
    finally:
        hold(wambui, 0)
