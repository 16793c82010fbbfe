"""Looking after a hub with the keyboard alone: its pages, news to everybody, links to bring people, a gathering."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import expect

from hubapp.kernel import clock, ids
from tests.browser.conftest import PHONE, Visit
from tests.browser.site import BUYER, HOST
from tests.browser.steps import AHEAD, enters, register, unchanged
from tests.browser.test_conversations import words
from tests.browser.test_keyboard_desk import undo
from tests.browser.typist import Typist

PAGE = "page?page=faq"


def same_in_both_orders(after: date) -> date:
    """The next day whose number is that of its month, and that no journey's clock comes to."""
    days = [date(after.year + years, month, month) for years in (0, 1) for month in range(1, 13)]
    return next(day for day in days if day > after)


def later() -> date:
    return same_in_both_orders((clock.wall() + AHEAD).date())


def test_a_page_is_written_previewed_saved_and_taken_back(visit: Visit) -> None:
    wambui, text = visit(Typist), words()
    enters(wambui, HOST, "/manage/")
    with unchanged(wambui, PAGE):
        wambui.go("nairobi", "/manage/pages/en/faq")
        wambui.skip()
        field = wambui.main.get_by_label("Text (Markdown)")
        wambui.reach(field)
        wambui.page.keyboard.press("Control+End")
        wambui.page.keyboard.press("Enter")
        wambui.page.keyboard.type(f"**{text}**")
        expect(wambui.page.locator("#page-preview strong").first).to_have_text(text)
        # What is drawn anew while one types leaves one where one types.
        expect(field).to_be_focused()
        wambui.press("Save")
        undo(wambui)
        wambui.go("nairobi", "/p/faq")
        wambui.sees_not(text)


def test_news_are_written_looked_at_scheduled_and_taken_back(visit: Visit) -> None:
    wambui, subject = visit(Typist), f"For makers {ids.short_code(4)}"
    enters(wambui, HOST, "/manage/broadcasts")
    wambui.skip()
    wambui.follow("Write one")
    wambui.tick(wambui.main.get_by_label("Who sells here"))
    wambui.write("Subject", subject)
    wambui.write("Text", "The kiln is warm on **Thursday**.")
    wambui.press("Save and look at it")
    wambui.sees("The kiln is warm on Thursday.", "Who sells here")
    wambui.tick(wambui.main.get_by_label("Later"))
    wambui.set_day("Day and time", later(), 9)
    wambui.agree(re.compile("^Send$"))
    wambui.sees("It is scheduled.", "It goes out on")
    wambui.press("Take it back")
    wambui.sees("Taken back: it is a draft again.")


def test_a_link_is_made_copied_printed_and_withdrawn(visit: Visit) -> None:
    wambui, place = visit(Typist, viewport=PHONE), f"Stall {ids.short_code(4)}"
    wambui.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enters(wambui, HOST, "/manage/invites")
    wambui.skip()
    wambui.write("Where will it be used?", place)
    wambui.press("Make the link")
    wambui.go("nairobi", "/manage/invites")
    wambui.follow(place)
    wambui.press("Copy")
    expect(wambui.main.locator(".copy [role=status]")).to_have_text("Copied")
    link = wambui.main.get_by_label("The link").input_value()
    assert wambui.page.evaluate("navigator.clipboard.readText()") == link
    address = wambui.page.url
    wambui.follow("Print")
    expect(wambui.main.locator("svg").first).to_be_visible()
    wambui.page.goto(address)
    wambui.agree("Withdraw")
    wambui.sees("no longer works")


def test_a_gathering_is_planned_and_who_comes_is_let_in_and_out_again(visit: Visit) -> None:
    wambui, shiru, title = visit(Typist), visit(), f"Dawn walk {ids.short_code(4)}"
    enters(wambui, HOST, "/manage/events")
    wambui.skip()
    wambui.follow("Plan a gathering")
    wambui.write("Title", title)
    wambui.set_day("Day", later())
    wambui.set_hour("Begins", 9)
    wambui.set_hour("Ends", 11)
    wambui.write(re.compile(r"^\s*Place\b"), "The veranda")
    wambui.write(re.compile(r"^\s*Seats\s*\("), "3")
    wambui.press("Save as a draft")
    wambui.sees("Saved as a draft")
    door = f"{wambui.page.url.split('?')[0]}/checkin"
    wambui.press("Publish")
    wambui.sees("people can register now")
    register(shiru, BUYER, title)
    shiru.sees("You are coming")
    wambui.page.goto(door)
    wambui.skip()
    wambui.write("Search by name or code", "Shiru")
    wambui.page.keyboard.press("Enter")
    wambui.is_at("q=Shiru")
    wambui.enter(wambui.main.locator("li[data-code]").get_by_role("button", name=re.compile("^Let in")))
    wambui.sees("1 of 1 are in")
    wambui.page.reload()
    wambui.press(re.compile("^Undo"))
    wambui.sees("0 of 1 are in")
