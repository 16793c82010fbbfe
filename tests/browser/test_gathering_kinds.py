"""Gatherings of all kinds: again and again, online too, with questions, paid for, in calendars, and reminded of."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import PHONE_SCRIPT, PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, HOST, POTTER, Site
from tests.browser.steps import enters, finds, plan, register
from tests.browser.till import SUCCEEDS, pay

ROOM = "https://rooms.example/lantern"


def with_questions_each_week(person: Person) -> None:
    person.main.locator("label", has_text="Both").first.click()
    person.write("Address of the online room", ROOM)
    person.main.locator("select[name=repeat]").select_option("weekly")
    person.write("How many times", "3")
    person.main.locator("summary", has_text="Questions at registration").click()
    person.main.locator("[name=questions-0-label]").fill("What do you bring?")
    person.main.locator("[name=questions-0-kind]").select_option("choice")
    person.main.locator("[name=questions-0-choices]").fill("Bread\nSoup")
    person.main.locator("[name=questions-0-is_required]").check()


def unfolded(calendar: str) -> str:
    """A calendar file with its long lines in one piece."""
    return calendar.replace("\r\n ", "").replace("\n ", "")


def test_a_series_asks_its_guests_and_stands_in_calendars(visit: Visit) -> None:
    title = f"Lantern evening {ids.short_code(4)}"
    wambui, makena, stranger = visit(**PHONE_SCRIPT), visit(**PLAIN), visit()
    enters(wambui, HOST, "/manage/events")
    manage = plan(wambui, title, seats=5, more=with_questions_each_week)
    enters(makena, POTTER, "/events")
    finds(makena, title)
    makena.sees("Other dates", "Who is registered finds the link here.")
    makena.main.get_by_label("What do you bring?").select_option("Soup")
    makena.press("Register")
    makena.sees("You are coming", "The online room")
    file = unfolded(makena.downloads("Put it in your calendar"))
    assert f"SUMMARY:{title}" in file
    assert ROOM in file

    address = makena.page.url.split("?")[0]
    stranger.page.goto(address)
    shown = {
        name: stranger.page.locator(f"meta[property='og:{name}']").get_attribute("content")
        for name in ("title", "description", "url", "site_name")
    }
    assert shown["title"] == title
    assert shown["site_name"] == "Tulia"
    assert "The veranda" in str(shown["description"])
    assert urlsplit(str(shown["url"])).path == urlsplit(address).path
    assert ROOM not in stranger.page.content()
    stranger.go("nairobi", "/events")
    feed = stranger.page.locator("link[type='text/calendar']").get_attribute("href")
    assert stranger.fetched(str(feed)).startswith("BEGIN:VCALENDAR")

    makena.go("nairobi", "/me/tickets")
    if not makena.main.locator("#feed").count():
        makena.press("Make an address")
    own = urlsplit(makena.main.locator("#feed").input_value())
    # A calendar knows no cookies.
    assert f"SUMMARY:{title}" in unfolded(stranger.fetched(f"{own.path}?{own.query}"))

    wambui.page.goto(f"{manage}/people")
    wambui.sees("Makena Gitonga", "Soup")
    table = wambui.downloads("As a table").splitlines()
    assert "What do you bring?" in table[0]
    assert [line for line in table if "Makena Gitonga" in line and "Soup" in line]

    wambui.page.goto(f"{manage}/cancel")
    wambui.write("Reason", "The lanterns are lent out.")
    wambui.main.get_by_label("This date and all that follow").check()
    wambui.press("Cancel the gathering")
    wambui.sees("Everybody who was registered gets a mail.")
    makena.page.goto(address)
    makena.sees("Canceled", "The lanterns are lent out.")
    expect(makena.main.get_by_role("heading", name="Other dates")).to_have_count(0)


def for_money(person: Person) -> None:
    person.write("Host", "wambui-karanja-otieno")
    person.write("Price of a seat", "1160")


def test_a_seat_is_paid_for_split_and_paid_back(visit: Visit) -> None:
    title = f"Lantern evening {ids.short_code(4)}"
    wambui, shiru = visit(), visit(**PHONE_SCRIPT)
    enters(wambui, HOST, "/manage/events")
    manage = plan(wambui, title, seats=2, more=for_money)
    enters(shiru, BUYER, "/events")
    finds(shiru, title)
    shiru.sees("KES1,160.00", "Where your money goes", "Sold by Wambui")
    shiru.press("Register and pay")
    shiru.is_at("/sandbox/pay/")
    pay(shiru, SUCCEEDS)
    shiru.is_at("/events/")
    for _ in range(60):  # the worker makes the tickets
        if shiru.main.get_by_text("You are coming").count():
            break
        shiru.page.wait_for_timeout(500)
        shiru.page.reload()
    here = shiru.page.url.replace("/paid", "").split("?")[0]
    shiru.follow("Your receipt")
    shiru.is_at("/orders/")
    shiru.sees(title, "KES1,160.00", "Where every cent went", "Connector", "The network's core", "Tax")
    wambui.page.goto(f"{manage}/people")
    wambui.sees("Shiru Ndegwa", "1,160.00")
    shiru.page.goto(here)
    shiru.agree("Give my seats back")
    shiru.sees("Your money is on its way back.")


def test_who_comes_is_reminded_an_hour_before(visit: Visit, site: Site) -> None:
    title = f"Lantern evening {ids.short_code(4)}"
    wambui, makena = visit(**PLAIN), visit(**PHONE_SCRIPT)
    begins = site.now().astimezone(ZoneInfo("Africa/Nairobi")) + timedelta(hours=3)
    ends = begins + timedelta(hours=1)

    def soon(person: Person) -> None:
        person.write("Day", begins.date().isoformat())
        person.write("Begins", f"{begins:%H:%M}")
        person.write("Ends", f"{ends:%H:%M}")
        person.write("Last day", ends.date().isoformat())

    enters(wambui, HOST, "/manage/events")
    plan(wambui, title, more=soon)
    register(makena, POTTER, title)
    makena.sees("You are coming")
    site.command("sandbox", "advance", "2h15m")
    site.sweep("gatherings.sweep")
    letter = site.letter_to(POTTER, f"Soon: {title}")
    assert "1 seat is yours." in letter
    assert "The veranda" in letter
