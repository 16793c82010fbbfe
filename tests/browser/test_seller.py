"""A seller: from a title and a picture to money in and, where need be, money back."""

from __future__ import annotations

import io
import re

from PIL import Image

from tests.browser.conftest import Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, POTTER
from tests.browser.till import SUCCEEDS, choose, order, pay, receipt


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(out, "JPEG")
    return out.getvalue()


def list_a_bowl(seller: Person, title: str) -> None:
    """A draft with a picture, published."""
    seller.go("nairobi", "/sell/new")
    seller.main.get_by_text("A product").click()
    seller.write("Title", title)
    seller.write("Description", "Thrown **by hand**.")
    seller.write("Price", "1000")
    seller.write("How many are there?", "3")
    seller.press("Save as a draft")
    seller.page.wait_for_url(re.compile("/sell/[0-9a-f-]{36}"))
    seller.main.locator("input[type=file]").set_input_files(
        {"name": "bowl.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    seller.write("What does it show?", "A teal bowl")
    seller.press("Add the picture")
    seller.main.get_by_alt_text("A teal bowl").first.wait_for()
    seller.press("Publish")
    seller.sees("It is for sale now.")


def buy(buyer: Person, title: str) -> None:
    choose(buyer, "nairobi", title)
    order(buyer)
    pay(buyer, SUCCEEDS)
    receipt(buyer)


def test_lists_edits_sells_hands_over_and_withdraws(visit: Visit) -> None:
    makena, shiru = visit(), visit()
    makena.sign_in(POTTER, "nairobi", "/sell")
    list_a_bowl(makena, "Teal bowl")
    makena.follow("Edit your listing")
    makena.write("Price", "1100")
    makena.press("Save")
    makena.sees("Saved.")
    shiru.sign_in(BUYER, "nairobi", "/market")
    buy(shiru, "Teal bowl")
    shiru.sees("KES1,100.00", "Makena Gitonga")
    makena.go("nairobi", "/sell/orders")
    makena.follow("Teal bowl")
    makena.press("Mark as handed over")
    makena.sees("Handed over")
    makena.go("nairobi", "/sell")
    makena.follow("Teal bowl")
    makena.press("Withdraw")
    makena.sees("Withdrawn.")
    shiru.go("nairobi", "/market")
    shiru.sees_not("Teal bowl")


def test_cancels_and_the_money_goes_back(visit: Visit) -> None:
    makena, shiru = visit(), visit()
    makena.sign_in(POTTER, "nairobi", "/sell")
    list_a_bowl(makena, "Cracked bowl")
    shiru.sign_in(BUYER, "nairobi", "/market")
    buy(shiru, "Cracked bowl")
    makena.go("nairobi", "/sell/orders")
    makena.follow("Cracked bowl")
    makena.follow("Cancel, with the money back")
    makena.write("Reason", "It cracked in the kiln.")
    makena.press("Cancel and send the money back")
    makena.page.wait_for_load_state()
    for _ in range(20):
        shiru.page.reload()
        if "Money returned" in shiru.main.inner_text():
            break
        shiru.page.wait_for_timeout(700)
    shiru.sees("Money returned", "It cracked in the kiln.")


def test_earnings_are_told_line_by_line(visit: Visit) -> None:
    makena = visit()
    makena.sign_in(POTTER, "nairobi", "/me/earnings")
    line = makena.main.locator("details").first
    line.locator("summary").click()
    makena.sees("Held", "Available")
    assert "default-2" in line.inner_text() or "%" in line.inner_text()
