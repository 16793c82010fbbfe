"""A photo of oneself: put up, seen beside one's name, refused where it is none, taken away; also without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE_SCRIPT, PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import BUYER
from tests.browser.steps import enters
from tests.browser.test_seller import picture

DECODED = "async (image) => { image.loading = 'eager'; await image.decode(); return image.naturalWidth; }"


def choose(person: Person, content: bytes) -> None:
    file = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content}
    person.main.get_by_label("A photo of you").set_input_files(file)


@pytest.mark.parametrize("settings", [PLAIN, PHONE_SCRIPT], ids=["plain", "script"])
def test_puts_up_a_photo_and_takes_it_away(visit: Visit, settings: dict[str, Any]) -> None:
    shiru = visit(**settings)
    enters(shiru, BUYER, "/me/profile")
    choose(shiru, b"no picture")
    shiru.write("Where you are", "Ngara, by the stairs")
    shiru.press("Save")
    expect(shiru.main.locator("#portrait-error")).to_contain_text("Only JPEG, PNG and WebP")
    expect(shiru.main.get_by_label("Where you are")).to_have_value("Ngara, by the stairs")
    choose(shiru, picture())
    shiru.press("Save")
    shiru.sees("Your profile is saved.")
    shown = shiru.main.locator("img.ava")
    expect(shown).to_have_attribute("src", re.compile(r"/faces/\w{8}-192\.webp"))
    assert shown.evaluate(DECODED) == 192

    shiru.go("nairobi", "/members/@shiru-ndegwa")
    assert shiru.main.locator("img.ava").evaluate(DECODED) == 192
    menu = shiru.page.locator("header img.ava")
    assert menu.evaluate(DECODED) == 80

    shiru.go("nairobi", "/me/profile")
    shiru.main.get_by_label("Take the photo away").check()
    shiru.press("Save")
    shiru.sees("Your profile is saved.")
    expect(shiru.main.locator("img.ava")).to_have_count(0)
