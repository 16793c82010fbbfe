"""Notices: a connector writes to the hub, a member is told, reads it, chooses, and unsubscribes with one click."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import EACH_WAY, ON_A_PHONE, Visit, Way
from tests.browser.people import Person
from tests.browser.site import BUYER, CONNECTORS, Site


def write(connector: Person, subject: str) -> None:
    """A broadcast to everybody, looked at as a mail in the dark, and sent."""
    connector.sign_in(CONNECTORS["nairobi"], "nairobi", "/manage/broadcasts/new")
    connector.write("Subject", subject)
    connector.write("Text", "We open at **ten**. See the [market](/market).")
    connector.press("Save and look at it")
    connector.sees("We open at ten.")
    back = connector.page.url
    connector.follow("Dark")
    connector.sees(subject, "Unsubscribe")
    connector.page.goto(back)
    connector.press(re.compile("^Send$"))
    confirm = connector.page.get_by_role("button", name="Yes, go on")
    if confirm.count():
        confirm.click()
    connector.sees("It goes out now.")


NEWS = "select[name='mail-hub_news']"


@EACH_WAY
def test_news_from_the_hub_is_told_read_and_stopped(visit: Visit, site: Site, way: Way) -> None:
    subject = f"Open day {ids.short_code(4)}"
    connector, shiru, stranger = (visit(**way) for _ in range(3))
    write(connector, subject)
    letter = site.letter_to(BUYER, "We open at **ten**", "/unsubscribe/")
    stop = re.search(r"https?://\S+/unsubscribe/\S+", letter)
    assert stop is not None
    shiru.sign_in(BUYER, "nairobi", "/notifications")
    unread = shiru.main.locator("li.unread").filter(has_text=subject)
    unread.wait_for()
    shiru.follow(subject)
    shiru.sees("We open at ten.")
    shiru.go("nairobi", "/notifications")
    shiru.sees("Notices")
    assert not unread.count()
    stranger.page.goto(stop[0])
    stranger.press("Stop these mails")
    stranger.sees("Stopped: you get no more mails like this one.")
    shiru.go("nairobi", "/me/notifications")
    assert shiru.main.locator(NEWS).input_value() == "off"
    stranger.press("Undo")
    shiru.page.reload()
    assert shiru.main.locator(NEWS).input_value() == "now"


@ON_A_PHONE
def test_choices_are_kept_for_one_hub_and_all_are_read_at_once(visit: Visit, way: Way) -> None:
    wambui = visit(**way)
    wambui.sign_in(CONNECTORS["nairobi"], "nairobi", "/me/notifications")
    wish = "weekly" if wambui.has_script else "daily"
    wambui.main.get_by_label("By mail").first.select_option(wish)
    wambui.press(re.compile("^Save$"))
    wambui.page.wait_for_load_state()
    expect(wambui.main.get_by_label("By mail").first).to_have_value(wish)
    wambui.go("nairobi", "/notifications")
    everything = wambui.main.get_by_role("button", name="Mark all as read")
    if everything.count():
        everything.click()
    wambui.sees("Nothing new. You have seen everything.")
