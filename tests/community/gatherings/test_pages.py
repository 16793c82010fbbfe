"""Pages of gatherings, with and without htmx: what each reader sees, and what forms do."""

from __future__ import annotations

import csv
import io
import re

import pytest
from PIL import Image

from hubapp.community.gatherings import attendance, queries
from hubapp.community.gatherings.policies.details import Question
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place, come, one, soon
from tests.factories.accounts import make_account
from tests.factories.gatherings import make_gathering
from tests.factories.members import make_member
from tests.support.browsing import Browser
from tests.support.queries import counted

ROOM = "https://rooms.example/quince"


def test_the_agenda_shows_what_comes_and_not_drafts(lyon: Place) -> None:
    one(lyon, title="Soup night", capacity=9)
    one(lyon, title="Secret plan", is_published=False)
    page = Browser(lyon.app, lyon.hub_id).get("/events").text
    assert "Soup night" in page
    assert "9 seats left" in page
    assert "Secret plan" not in page


def test_a_draft_is_seen_by_those_who_plan_only(lyon: Place) -> None:
    found = one(lyon, is_published=False)
    assert Browser(lyon.app, lyon.hub_id, lyon.ann).get(f"/events/{found.slug}").status_code == 404
    assert Browser(lyon.app, lyon.hub_id, lyon.maud).get(f"/events/{found.slug}").status_code == 200


def test_registering_without_a_script_and_giving_the_seat_back(lyon: Place) -> None:
    found = one(lyon, capacity=3, format="both", online_url=ROOM)
    ann, path = Browser(lyon.app, lyon.hub_id, lyon.ann), f"/events/{found.slug}"
    assert ROOM not in ann.get(path).text
    assert ann.post(f"{path}/register", {"seats": "2"}, form_page=path).status_code == 303
    page = ann.get(path).text
    assert "2 seats are yours." in page
    assert ROOM in page
    assert ROOM in ann.get(f"{path}.ics").text
    assert ROOM not in Browser(lyon.app, lyon.hub_id).get(f"{path}.ics").text
    ann.post(f"{path}/cancel", form_page=path)
    assert "Come along" in ann.get(path).text


def test_registering_with_htmx_answers_the_part_only(lyon: Place) -> None:
    found = one(lyon, capacity=3)
    ann, path = Browser(lyon.app, lyon.hub_id, lyon.ann), f"/events/{found.slug}"
    headers = {"HX-Request": "true"}
    wrong = ann.post(f"{path}/register", {"seats": "9"}, form_page=path, headers=headers)
    assert wrong.status_code == 422
    assert "At most 3 seats can be taken at once." in wrong.text
    done = ann.post(f"{path}/register", {"seats": "1"}, form_page=path, headers=headers)
    assert "You are coming" in done.text
    assert "<html" not in done.text


def test_a_question_left_open_is_said_at_its_field(lyon: Place) -> None:
    found = one(lyon, questions=(Question("q0", "What do you bring?", is_required=True),))
    ann, path = Browser(lyon.app, lyon.hub_id, lyon.ann), f"/events/{found.slug}"
    answer = ann.post(f"{path}/register", {"seats": "1", "answer_q0": ""}, form_page=path)
    assert answer.status_code == 422
    assert "Please answer: What do you bring?" in answer.text


def test_visitors_sign_in_and_strangers_join_first(lyon: Place) -> None:
    path = f"/events/{one(lyon).slug}"
    with lyon.app.app_context():
        stranger = make_account("Zoe")
    assert "/auth/login" in Browser(lyon.app, lyon.hub_id).post(f"{path}/register", form_page=path).location
    zoe = Browser(lyon.app, lyon.hub_id, stranger)
    assert zoe.post(f"{path}/register", {"seats": "1"}, form_page=path).location.endswith("/join")


def test_a_page_worth_sharing_says_what_it_is(lyon: Place) -> None:
    page = Browser(lyon.app, lyon.hub_id).get(f"/events/{one(lyon, title='Soup <night>').slug}").text
    assert '<meta property="og:title" content="Soup &lt;night&gt;">' in page
    assert '<meta name="description" content="' in page


@pytest.mark.parametrize("path", ["/", "/market", "/feed", "event"])
def test_what_has_no_photo_is_shared_with_the_hubs_own_picture(lyon: Place, path: str) -> None:
    browser = Browser(lyon.app, lyon.hub_id)
    page = browser.get(f"/events/{one(lyon).slug}" if path == "event" else path).text
    (address,) = re.findall(r'<meta property="og:image" content="([^"]+)">', page)
    assert re.match(r"https?://lyon\.[^/]+/icon-512\.png", address)
    assert browser.get("/" + address.split("/", 3)[3]).mimetype == "image/png"


