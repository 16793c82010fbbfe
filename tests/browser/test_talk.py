"""Conversations beyond a question and an answer: names, pictures, topics, pins, drafts, what it was before, feeds."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import PHONE_SCRIPT, PLAIN, Visit
from tests.browser.site import BUYER, HOST, POTTER
from tests.browser.steps import enters, hears
from tests.browser.test_conversations import words
from tests.browser.test_seller import picture

QUESTION = "What do you want to tell or ask?"


def test_a_post_names_somebody_shows_a_picture_is_pinned_and_changed(visit: Visit) -> None:
    makena, shiru, wambui, text = visit(**PHONE_SCRIPT), visit(), visit(**PLAIN), words()
    enters(makena, POTTER, "/feed/new")
    makena.write("Title", f"A bowl, {text}")
    makena.write(QUESTION, f"For @shiru-ndegwa: {text}")
    makena.main.locator("[name=topic]").select_option(label="On the veranda")
    makena.main.locator("[name=pictures]").set_input_files(
        {"name": "bowl.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    makena.write("What do they show?", "A teal bowl")
    makena.press("Publish")
    makena.sees("Published.", text, "On the veranda")
    shown = makena.main.get_by_alt_text("A teal bowl")
    expect(shown).to_be_visible()
    shown.evaluate("async (image) => { await image.decode(); }")
    assert shown.evaluate("(image) => image.naturalWidth") > 100
    address = makena.page.url.split("?")[0]

    enters(shiru, BUYER, "/notifications")
    hears(shiru, f"Makena Gitonga named you in .*{text}")
    shiru.is_at(urlsplit(address).path)
    shiru.go("nairobi", "/feed")
    shiru.main.get_by_role("navigation", name="Topics").get_by_role("link", name="On the veranda").click()
    shiru.sees(text)

    enters(wambui, HOST, "/feed")
    wambui.page.goto(address)
    wambui.press("Pin")
    try:
        wambui.sees("Pinned above the feed.")
        shiru.go("nairobi", "/feed")
        expect(shiru.main.get_by_role("region", name="Pinned")).to_contain_text(text)
    finally:
        wambui.page.goto(address)
        wambui.press("Take down")
        wambui.sees("Taken down from above the feed.")

    makena.follow("Edit")
    makena.write(QUESTION, "It is sold.")
    makena.press("Save")
    makena.sees("Earlier versions stay readable.", "It is sold.")
    shiru.page.goto(address)
    shiru.follow("edited")
    shiru.sees("Versions of this text", "It is sold.", f"For @shiru-ndegwa: {text}")


def test_a_feed_reader_follows_a_member_and_no_stranger(visit: Visit) -> None:
    shiru, reader = visit(), visit()
    enters(shiru, BUYER, "/feed")
    newest = str(shiru.main.locator("#posts article").first.get_attribute("id")).removeprefix("p-")
    own = urlsplit(str(shiru.main.get_by_role("link", name="Follow it in a feed reader").get_attribute("href")))
    reader.go("nairobi", "/")
    read = reader.fetched(f"{own.path}?{own.query}")
    assert read.startswith("<?xml")
    assert "<feed" in read
    assert f"urn:uuid:{newest}" in read
    assert "<entry>" not in reader.fetched("/feed.atom")


def test_a_draft_waits_on_another_device(visit: Visit) -> None:
    phone, desk, text = visit(**PLAIN), visit(), words()
    enters(phone, POTTER, "/feed/new")
    try:
        phone.write(QUESTION, text)
        phone.press("Save as a draft")
        phone.sees("Saved as a draft.")
        enters(desk, POTTER, "/feed")
        expect(desk.main.get_by_label(QUESTION)).to_have_value(text)
        desk.sees("Your draft is here again.")
        desk.go("nairobi", "/feed/new")
        field = desk.main.get_by_label(QUESTION)
        field.press("End")
        field.press_sequentially(" and more")
        # It is saved while one types.
        expect(desk.page.locator("#saved")).to_have_text("Draft saved")
        phone.go("nairobi", "/feed/new")
        expect(phone.main.get_by_label(QUESTION)).to_have_value(f"{text} and more")
    finally:
        phone.go("nairobi", "/feed/new")
        phone.press("Throw the draft away")
        phone.sees("The draft is gone.")
    desk.go("nairobi", "/feed")
    expect(desk.main.get_by_label(QUESTION)).to_have_value("")
