"""The main journeys with the keyboard alone, on a desktop and on a phone: no click, and the focus is always seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.looking import comes_true
from tests.browser.site import BUYER, HOST, POTTER, Site
from tests.browser.steps import enters, plan, register, tells
from tests.browser.test_conversations import words
from tests.browser.test_member import MUG, sign_up
from tests.browser.till import SUCCEEDS, choose, order, pay, receipt
from tests.browser.typist import Typist


def test_signs_up_joins_and_signs_out(visit: Visit, site: Site) -> None:
    ann = visit(Typist, viewport=PHONE)
    sign_up(ann, site, "nairobi")
    ann.skip()
    menu = ann.page.locator("summary[aria-label^='Your account']")
    ann.enter(menu)
    expect(ann.page.get_by_role("link", name="Profile")).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(ann.page.get_by_role("link", name="Profile")).to_be_hidden()
    ann.page.keyboard.press("Enter")
    ann.go_by(ann.page.locator("header").get_by_role("button", name="Sign out"))
    ann.go("nairobi", "/me/orders")
    ann.is_at("/sign-in")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_a_conversation_is_begun_read_answered_and_loved(visit: Visit, viewport: dict[str, int]) -> None:
    makena, text = visit(Typist, viewport=viewport), words()
    makena.sign_in(POTTER, "nairobi", "/feed")
    makena.page.wait_for_url("**/feed")
    makena.skip()
    makena.write("What do you want to tell or ask?", text)
    makena.press("Publish")
    makena.sees("Published.", text)
    makena.go("nairobi", "/feed")
    makena.enter(
        makena.main.locator("article", has_text=text)
        .get_by_role("link", name=re.compile("answer", re.IGNORECASE))
        .first
    )
    makena.is_at("/feed/")
    makena.write("Your answer", "Ash, always ash.")
    makena.press(re.compile("^Answer$"))
    makena.sees("Ash, always ash.")
    love = makena.main.get_by_role("button", name=re.compile("Love it")).first
    makena.enter(love)
    expect(love).to_have_attribute("aria-pressed", "true")
    # A swap does not throw the reader back to the beginning of the page.
    comes_true(makena.page, "document.activeElement !== document.body")


def test_comes_to_a_gathering_and_gives_the_seat_back(visit: Visit) -> None:
    title = f"Lantern evening {ids.short_code(4)}"
    wambui, shiru = visit(), visit(Typist, viewport=PHONE)
    wambui.sign_in(HOST, "nairobi", "/manage/events")
    wambui.sees("Plan a gathering")
    plan(wambui, title)
    register(shiru, BUYER, title)
    shiru.sees("You are coming")
    shiru.press("Give my seats back")
    dialog = shiru.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    shiru.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(shiru.main.get_by_role("button", name="Give my seats back")).to_be_focused()
    shiru.page.keyboard.press("Enter")
    shiru.enter(dialog.get_by_role("button", name="Yes"))
    shiru.sees("you are not registered any more")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_buys_and_reads_the_receipt(visit: Visit, viewport: dict[str, int]) -> None:
    shiru = visit(Typist, viewport=viewport)
    shiru.sign_in(BUYER, "nairobi", "/market")
    choose(shiru, "nairobi", MUG)
    order(shiru)
    pay(shiru, SUCCEEDS)
    receipt(shiru)
    shiru.sees("Sold by", "Makena Gitonga", "Where every cent went")


def test_a_refused_form_says_so_and_leads_to_what_is_wrong(visit: Visit) -> None:
    ann = visit(Typist)
    ann.go("", "/sign-in")
    ann.write("Password", "not a word of mine")
    ann.press("Sign in")
    summary = ann.main.get_by_role("alert")
    expect(summary).to_be_focused()
    ann.enter(summary.get_by_role("link").first)
    expect(ann.main.get_by_label("E-mail address")).to_be_focused()


def test_a_message_is_written_and_answered(visit: Visit) -> None:
    shiru, makena, text = visit(Typist, viewport=PHONE), visit(Typist), words()
    enters(shiru, BUYER, "/members/@makena-gitonga")
    shiru.skip()
    shiru.follow("Write a message")
    shiru.write("Your message", text)
    shiru.press(re.compile("^Send"))
    shiru.sees(text)
    enters(makena, POTTER, "/messages")
    makena.follow(re.compile("Shiru Ndegwa"))
    makena.sees(text)
    makena.write("Your message", f"Yes to {text}")
    makena.press(re.compile("^Send"))
    makena.sees(f"Yes to {text}")
    # The next one can be written at once.
    expect(makena.main.get_by_label("Your message")).to_be_focused()


def test_something_is_reported_and_decided_about(visit: Visit) -> None:
    makena, shiru, wambui, text = visit(), visit(Typist, viewport=PHONE), visit(Typist), words()
    enters(makena, POTTER, "/feed")
    address = tells(makena, text)
    enters(shiru, BUYER, "/feed")
    shiru.page.goto(address)
    shiru.follow("Report")
    shiru.tick(shiru.main.get_by_label("Something else"))
    shiru.press("Report")
    shiru.sees("you hear what came of it")
    enters(wambui, HOST, "/manage/moderation")
    wambui.skip()
    wambui.go_by(wambui.main.locator("article", has_text=text).get_by_role("link", name=re.compile("^Look at it")))
    wambui.tick(wambui.main.get_by_role("radio", name=re.compile("^Leave it")))
    wambui.press("Do it")
    wambui.sees("Everybody concerned is told")


def test_who_arrives_is_let_in_at_the_door(visit: Visit) -> None:
    title = f"Lantern evening {ids.short_code(4)}"
    planner, shiru, wambui = visit(), visit(), visit(Typist, viewport=PHONE)
    enters(planner, HOST, "/manage/events")
    manage = plan(planner, title)
    register(shiru, BUYER, title)
    shiru.sees("You are coming")
    enters(wambui, HOST, "/manage/events")
    wambui.page.goto(f"{manage}/checkin")
    wambui.enter(wambui.main.locator("li[data-code]").get_by_role("button", name=re.compile("^Let in")))
    wambui.sees("1 of 1 are in")
    # Whoever goes on with the next one is not thrown back to the beginning of the page.
    comes_true(wambui.page, "document.activeElement !== document.body")
