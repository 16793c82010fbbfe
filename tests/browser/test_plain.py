"""On a phone without JavaScript: a hub is painted, two people write, a link brings somebody."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, HOST, POTTER, Site
from tests.browser.steps import enters, unchanged
from tests.browser.test_bringing import came
from tests.browser.test_conversations import words
from tests.browser.test_member import sign_up

UNREADABLE, READABLE = "#ffff66", "#1f6f54"


def test_a_hub_is_painted_after_a_look_at_it(visit: Visit) -> None:
    wambui = visit(**PLAIN)
    enters(wambui, HOST, "/manage/brand")
    colour, shown = wambui.main.locator("input[name=primary]").last, wambui.page.locator("#brand-preview")
    kept = colour.input_value()

    def look(value: str) -> None:
        colour.fill(value)
        wambui.press("Preview")
        wambui.page.wait_for_load_state()
        expect(colour).to_have_value(value)

    with unchanged(wambui, "brand"):
        wambui.go("nairobi", "/manage/brand")
        look(UNREADABLE)
        expect(wambui.main.get_by_role("alert")).to_contain_text("a button needs 3:1 to be seen")
        expect(shown).to_contain_text("The preview shows")
        look(READABLE)
        expect(shown).to_contain_text("Every text and button is readable")
        wambui.press("Save")
        wambui.sees(re.compile("Saved as version [0-9]"))
        wambui.press("Undo")
        wambui.sees("the same as version")
        expect(colour).to_have_value(kept)


def test_two_write_to_one_another_and_a_message_is_taken_back(visit: Visit) -> None:
    shiru, makena, text = visit(**PLAIN), visit(**PLAIN), words()
    enters(shiru, BUYER, "/members/@makena-gitonga")
    shiru.follow("Write a message")
    send(shiru, f"Is the kiln free? {text}")
    enters(makena, POTTER, "/messages")
    makena.follow("Shiru Ndegwa")
    makena.sees(f"Is the kiln free? {text}")
    send(makena, f"On Friday. {text}")
    send(makena, f"Or never. {text}")
    makena.main.get_by_role("article").filter(has_text=f"Or never. {text}").get_by_role("button").click()
    makena.sees("Taken back.")
    shiru.page.reload()
    shiru.sees(f"On Friday. {text}")
    shiru.sees_not(f"Or never. {text}")


def send(person: Person, text: str) -> None:
    """Write into the thread, and see it there."""
    person.write("Your message", text)
    person.press(re.compile("^Send"))
    person.sees(text)


def test_a_link_with_a_name_of_its_own_brings_somebody(visit: Visit, site: Site) -> None:
    shiru, ann, stall = visit(**PLAIN), visit(**PLAIN), f"stall-{ids.short_code(6).lower()}"
    enters(shiru, BUYER, "/me/referrals")
    shiru.write("Or name your own place", stall)
    shiru.press("Make this link")
    ann.page.goto(shiru.main.get_by_label(f"Your link: {stall}").input_value())
    sign_up(ann, site, "nairobi")
    assert came(shiru, stall) == [1, 1, 0]
