"""What a member does for themselves with the keyboard alone: who sees what of them, and a group that writes."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.site import BUYER, POTTER
from tests.browser.steps import enters
from tests.browser.test_conversations import words
from tests.browser.typist import Typist

HALIMA = "halima@tulia.example"


def test_who_sees_what_of_a_profile_is_chosen_field_by_field(visit: Visit) -> None:
    halima, makena, place = visit(Typist, viewport=PHONE), visit(), words()
    enters(halima, HALIMA, "/me/profile")
    enters(makena, POTTER, "/feed")
    field, sees = halima.main.get_by_label("Where you are"), halima.main.locator("[name=place_for]")
    before = field.input_value(), sees.locator("option:checked").inner_text()

    def tell(value: str, to: str) -> None:
        halima.go("nairobi", "/me/profile")
        halima.skip()
        halima.write("Where you are", value)
        halima.choose(sees, to)
        halima.press(re.compile("^Save$"))
        halima.sees("Your profile is saved.")

    tell(place, "Only me")
    try:
        halima.follow("See your page")
        page = halima.page.url
        makena.page.goto(page)
        makena.sees_not(place)
        tell(place, "Members of this hub")
        makena.page.goto(page)
        makena.sees(place)
    finally:
        tell(*before)


def test_a_group_is_begun_written_to_and_left(visit: Visit) -> None:
    shiru, makena, text = visit(Typist, viewport=PHONE), visit(Typist), words()
    enters(shiru, BUYER, "/messages")
    shiru.skip()
    shiru.follow(re.compile("^Write$"))
    shiru.write("To", "@makena-gitonga @zawadi-mwakio")
    shiru.write("Name of the group", f"Kiln, {text}")
    shiru.write("Your message", "Who comes on Saturday?")
    shiru.press(re.compile("^Send"))
    shiru.sees("Who comes on Saturday?")
    enters(makena, POTTER, "/messages")
    makena.follow(re.compile(text))
    makena.write("Your message", "I do.")
    makena.press(re.compile("^Send"))
    makena.sees("I do.")
    expect(makena.main.get_by_label("Your message")).to_be_focused()
    shiru.agree("Leave")
    shiru.sees("You have left the group.")
    shiru.sees_not(text)
