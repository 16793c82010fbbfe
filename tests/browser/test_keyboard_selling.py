"""Selling with the keyboard alone: from an empty form to a listing with a picture that others find."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.site import POTTER
from tests.browser.steps import enters
from tests.browser.test_seller import picture
from tests.browser.typist import Typist

BOWL = "A green bowl on a shelf"


def choose_file(seller: Typist) -> None:
    """Open the field for a file by the key that opens it in every browser, and choose a picture there."""
    field = seller.main.locator("input[type=file]")
    seller.reach(field)
    with seller.page.expect_file_chooser() as opened:
        expect(field).to_be_focused()  # once the page has answered, it knows that its chooser is ours
        seller.page.keyboard.press("Space")
    opened.value.set_files({"name": "bowl.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(field).to_be_focused()
    expect(field).to_have_js_property("files.length", 1)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_bowl_is_listed_with_its_picture_found_and_withdrawn(visit: Visit, viewport: dict[str, int]) -> None:
    title = f"Green bowl {ids.short_code(4)}"
    makena = visit(Typist, viewport=viewport)
    enters(makena, POTTER, "/sell")
    makena.skip()
    makena.follow("New listing")
    makena.skip()
    makena.tick(makena.main.get_by_role("radio", name=re.compile("^A product")))
    makena.write("Title", title)
    # What is missing has the focus; what is wrong is said at the top, where one then is, and leads to its field.
    price = makena.main.get_by_label("Price").first
    makena.enter(makena.main.get_by_role("button", name="Save as a draft"))
    expect(price).to_be_focused()
    makena.write("Price", "0")
    makena.press("Save as a draft")
    expect(makena.main.get_by_role("alert")).to_be_focused()
    makena.enter(makena.main.get_by_role("alert").get_by_role("link"))
    expect(price).to_be_focused()
    makena.write("Price", "1450.00")
    makena.write("How many are there?", "2")
    monthly = makena.main.get_by_label("Can be had every month")
    makena.tick(monthly)
    makena.press("Save as a draft")
    makena.page.wait_for_url(re.compile("/sell/[0-9a-f-]{36}"))
    expect(makena.main.get_by_role("radio", name=re.compile("^A product"))).to_be_checked()
    makena.skip()
    choose_file(makena)
    makena.write("What does it show?", BOWL)
    makena.press("Add the picture")
    expect(makena.main.get_by_alt_text(BOWL).first).to_be_visible()
    makena.press("Publish")
    makena.sees("It is for sale now.")
    makena.go("nairobi", f"/market?q={title}")
    makena.skip()
    makena.follow(re.compile(title))
    makena.sees(title, "KES1,450.00")
    expect(makena.main.get_by_alt_text(BOWL).first).to_be_visible()
    makena.follow("Edit your listing")
    makena.press(re.compile("^Remove"))
    expect(makena.main.get_by_alt_text(BOWL)).to_have_count(0)
    makena.press("Withdraw")
    makena.sees("Only you see it.")
