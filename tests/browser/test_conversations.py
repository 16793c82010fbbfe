"""Talking: writing, answering, reacting, voting; what is new arrives without moving the page; nothing is lost."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EACH_WAY, PHONE_SCRIPT, SCRIPT, Visit, Way
from tests.browser.looking import comes_true
from tests.browser.site import BUYER, CONNECTORS, POTTER

SHADOW = "(link) => getComputedStyle(link).boxShadow"
ON_A_PHONE_AND_A_DESK = pytest.mark.parametrize("way", [SCRIPT, PHONE_SCRIPT], ids=["desktop", "phone"])


def words() -> str:
    return f"Words number {uuid.uuid4().hex[:8]}"


@EACH_WAY
def test_writes_with_a_poll_is_answered_reacted_to_and_voted_on(visit: Visit, way: Way) -> None:
    makena, shiru, text = visit(**way), visit(**way), words()
    makena.sign_in(POTTER, "nairobi", "/feed")
    makena.write("What do you want to tell or ask?", text)
    makena.press("Pictures, poll")
    makena.main.get_by_text("Ask with a poll").click()
    makena.write("Question", "Which glaze?")
    makena.write("Answers to choose from", "Ash\nTenmoku")
    makena.press("Publish")
    makena.sees("Published.", text, "Which glaze?")
    address = makena.page.url
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.goto(address)
    shiru.main.get_by_label("Ash").check()
    shiru.press("Vote")
    shiru.sees("Your vote counts.", "100%")
    shiru.main.get_by_role("button", name="Love it").first.click()
    expect(shiru.main.get_by_role("button", name=re.compile("Love it")).first).to_have_attribute("aria-pressed", "true")
    shiru.write("Your answer", "Ash, always ash.")
    shiru.press("Answer")
    shiru.sees("Ash, always ash.")
    makena.page.reload()
    makena.sees("1 answer", "Ash, always ash.", "1 person voted")


def test_what_is_new_arrives_without_moving_the_page(visit: Visit) -> None:
    wambui, shiru, text = visit(), visit(), words()
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    wambui.sign_in(CONNECTORS["nairobi"], "nairobi", "/feed")
    wambui.page.wait_for_url("**/feed")
    wambui.write("What do you want to tell or ask?", text)
    wambui.press("Publish")
    wambui.page.wait_for_url(re.compile("/feed/[0-9a-f-]{36}"))
    shiru.sees_not(text)
    # What the clock would ask in a while.
    shiru.page.evaluate("document.querySelector('[data-watch]').dispatchEvent(new Event('look'))")
    button = shiru.main.get_by_role("link", name="1 new post")
    expect(button).to_be_visible()
    shiru.sees_not(text)
    button.click()
    shiru.sees(text)
    expect(button).to_have_count(0)
    comes_true(shiru.page, "document.activeElement.closest('article') !== null")


def test_news_are_asked_for_soon_again_once_something_came(visit: Visit) -> None:
    wambui, shiru = visit(), visit()
    wambui.sign_in(CONNECTORS["nairobi"], "nairobi", "/feed")
    wambui.page.wait_for_url("**/feed")
    shiru.page.clock.install()
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    shiru.page.evaluate("""() => {
      window.asked = 0;
      document.querySelector("[data-watch]").addEventListener("look", () => { window.asked += 1; });
    }""")

    # An answer under way would be given up, were the clock to leap a minute.
    under_way = shiru.page.locator("[data-watch].htmx-request")

    def wait_for_the_next_question() -> None:
        with shiru.page.expect_response(re.compile(r"/feed/news\?")):
            shiru.page.clock.fast_forward("05:00")
        expect(under_way).to_have_count(0)

    def asked_within_20_seconds() -> int:
        before = shiru.page.evaluate("asked")
        shiru.page.clock.run_for("00:20")
        asked = shiru.page.evaluate("asked")
        expect(under_way).to_have_count(0)
        return int(asked - before)

    for _ in range(8):
        wait_for_the_next_question()
    assert asked_within_20_seconds() == 0
    wambui.write("What do you want to tell or ask?", words())
    wambui.press("Publish")
    wambui.page.wait_for_url(re.compile("/feed/[0-9a-f-]{36}"))
    wait_for_the_next_question()
    expect(shiru.main.get_by_role("link", name="1 new post")).to_be_visible()
    assert asked_within_20_seconds() == 1


@ON_A_PHONE_AND_A_DESK
def test_on_a_long_thread_one_sees_from_its_top_that_an_answer_came(visit: Visit, way: Way) -> None:
    makena, shiru, text = visit(), visit(**way), words()
    makena.sign_in(POTTER, "nairobi", "/feed")
    makena.page.wait_for_url("**/feed")
    makena.write("What do you want to tell or ask?", "\n\n".join(["A long story."] * 60 + [text]))
    makena.press("Publish")
    makena.page.wait_for_url(re.compile("/feed/[0-9a-f-]{36}"))
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    shiru.page.goto(makena.page.url)
    makena.write("Your answer", "Go on!")
    makena.press(re.compile("^Answer$"))
    makena.sees("Go on!")
    shiru.page.evaluate("document.querySelector('[data-watch]').dispatchEvent(new Event('look'))")
    button = shiru.main.get_by_role("link", name="1 new answer")
    expect(button).to_be_in_viewport(ratio=1)
    assert shiru.page.evaluate("scrollY") == 0
    # In front of all else there: the phone's own bar as well.
    box = button.bounding_box()
    assert box
    for part in (0.1, 0.9):
        for at in ([part, 0.5], [0.5, part]):
            x, y = box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
            assert button.evaluate("(link, at) => link.contains(document.elementFromPoint(...at))", [x, y])
    at_rest = button.evaluate(SHADOW)
    button.focus()
    shiru.page.keyboard.press("Shift+Tab")
    shiru.page.keyboard.press("Tab")
    expect(button).to_be_focused()
    assert button.evaluate(SHADOW) != at_rest
    button.click()
    shiru.sees("Go on!")
    expect(button).to_have_count(0)


def test_what_is_begun_in_the_feed_is_kept_while_typing(visit: Visit) -> None:
    shiru, text = visit(), words()
    shiru.sign_in(BUYER, "nairobi", "/feed")
    shiru.page.wait_for_url("**/feed")
    shiru.main.get_by_label("What do you want to tell or ask?").press_sequentially(text)
    expect(shiru.main.get_by_role("status").filter(has_text="Draft saved")).to_be_visible()
    shiru.page.reload()
    expect(shiru.main.get_by_label("What do you want to tell or ask?")).to_have_value(text)
    shiru.page.goto(shiru.site.url("nairobi", "/feed/new"))
    shiru.agree("Throw the draft away")
    shiru.sees("The draft is gone.")


def test_nothing_a_visitor_wrote_is_lost(visit: Visit) -> None:
    visitor, text = visit(javascript=False), words()
    visitor.go("nairobi", "/feed")
    visitor.write("What do you want to tell or ask?", text)
    visitor.press("Join and publish")
    visitor.is_at("/join?next=/feed/new")
    visitor.follow("I have an account")
    # Somebody of another hub: signed in there, no member here.
    visitor.write("E-mail address", "oriane@letabli.example")
    visitor.write("Password", "demo-hub-2026")
    visitor.press(re.compile("Sign in|connecter", re.IGNORECASE))
    visitor.main.locator("form button[type=submit]").first.click()
    visitor.is_at("/feed/new")
    expect(visitor.main.locator("textarea[name=body_md]")).to_have_value(text)
