"""A connector's desk and one's own settings with the keyboard alone: the brand, the front page, what one is told."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.site import BUYER, HOST
from tests.browser.steps import enters, unchanged
from tests.browser.typist import Typist

NEWS = "hub_news"


def undo(connector: Typist) -> None:
    """The way back that stands beside what was saved."""
    connector.sees(re.compile("Saved as version [0-9]"))
    connector.press("Undo")
    connector.sees(re.compile("the same as version [0-9]"))


def test_a_hub_is_painted_and_its_front_page_put_in_order(visit: Visit) -> None:
    wambui = visit(Typist)
    enters(wambui, HOST, "/manage/")
    with unchanged(wambui, "brand"):
        wambui.go("nairobi", "/manage/brand")
        wambui.skip()
        colour = wambui.main.locator("input[name=primary]").last
        kept = colour.input_value()
        wambui.reach(colour)
        wambui.page.keyboard.press("Control+A")
        wambui.page.keyboard.insert_text("#1f6f54")
        expect(wambui.page.locator("#brand-preview link")).to_have_attribute("href", re.compile("1f6f54"))
        # What is drawn anew while one types leaves one where one types.
        expect(colour).to_be_focused()
        wambui.press("Save")
        undo(wambui)
        expect(wambui.main.locator("input[name=primary]").last).to_have_value(kept)
    with unchanged(wambui, "front"):
        wambui.go("nairobi", "/manage/front")
        parts = wambui.main.locator("ul.ordered input[type=checkbox]")
        before = [str(part.get_attribute("value")) for part in parts.all()]
        last = before[-1]
        wambui.skip()
        place = wambui.main.locator(f"input[name=place-{last}]")
        wambui.reach(place)
        wambui.page.keyboard.press("Control+A")
        wambui.page.keyboard.insert_text("0" if place.get_attribute("min") == "0" else "1")
        wambui.press("Save")
        wambui.sees(re.compile("Saved as version [0-9]"))
        after = [str(part.get_attribute("value")) for part in parts.all()]
        assert after.index(last) < before.index(last)
        undo(wambui)
        assert [str(part.get_attribute("value")) for part in parts.all()] == before


def test_what_one_is_told_is_chosen_row_by_row(visit: Visit) -> None:
    shiru = visit(Typist, viewport=PHONE)
    enters(shiru, BUYER, "/me/notifications")
    app, mail = (shiru.main.locator(f"[name={way}-{NEWS}]") for way in ("app", "mail"))
    was_on, before = app.is_checked(), mail.locator("option:checked").inner_text()
    other = "Never" if before != "Never" else "At once"

    def choose(*, turned: bool, by_mail: str) -> None:
        shiru.reach(app)
        if app.is_checked() != turned:
            shiru.page.keyboard.press("Space")
        shiru.choose(mail, by_mail)
        shiru.press(re.compile("^Save$"))
        shiru.sees("Your choices are saved.")
        expect(app).to_be_checked(checked=turned)
        expect(mail.locator("option:checked")).to_have_text(by_mail)

    shiru.skip()
    choose(turned=not was_on, by_mail=other)
    choose(turned=was_on, by_mail=before)