def written(**values: str) -> dict[str, str]:
    when = soon()
    usual = {
        "title": "Long table",
        "day": when.day.isoformat(),
        "starts": "19:00",
        "ends": "22:00",
        "format": "place",
        "place_name": "The yard",
        "host": "@maud",
        "most_seats": "2",
        "closes": "60",
        "repeat": "no",
        "every": "1",
        "scope": "one",
        **{f"questions-{number}-kind": "text" for number in range(5)},
    }
    return {**usual, **values}


def test_planning_publishing_changing_and_cancelling_a_series(lyon: Place) -> None:
    maud = Browser(lyon.app, lyon.hub_id, lyon.maud)
    made = maud.post("/manage/events/new", written(repeat="weekly", count="3", **{"questions-0-label": "Diet?"}))
    assert made.status_code == 303
    path = "/manage/events/" + made.location.rsplit("/", 1)[1]
    assert "Diet?" in maud.get(path).text
    maud.post(f"{path}/publish", form_page=path)
    assert Browser(lyon.app, lyon.hub_id).get("/events").text.count("Long table") >= 3
    maud.post(path, written(title="Long tables", scope="following"))
    assert Browser(lyon.app, lyon.hub_id).get("/events").text.count("Long tables") >= 3
    maud.post(f"{path}/cancel", {"reason": "Rain", "scope": "following"})
    assert "Long tables" not in Browser(lyon.app, lyon.hub_id).get("/events").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("place_name", "", "Say where it takes place."),
        ("ends", "18:00", "It has to end after it began"),
        ("host", "@nobody", "No member goes by this handle."),
        ("day", "2020-01-01", "This time has passed already."),
        ("capacity", "0", "Number must be"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(lyon: Place, field: str, value: str, words: str) -> None:
    maud = Browser(lyon.app, lyon.hub_id, lyon.maud)
    answer = maud.post("/manage/events/new", written(**{field: value}))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Long table" in answer.text


def test_checking_in_by_form_by_script_and_back(lyon: Place) -> None:
    found = one(lyon)
    first, second = come(lyon, found, lyon.ann, 2)
    maud, path = Browser(lyon.app, lyon.hub_id, lyon.maud), f"/manage/events/{found.id}/checkin"
    assert maud.get(path).text.count("data-code=") == 2
    assert maud.post(path, {"code": first.lower()}).status_code == 303
    headers = {"Accept": "application/json"}
    assert maud.post(path, {"code": first}, headers=headers).json["is_new"] is False  # type: ignore[index]
    again = maud.post(path, {"code": f"https://x.example/ticket/{second}"}, headers=headers)
    assert again.json == {"code": second, "name": "Ann", "is_new": True, "arrived": 2}
    assert maud.post(path, {"code": "NOSUCHCODE"}, headers=headers).status_code == 404
    maud.post(f"{path}/undo", {"code": second}, form_page=path)
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        assert attendance.arrived([found.id]) == {found.id: 1}


def test_the_door_names_what_the_phone_keeps_and_loads_the_decoder_only_when_asked(lyon: Place) -> None:
    maud = Browser(lyon.app, lyon.hub_id, lyon.maud)
    page = maud.get(f"/manage/events/{one(lyon).id}/checkin").text
    assert re.search(r'data-decoder="/static/[0-9a-f]{10}/vendor/jsqr/jsQR.js"', page)
    assert 'data-shelf="mine "' in page
    assert "jsqr" not in "".join(re.findall(r"<(?:script|link)[^>]*>", page))
    shell = maud.get("/sw.js").text
    assert "/door.js" in shell
    assert "jsqr" not in shell


def test_the_door_finds_people_by_name(lyon: Place) -> None:
    found = one(lyon)
    come(lyon, found, lyon.ann)
    come(lyon, found, lyon.ben)
    page = Browser(lyon.app, lyon.hub_id, lyon.maud).get(f"/manage/events/{found.id}/checkin?q=be").text
    assert "Ben" in page
    assert page.count("data-code=") == 1


def test_a_ticket_of_another_gathering_does_not_let_in(lyon: Place) -> None:
    (code,) = come(lyon, one(lyon), lyon.ann)
    path = f"/manage/events/{one(lyon).id}/checkin"
    assert Browser(lyon.app, lyon.hub_id, lyon.maud).post(path, {"code": code}).status_code == 422


def test_the_export_holds_answers_and_no_formulas(lyon: Place) -> None:
    found = one(lyon, questions=(Question("q0", "=cmd()"),))
    come(lyon, found, lyon.ann, q0="@SUM(1)")
    text = Browser(lyon.app, lyon.hub_id, lyon.maud).get(f"/manage/events/{found.id}/people.csv").text
    head, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head[-1] == "'=cmd()"
    assert (row[0], row[1], row[2], row[-1]) == ("Ann", "comes", "1", "'@SUM(1)")


def test_the_export_speaks_the_hubs_language_whoever_asks(lyon: Place) -> None:
    found = one(lyon, capacity=1, questions=(Question("q0", "Vegan?", kind="yes_no"),))
    come(lyon, found, lyon.ann, q0="yes")
    come(lyon, found, lyon.ben, q0="no")
    with lyon.app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.get_one(Hub, lyon.hub_id).default_locale = "fr"
    tenancy.forget(lyon.hub_id)
    maud = Browser(lyon.app, lyon.hub_id, lyon.maud)
    maud.client.set_cookie("locale", "en")
    text = maud.get(f"/manage/events/{found.id}/people.csv").text
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head[:3] == ["Nom", "État", "Places"]
    assert [(row[0], row[1], row[-1]) for row in rows] == [("Ann", "vient", "Oui"), ("Ben", "attend", "Non")]


def test_who_comes_is_listed_by_key_and_whole_in_table_and_at_the_door(
    lyon: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 1)
    found = one(lyon, capacity=3)
    come(lyon, found, lyon.ann, 2)
    come(lyon, found, lyon.ben)
    with lyon.app.app_context():
        cem = make_member(lyon.hub_id, "Cem").account_id
    come(lyon, found, cem)
    key = None
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        names, keys = [], []
        for _number in range(3):
            page = attendance.page(found.id, after=key, limit=1)
            names += queries.names_of(row.account_id for row in page.registrations).values()
            keys.append(key := page.next_key)
        assert (names, key) == (["Ann", "Ben", "Cem"], None)
    status, at, last = keys[0]
    maud, path = Browser(lyon.app, lyon.hub_id, lyon.maud), f"/manage/events/{found.id}"
    second = maud.get(f"{path}/people", query_string={"after": f"{status}~{at.isoformat()}~{last}"}).text
    assert [name in second for name in ("Ann", "Ben", "Cem", 'rel="prev"')] == [False, True, True, True]
    assert "Ann" in maud.get(f"{path}/people?after=nonsense").text
    assert maud.get(f"{path}/people.csv").text.count("\r\n") == 4
    assert maud.get(f"{path}/checkin").text.count("data-code=") == 3


def test_a_picture_takes_the_place_of_drawn_art(lyon: Place) -> None:
    found = one(lyon)
    maud, path = Browser(lyon.app, lyon.hub_id, lyon.maud), f"/manage/events/{found.id}"
    out = io.BytesIO()
    Image.new("RGB", (700, 300), "teal").save(out, "PNG")
    out.seek(0)
    answer = maud.post(f"{path}/picture", {"picture": (out, "a.png"), "alt": "A table"}, form_page=path)
    assert answer.status_code == 303
    page = maud.get(f"/events/{found.slug}").text
    shown = re.search(r'/events/pictures/[^" ]+', page)
    assert shown
    assert maud.get(shown[0]).mimetype == "image/webp"
    (shared,) = re.findall(r'<meta property="og:image" content="([^"]+)">', page)
    assert re.match(r"https?://lyon\.[^/]+/events/pictures/", shared)


def test_those_without_the_right_stay_out(lyon: Place) -> None:
    found = one(lyon)
    ann = Browser(lyon.app, lyon.hub_id, lyon.ann)
    for path in ("", "/new", f"/{found.id}", f"/{found.id}/people", f"/{found.id}/people.csv", f"/{found.id}/checkin"):
        assert ann.get(f"/manage/events{path}").status_code == 403


def test_the_front_page_and_today_show_what_comes(lyon: Place) -> None:
    one(lyon, title="Soup night")
    assert "Soup night" in Browser(lyon.app, lyon.hub_id).get("/").text
    assert "Soup night" in Browser(lyon.app, lyon.hub_id, lyon.maud).get("/manage/").text


def test_lists_cost_the_same_with_one_and_with_many(lyon: Place) -> None:
    browser = Browser(lyon.app, lyon.hub_id)
    one(lyon)
    browser.get("/events")
    with counted() as few:
        browser.get("/events")
    for number in range(5):
        one(lyon, title=f"Number {number}", capacity=3)
    with counted() as many:
        browser.get("/events")
    assert len(many) == len(few) <= 4, many


def test_the_agenda_pages_by_key(lyon: Place) -> None:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        for number in range(queries.PAGE + 2):
            make_gathering(when=soon(), now=clock.now(), title=f"Walk {number}.")
    browser = Browser(lyon.app, lyon.hub_id)
    first = browser.get("/events").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = browser.get(following[1].replace("&amp;", "&")).text
    assert (first.count('class="date"'), second.count('class="date"')) == (queries.PAGE, 2)
