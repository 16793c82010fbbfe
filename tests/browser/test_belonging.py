"""Belonging: to be known and found, to block, to report and decide, to leave with one's data; pages and switches.

Each with a script on a desktop, and without one on a phone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, CONNECTORS, POTTER, Site
from tests.browser.test_conversations import words
from tests.browser.test_member import sign_up

BOTH = pytest.mark.parametrize("javascript", [True, False])


def agree(person: Person, name: str | re.Pattern[str], *, javascript: bool) -> None:
    """Press a button that asks first where there is a script."""
    person.press(name)
    if javascript:
        person.page.get_by_role("dialog").get_by_role("button", name="Yes").click()


@BOTH
def test_what_one_tells_is_found_by_those_it_is_for(visit: Visit, javascript: bool) -> None:
    makena, shiru = visit(javascript=javascript), visit(javascript=javascript)
    told, kept = f"raku{ids.short_code(5).lower()}", f"debt{ids.short_code(5).lower()}"
    makena.sign_in(POTTER, "nairobi", "/me/profile")
    makena.write("You offer", f"mugs, {told}")
    makena.write("You look for", kept)
    makena.main.locator("select[name=seeks_for]").select_option("nobody")
    makena.press("Save")
    makena.sees(re.compile("Saved", re.IGNORECASE))
    shiru.sign_in(BUYER, "nairobi", "/members")
    shiru.write("A name, or what somebody offers, seeks or knows", told)
    shiru.page.keyboard.press("Enter")
    shiru.is_at(f"q={told}")
    shiru.sees("Makena Gitonga")
    shiru.go("nairobi", f"/members?q={kept}")
    shiru.sees("Nobody found")


@BOTH
def test_who_is_blocked_is_not_found_until_the_block_is_lifted(visit: Visit, javascript: bool) -> None:
    shiru = visit(javascript=javascript)
    shiru.sign_in(BUYER, "nairobi", "/members?q=makena")
    shiru.follow("Makena Gitonga")
    shiru.main.locator("summary", has_text="More").click()
    agree(shiru, re.compile("^Block"), javascript=javascript)
    shiru.sees("Makena Gitonga is blocked")
    shiru.go("nairobi", "/members?q=makena")
    shiru.sees("Nobody found")
    shiru.go("nairobi", "/me/blocked")
    shiru.press(re.compile("^Unblock"))
    shiru.go("nairobi", "/members?q=makena")
    shiru.sees("Makena Gitonga")


@BOTH
def test_what_is_reported_is_hidden_with_a_reason_and_shown_again(visit: Visit, javascript: bool) -> None:
    makena, shiru, wambui = (visit(javascript=javascript) for _ in range(3))
    text = words()
    makena.sign_in(POTTER, "nairobi", "/feed")
    makena.write("What do you want to tell or ask?", text)
    makena.press("Publish")
    makena.sees("Published.")
    address = makena.page.url.split("?")[0]
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.goto(address)
    shiru.follow("Report")
    shiru.main.get_by_label("Unkind or harassing").check()
    shiru.press("Report")
    wambui.sign_in(CONNECTORS["nairobi"], "nairobi", "/manage/moderation")
    wambui.page.goto(address)
    wambui.follow("Moderation")
    wambui.main.get_by_role("radio", name=re.compile("^Hide it")).check()
    wambui.main.locator("#decide textarea[name=words]").fill("Not like this, please.")
    wambui.press("Do it")
    wambui.page.wait_for_load_state()
    shiru.page.goto(address)
    shiru.sees_not(text)
    makena.go("nairobi", "/me/house-rules")
    makena.sees("Not like this, please.")
    wambui.page.goto(address)
    wambui.follow("Moderation")
    wambui.main.locator("summary", has_text="Undo this").click()
    wambui.press("Undo")
    wambui.page.wait_for_load_state()
    shiru.page.goto(address)
    shiru.sees(text)


@BOTH
def test_leaves_with_a_file_of_ones_own_and_comes_back(visit: Visit, site: Site, javascript: bool) -> None:
    ann = visit(javascript=javascript)
    sign_up(ann, site, "nairobi")
    ann.go("nairobi", "/me/leave")
    ann.press("Put my data together")
    for _ in range(60):
        if ann.main.get_by_role("link", name="Download").count():
            break
        ann.page.wait_for_timeout(500)
        ann.go("nairobi", "/me/leave")
    with ann.page.expect_download() as file:
        ann.main.get_by_role("link", name="Download").click()
    assert file.value.suggested_filename.endswith(".zip")
    ann.main.get_by_label("I leave this hub and understand what stays").check()
    ann.press(re.compile("^Leave"))
    ann.sees("You have left")
    ann.go("nairobi", "/members")
    ann.sees_not("Makena Gitonga")
    ann.go("nairobi", "/join")
    ann.press(re.compile("^(Join|Come back)"))
    ann.sees("Welcome to")


@BOTH
def test_a_connector_writes_a_page_and_turns_a_switch_and_takes_both_back(visit: Visit, javascript: bool) -> None:
    wambui, line = visit(javascript=javascript), words()
    wambui.sign_in(CONNECTORS["nairobi"], "nairobi", "/manage/pages")
    wambui.go("nairobi", "/manage/pages/en/about")
    field = wambui.main.locator("textarea[name=body-en]")
    before = field.input_value()
    field.fill(f"{line}\n\n{before}")
    if javascript:
        expect(wambui.page.locator("#page-preview")).to_contain_text(line)
    wambui.press("Save")
    wambui.sees(re.compile("Saved as version [0-9]"))
    wambui.press("Undo")
    wambui.go("nairobi", "/p/about")
    wambui.sees_not(line)
    wambui.go("nairobi", "/manage/switches")
    wambui.main.get_by_role("switch", name="Messages").uncheck()
    wambui.press("Save")
    wambui.sees(re.compile("Saved as version [0-9]"))
    gone = wambui.go("nairobi", "/messages")
    assert gone is not None
    assert gone.status == 404
    wambui.go("nairobi", "/manage/versions/switches")
    wambui.press(re.compile("^Bring back"))
    wambui.sees("the same as version")
    wambui.go("nairobi", "/messages")
    expect(wambui.main.get_by_role("heading", level=1)).to_have_text("Messages")
