"""One's own tickets: a list by key, a page for each, a secret calendar; where a scanned code leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from sqlalchemy import update

from hubapp.community.gatherings import registered, services
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place, come, one
from tests.factories.gatherings import make_gathering
from tests.factories.members import make_member
from tests.support.browsing import Browser
from tests.support.queries import counted

ROOM = "https://rooms.example/quince"
MANY = 2 * registered.PAGE + 4


def walks(lyon: Place, number: int, *, at_hour: int = 9) -> None:
    """Ann registers for so many gatherings, the last first; each two begin at the same time."""
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        day = (clock.now() + timedelta(days=3)).date()
        for place in reversed(range(number)):
            when = When(day, time(at_hour, place // 2), 60)
            found = make_gathering(when=when, now=clock.now(), title=f"Walk {place}.")
            services.register(gathering_id=found.id, account_id=lyon.ann, seats_wanted=1, answers={}, now=clock.now())


def put_back(lyon: Place) -> None:
    """They are all over: ten days before they were to be."""
    earlier = {"starts_at": Gathering.starts_at - timedelta(days=10), "ends_at": Gathering.ends_at - timedelta(days=10)}
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        db.session.execute(update(Gathering).values(earlier))


def page_by_page(lyon: Place, *, is_past: bool, limit: int) -> Iterator[list[str]]:
    """The titles of Ann's gatherings, a list for each page."""
    key = None
    while True:
        with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
            page = registered.page(lyon.ann, now=clock.now(), after=key, is_past=is_past, limit=limit)
            assert all(len(mine.tickets) == mine.registration.seats for mine in page.mine)
            yield [mine.gathering.title for mine in page.mine]
        key = page.next_key
        if key is None:
            return


