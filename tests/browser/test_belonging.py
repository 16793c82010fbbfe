"""Belonging: to be known and found, to block, to report and decide, to leave with one's data; pages and switches.

Each on a phone, with a script and without one.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import EACH_WAY, ON_A_PHONE, Visit, Way
from tests.browser.people import Person
from tests.browser.site import BUYER, HOST, POTTER, Site
from tests.browser.steps import decide, enters, tells
from tests.browser.test_conversations import words
from tests.browser.test_member import sign_up

SEEN_BY = "select[name=seeks_for]"


def tell(person: Person, offers: str, seeks: str, seen_by: str) -> tuple[str, str, str]:
    """Change one's profile; returns what stood there."""
    person.go("nairobi", "/me/profile")
    person.is_at("/me/profile")
    before = (
        person.main.get_by_label("You offer").input_value(),
        person.main.get_by_label("You look for").input_value(),
        person.main.locator(SEEN_BY).input_value(),
    )
    person.write("You offer", offers)
    person.write("You look for", seeks)
    person.main.locator(SEEN_BY).select_option(seen_by)
    person.press("Save")
    person.sees(re.compile("Saved", re.IGNORECASE))
    return before


@ON_A_PHONE
def test_what_one_tells_is_found_by_those_it_is_for(visit: Visit, way: Way) -> None:
    makena, shiru = visit(**way), visit(**way)
    told, kept = f"raku{ids.short_code(5).lower()}", f"debt{ids.short_code(5).lower()}"
    makena.sign_in(POTTER, "nairobi", "/me/profile")
    makena.is_at("//nairobi")
    before = tell(makena, f"mugs, {told}", kept, "nobody")
    try:
        shiru.sign_in(BUYER, "nairobi", "/members")
        shiru.write("A name, or what somebody offers, seeks or knows", told)
        shiru.page.keyboard.press("Enter")
        shiru.is_at(f"q={told}")
        shiru.sees("Makena Gitonga")
        shiru.go("nairobi", f"/members?q={kept}")
        shiru.sees("Nobody found")
    finally:
        tell(makena, *before)


@ON_A_PHONE
def test_who_is_blocked_is_not_found_until_the_block_is_lifted(visit: Visit, way: Way) -> None:
    shiru = visit(**way)
    shiru.sign_in(BUYER, "nairobi", "/members?q=makena")
    shiru.follow("Makena Gitonga")
    shiru.main.locator("summary", has_text="More").click()
    shiru.agree(re.compile("^Block"))
    try:
        shiru.sees("Makena Gitonga is blocked")
        shiru.go("nairobi", "/members?q=makena")
        shiru.sees("Nobody found")
    finally:
        shiru.go("nairobi", "/me/blocked")
        shiru.press(re.compile("^Unblock"))
        shiru.page.wait_for_load_state("networkidle")
    shiru.go("nairobi", "/members?q=makena")
    shiru.sees("Makena Gitonga")


@ON_A_PHONE
def test_from_a_message_its_author_is_reported_or_blocked(visit: Visit, way: Way) -> None:
    shiru = visit(**way)
    shiru.sign_in(BUYER, "nairobi", "/messages")
    shiru.main.get_by_role("link", name="Makena Gitonga", exact=True).click()
    shiru.is_at("/messages/")
    thread = shiru.page.url.partition("#")[0]
    menu = shiru.main.locator("details", has_text="Report or block")

    def open_menu() -> None:
        menu.locator("summary").click()
        expect(menu.get_by_role("link", name="Report Makena Gitonga")).to_be_visible()

    open_menu()
    menu.get_by_role("link", name="Report Makena Gitonga").click()
    shiru.is_at("/report/profile/")
    shiru.follow("Cancel")
    expect(shiru.page).to_have_url(thread)
    open_menu()
    shiru.agree("Block Makena Gitonga")
    try:
        shiru.sees("Makena Gitonga is blocked", "From somebody you have blocked.")
        assert shiru.page.url.partition("#")[0] == thread
    finally:
        shiru.go("nairobi", "/me/blocked")
        shiru.press(re.compile("^Unblock"))
        shiru.page.wait_for_load_state("networkidle")
    shiru.page.goto(thread)
    shiru.sees_not("From somebody you have blocked.")


@EACH_WAY
def test_what_is_reported_is_hidden_with_a_reason_and_shown_again(visit: Visit, way: Way) -> None:
    makena, shiru, wambui = (visit(**way) for _ in range(3))
    text = words()
    enters(makena, POTTER, "/feed")
    address = tells(makena, text)
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.goto(address)
    shiru.follow("Report")
    shiru.main.get_by_label("Unkind or harassing").check()
    shiru.press("Report")
    wambui.sign_in(HOST, "nairobi", "/manage/moderation")
    wambui.page.goto(address)
    wambui.follow("Moderation")
    decide(wambui, "Hide it", "Not like this, please.")
    shiru.page.goto(address)
    shiru.sees_not(text)
    makena.go("nairobi", "/me/house-rules")
    makena.sees("Not like this, please.")
    wambui.page.goto(address)
    wambui.follow("Moderation")
    wambui.main.locator("summary", has_text="Undo this").click()
    wambui.press("Undo")
    wambui.sees("Undone by")
    shiru.page.goto(address)
    shiru.sees(text)


@ON_A_PHONE
def test_leaves_with_a_file_of_ones_own_and_comes_back(visit: Visit, site: Site, way: Way) -> None:
    ann = visit(**way)
    sign_up(ann, site, "nairobi")
    ann.go("nairobi", "/me/leave")
    ann.press("Put my data together")
    for _ in range(240):  # other journeys may have left the worker much to do
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


@ON_A_PHONE
def test_a_connector_writes_a_page_and_takes_it_back(visit: Visit, way: Way) -> None:
    wambui, line = visit(**way), words()
    wambui.sign_in(HOST, "nairobi", "/manage/pages")
    wambui.go("nairobi", "/manage/pages/en/about")
    field = wambui.main.locator("textarea[name=body-en]")
    before = field.input_value()
    field.fill(f"{line}\n\n{before}")
    if not wambui.has_script:
        wambui.press("Preview")
    expect(wambui.page.locator("#page-preview")).to_contain_text(line)
    wambui.press("Save")
    wambui.sees(re.compile("Saved as version [0-9]"))
    wambui.press("Undo")
    wambui.sees("the same as version")
    wambui.go("nairobi", "/p/about")
    wambui.sees_not(line)


@ON_A_PHONE
def test_a_connector_turns_a_switch_and_brings_back_what_was(visit: Visit, way: Way) -> None:
    wambui = visit(**way)
    wambui.sign_in(HOST, "nairobi", "/manage/switches")
    wambui.is_at("/manage/switches")
    try:
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
    finally:
        wambui.go("nairobi", "/manage/switches")
        if not wambui.main.get_by_role("switch", name="Messages").is_checked():
            wambui.main.get_by_role("switch", name="Messages").check()
            wambui.press("Save")
            wambui.sees(re.compile("Saved as version [0-9]"))