@pytest.mark.parametrize("is_past", [False, True])
def test_none_is_lost_between_pages_nor_shown_twice(lyon: Place, is_past: bool) -> None:
    walks(lyon, 7)
    if is_past:
        put_back(lyon)
    pages = list(page_by_page(lyon, is_past=is_past, limit=3))
    assert [len(page) for page in pages] == [3, 3, 1]
    numbers = [int(re.sub(r"\D", "", title)) for page in pages for title in page]
    assert sorted(numbers) == list(range(7))
    assert [number // 2 for number in numbers] == sorted((number // 2 for number in numbers), reverse=is_past)
    assert list(page_by_page(lyon, is_past=not is_past, limit=3)) == [[]]


def test_what_was_given_back_or_hidden_or_is_anothers_is_not_listed(lyon: Place) -> None:
    given, hidden, others, mine = (one(lyon, title=title) for title in ("Given", "Hidden", "Others", "Mine"))
    for found in (given, hidden, mine):
        come(lyon, found, lyon.ann)
    come(lyon, others, lyon.ben)
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        now, actor = clock.now(), Actor(lyon.maud, "Maud")
        services.cancel_registration(gathering_id=given.id, account_id=lyon.ann, now=now)
        services.hide_gathering(gathering_id=hidden.id, reason="No.", actor=actor, now=now)
    assert list(page_by_page(lyon, is_past=False, limit=9)) == [["Mine"]]


def follow(browser: Browser, path: str) -> list[str]:
    """The pages of a list by its `next` links, each as text."""
    found = [browser.get(path).text]
    while following := re.search(r'rel="next" href="([^"]+)"', found[-1]):
        found.append(browser.get(following[1].replace("&amp;", "&")).text)
    return found


@pytest.mark.parametrize(("path", "is_past"), [("/me/tickets", False), ("/me/tickets?when=past", True)])
def test_more_tickets_than_fit_on_a_page_are_on_the_next(lyon: Place, path: str, is_past: bool) -> None:
    walks(lyon, MANY)
    if is_past:
        put_back(lyon)
    pages = follow(Browser(lyon.app, lyon.hub_id, lyon.ann), path)
    titles = [re.findall(r">(Walk \d+\.)</a>", page) for page in pages]
    assert [len(some) for some in titles] == [registered.PAGE, registered.PAGE, 4]
    assert len({title for some in titles for title in some}) == MANY > 50
    assert ['rel="prev"' in page for page in pages] == [False, True, True]
    assert "Older" in pages[0] if is_past else "Next page" in pages[0]


def test_a_key_that_is_none_is_the_first_page(lyon: Place) -> None:
    walks(lyon, 1)
    assert "Walk 0." in Browser(lyon.app, lyon.hub_id, lyon.ann).get("/me/tickets?after=nonsense").text


def test_the_list_costs_the_same_with_one_and_with_many(lyon: Place) -> None:
    ann = Browser(lyon.app, lyon.hub_id, lyon.ann)
    walks(lyon, 1)
    ann.get("/me/tickets")
    with counted() as few:
        ann.get("/me/tickets")
    walks(lyon, registered.PAGE + 2, at_hour=14)
    with counted() as many:
        ann.get("/me/tickets")
    assert len(many) == len(few) <= 7, many


def test_a_ticket_of_ones_own_has_a_page_also_for_helpers(lyon: Place) -> None:
    found = one(lyon, title="Soup night", how_to_find="Ring twice")
    _first, second = come(lyon, found, lyon.maud, 2)
    maud = Browser(lyon.app, lyon.hub_id, lyon.maud)
    assert f'href="/ticket/{second}"' in maud.get("/me/tickets").text
    page = maud.get(f"/ticket/{second.lower()}").text
    for words in ("Soup night", "The workshop", "Ring twice", "Seat 2 of 2", second, "<svg", "data-offline"):
        assert words in page
    assert f"/checkin?code={second}" in page
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        services.cancel_gathering(gathering_id=found.id, reason="Rain.", with_following=False, now=clock.now())
    page = maud.get(f"/ticket/{second}").text
    assert "Rain." in page
    assert 'class="qr' not in page


def test_who_does_not_check_in_is_not_led_to_the_door(lyon: Place) -> None:
    (code,) = come(lyon, one(lyon), lyon.ann)
    assert "/checkin" not in Browser(lyon.app, lyon.hub_id, lyon.ann).get(f"/ticket/{code}").text


def test_a_ticket_of_what_is_over_shows_no_code(lyon: Place) -> None:
    (code,) = come(lyon, one(lyon), lyon.ann)
    put_back(lyon)
    ann = Browser(lyon.app, lyon.hub_id, lyon.ann)
    assert "Seat 1 of 1" in ann.get(f"/ticket/{code}").text
    assert 'class="qr' not in ann.get(f"/ticket/{code}").text
    assert code not in ann.get("/me/tickets?when=past").text


def test_what_takes_place_online_only_leads_into_its_room(lyon: Place) -> None:
    (code,) = come(lyon, one(lyon, format="online", online_url=ROOM, place_name="", address=""), lyon.ann)
    page = Browser(lyon.app, lyon.hub_id, lyon.ann).get(f"/ticket/{code}").text
    assert ROOM in page
    assert 'class="qr' not in page


def test_a_seat_that_was_given_back_has_no_page(lyon: Place) -> None:
    found = one(lyon)
    (code,) = come(lyon, found, lyon.ann)
    ann = Browser(lyon.app, lyon.hub_id, lyon.ann)
    assert ann.get(f"/ticket/{code}").status_code == 200
    ann.post(f"/events/{found.slug}/cancel", form_page=f"/events/{found.slug}")
    assert ann.get(f"/ticket/{code}").location.endswith("/me/tickets")


def test_nor_has_one_for_what_the_hub_has_hidden(lyon: Place) -> None:
    found = one(lyon)
    (code,) = come(lyon, found, lyon.ann)
    actor = Actor(lyon.maud, "Maud")
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        services.hide_gathering(gathering_id=found.id, reason="No.", actor=actor, now=clock.now())
    assert Browser(lyon.app, lyon.hub_id, lyon.ann).get(f"/ticket/{code}").status_code == 303


def test_a_scanned_code_leads_helpers_to_the_door_and_others_to_their_tickets(lyon: Place) -> None:
    found = one(lyon)
    (code,) = come(lyon, found, lyon.ann)
    with lyon.app.app_context():
        helper = make_member(lyon.hub_id, "Hal", role="helper", permissions=("events.manage",))
    hal = Browser(lyon.app, lyon.hub_id, helper.account_id)
    assert f"/manage/events/{found.id}/checkin?code={code}" in hal.get(f"/ticket/{code}").location
    assert Browser(lyon.app, lyon.hub_id, lyon.ben).get(f"/ticket/{code}").location.endswith("/me/tickets")


def test_tickets_have_their_codes_and_a_secret_calendar(lyon: Place) -> None:
    found = one(lyon, format="both", online_url=ROOM)
    (code,) = come(lyon, found, lyon.ann)
    ann = Browser(lyon.app, lyon.hub_id, lyon.ann)
    page = ann.get("/me/tickets").text
    assert code in page
    assert "<svg" in page
    ann.post("/me/tickets/calendar", form_page="/me/tickets")
    feed = re.search(r"/calendar/[\w-]+\.ics", ann.get("/me/tickets").text)
    assert feed
    visitor = Browser(lyon.app, lyon.hub_id)
    assert ROOM in visitor.get(feed[0]).text
    ann.post("/me/tickets/calendar", form_page="/me/tickets")
    assert visitor.get(feed[0]).status_code == 404
