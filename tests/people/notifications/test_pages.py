"""The pages: the list, the matrix, digests and quiet hours, muting, and the one click that stops mails."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import kinds, queries, tokens
from hubapp.people.notifications.tokens import Stop
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub
from tests.factories.notices import Told, make_told, notices
from tests.factories.pushing import CHROME, Subscriber
from tests.support.browsing import Browser
from tests.support.queries import counted


@pytest.fixture
def told(app: HubFlask) -> Told:
    with app.app_context():
        return make_told(make_hub("lyon", name="L'Établi"))


def browser(app: HubFlask, told: Told, *, central: bool = False) -> Browser:
    return Browser(app, None if central else told.hub_id, told.reader)


def choice(told: Told, kind: str = "member_brought", *, everywhere: bool = False) -> tuple[bool, str]:
    with no_hub(), unit_of_work():
        found = queries.choices(told.reader, hub_id=None if everywhere else told.hub_id)
        return next((one.in_app, one.mail) for one in found if one.kind.name == kind)


@pytest.mark.parametrize("central", [False, True])
def test_the_list_shows_what_is_new_until_it_is_opened(app: HubFlask, told: Told, central: bool) -> None:
    with app.app_context():
        told.tell()
        notice_id = notices(told.reader)[0].id
    page = browser(app, told, central=central)
    first = page.get("/notifications").text
    assert "joined through your link" in first
    assert 'class="count"' in first
    assert ("L&#39;Établi" in first.partition("<main")[2].partition("</main")[0]) is central
    opened = page.get(f"/notifications/{notice_id}")
    assert (opened.status_code, opened.location.removeprefix("http://lyon.localhost:8000")) == (303, "/members")
    assert 'class="count"' not in page.get("/notifications").text


def test_an_empty_list_says_what_belongs_there(app: HubFlask, told: Told) -> None:
    assert "Nothing yet" in browser(app, told).get("/notifications").text


def test_all_are_marked_read_at_once_and_the_fragment_says_so(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell("1", about="a")
        told.tell("2", about="b")
    page = browser(app, told)
    answer = page.post("/notifications/read", form_page="/notifications", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Nothing new" in answer.text
    assert "<html" not in answer.text


def test_a_thing_is_muted_from_its_notice(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell()
        notice_id = notices(told.reader)[0].id
    answer = browser(app, told).post(f"/notifications/{notice_id}/mute", form_page="/notifications")
    assert answer.status_code == 303
    with app.app_context():
        assert told.tell("2") == 0


def test_somebody_elses_notice_does_not_exist(app: HubFlask, told: Told) -> None:
    with app.app_context():
        other = make_told(told.hub_id, "Noé")
        told.tell()
        notice_id = notices(told.reader)[0].id
    stranger = Browser(app, told.hub_id, other.reader)
    assert stranger.get(f"/notifications/{notice_id}").status_code == 404
    with app.app_context():
        assert notices(told.reader)[0].read_at is None


def test_the_badge_costs_no_query_of_its_own(app: HubFlask, told: Told) -> None:
    page = browser(app, told)
    page.get("/market")
    with counted() as statements:
        page.get("/market")
    assert sum("notices_unread" in one for one in statements) == 1
    assert sum("basket_line" in one for one in statements) == 1
    assert [one for one in statements if "notices_unread" in one] == [one for one in statements if "basket_line" in one]


def test_a_hub_is_chosen_for_apart_from_all_others(app: HubFlask, told: Told) -> None:
    page = browser(app, told)
    answer = page.post("/me/notifications", {"mail-member_brought": "now"})
    assert answer.status_code == 303
    with app.app_context():
        assert (choice(told), choice(told, everywhere=True)) == ((False, "now"), (True, "daily"))


def test_what_equals_the_choice_for_all_hubs_follows_it_later(app: HubFlask, told: Told) -> None:
    data = {"app-member_brought": "1", "mail-member_brought": "daily"}
    assert browser(app, told).post("/me/notifications", data).status_code == 303
    everywhere = {**data, "mail-member_brought": "off"}
    assert browser(app, told, central=True).post("/me/notifications", everywhere).status_code == 303
    with app.app_context():
        assert choice(told) == (True, "off")


def test_money_and_security_are_not_on_offer(app: HubFlask, told: Told) -> None:
    page = browser(app, told, central=True)
    assert "mail-order_paid" not in page.get("/me/notifications").text
    page.post("/me/notifications", {"mail-order_paid": "off", "mail-password_changed": "off"})
    with app.app_context():
        assert {one.kind.name for one in _all(told)}.isdisjoint({"order_paid", "password_changed"})
        assert told.tell(kind="order_paid", context={"number": 1}, by=None) == 1


def _all(told: Told) -> list[queries.Choice]:
    with no_hub(), unit_of_work():
        return queries.choices(told.reader, hub_id=None)


def test_a_way_that_does_not_exist_is_refused(app: HubFlask, told: Told) -> None:
    assert browser(app, told).post("/me/notifications", {"mail-member_brought": "pigeon"}).status_code == 422


TIMES = {
    "rhythm": "weekly",
    "weekday": "4",
    "hour": "18",
    "quiet_from": "22",
    "quiet_to": "7",
    "timezone": "Asia/Kolkata",
}


def test_digest_quiet_hours_and_time_zone_are_kept(app: HubFlask, told: Told) -> None:
    page = browser(app, told, central=True)
    assert page.post("/me/notifications/times", TIMES, form_page="/me/notifications").status_code == 303
    with app.app_context(), no_hub(), unit_of_work():
        kept = queries.settings(told.reader, fallback="UTC")
    assert (kept.rhythm, kept.weekday, kept.hour, kept.quiet, kept.zone.key) == (
        "weekly",
        4,
        18,
        (22, 7),
        "Asia/Kolkata",
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"quiet_to": "22"}, "another hour"), ({"timezone": "Mars/Base"}, "list"), ({"hour": "25"}, "list")],
)
def test_times_that_cannot_be_are_refused_at_the_field(
    app: HubFlask, told: Told, changes: dict[str, str], said: str
) -> None:
    page = browser(app, told, central=True)
    answer = page.post("/me/notifications/times", {**TIMES, **changes}, form_page="/me/notifications")
    assert answer.status_code == 422
    assert said in answer.text


def test_a_hub_is_muted_on_the_central_site_and_heard_again_in_the_hub(app: HubFlask, told: Told) -> None:
    data = {"hub_id": str(told.hub_id), "is_muted": "1"}
    answer = browser(app, told, central=True).post("/me/notifications/mute", data, form_page="/me/notifications")
    assert answer.status_code == 303
    with app.app_context():
        assert told.tell("1") == 0
    browser(app, told).post("/me/notifications/mute", {"is_muted": "0"}, form_page="/me/notifications")
    with app.app_context():
        assert told.tell("2") == 1


def test_a_hub_one_does_not_belong_to_cannot_be_muted(app: HubFlask, told: Told) -> None:
    with app.app_context():
        other = make_hub("nairobi")
    data = {"hub_id": str(other), "is_muted": "1"}
    page = browser(app, told, central=True)
    assert page.post("/me/notifications/mute", data, form_page="/me/notifications").status_code == 404


def stop_path(app: HubFlask, told: Told, kind: str = "member_brought") -> str:
    with app.app_context():
        return f"/unsubscribe/{tokens.make(Stop(told.reader, told.hub_id, kind))}"


def test_opening_the_link_changes_nothing(app: HubFlask, told: Told) -> None:
    page = Browser(app, told.hub_id)
    assert "Stop these mails" in page.get(stop_path(app, told)).text
    with app.app_context():
        assert choice(told) == (True, "daily")


def test_a_mail_program_unsubscribes_with_one_click_and_no_cookie(app: HubFlask, told: Told) -> None:
    client = Browser(app, told.hub_id).client
    base = "http://lyon.localhost:8000"
    answer = client.post(stop_path(app, told), base_url=base, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    with app.app_context():
        assert choice(told) == (True, "off")


def test_everything_from_the_hub_is_the_second_choice_and_both_can_be_undone(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.choose(mail="weekly")
    client, path, base = Browser(app, told.hub_id).client, stop_path(app, told), "http://lyon.localhost:8000"
    for data in ({}, {"what": "everything"}):
        client.post(path, base_url=base, data=data)
    with app.app_context(), hub_scope(told.hub_id), unit_of_work():
        assert queries.is_mail_off(told.reader, hub_id=told.hub_id)
    for data in ({"undo": "1"}, {"what": "everything", "undo": "1"}):
        client.post(path, base_url=base, data=data)
    with app.app_context():
        assert choice(told) == (True, "weekly")
        with hub_scope(told.hub_id), unit_of_work():
            assert not queries.is_mail_off(told.reader, hub_id=told.hub_id)


@pytest.mark.parametrize("change", ["x", ""])
def test_a_token_that_was_changed_opens_nothing(app: HubFlask, told: Told, change: str) -> None:
    start, _, token = stop_path(app, told).rpartition("/")
    assert Browser(app, told.hub_id).get(f"{start}/{change}{token[1:]}").status_code == 404


def test_a_token_for_one_hub_does_nothing_in_another(app: HubFlask, told: Told) -> None:
    with app.app_context():
        other = make_hub("nairobi")
    assert Browser(app, other).get(stop_path(app, told)).status_code == 404


def test_after_unsubscribing_from_everything_the_matrix_leads_back(app: HubFlask, told: Told) -> None:
    Browser(app, told.hub_id).client.post(
        stop_path(app, told, kinds.EVERYTHING), base_url="http://lyon.localhost:8000", data={}
    )
    page = browser(app, told)
    assert "Get mails again" in page.get("/me/notifications").text
    assert page.post("/me/notifications/mails", form_page="/me/notifications").status_code == 303
    assert not re.search("Get mails again", page.get("/me/notifications").text)


def test_devices_are_a_third_way_that_is_chosen_for_each_kind(app: HubFlask, told: Told) -> None:
    page = browser(app, told)
    data = {"app-member_brought": "1", "mail-member_brought": "daily", "push-member_brought": "1"}
    assert page.post("/me/notifications", data).status_code == 303
    assert 'name="push-member_brought" value="1" checked' in page.get("/me/notifications").text
    with app.app_context(), no_hub(), unit_of_work():
        found = {one.kind.name: one.push for one in queries.choices(told.reader, hub_id=told.hub_id)}
    assert (found["member_brought"], found["member_named"]) == (True, False)


def subscribe(page: Browser, endpoint: str = "https://push.example.net/1") -> TestResponse:
    data = {"subscription": Subscriber().subscription(endpoint)}
    headers = {"User-Agent": CHROME}
    return page.post("/me/notifications/devices", data, form_page="/me/notifications", headers=headers)


def test_a_device_is_switched_on_listed_and_switched_off_without_a_script(app: HubFlask, told: Told) -> None:
    page = browser(app, told)
    before = page.get("/me/notifications").text
    assert re.search(r'data-device="[\w-]{87}"[^>]* hidden', before)
    assert subscribe(page).status_code == 303
    listed = page.get("/me/notifications").text
    assert "Chrome on Android" in listed
    assert "data-device" not in listed
    (device_id,) = re.findall(r'name="device_id" value="([^"]+)"', listed)
    off = page.post("/me/notifications/devices/off", {"device_id": device_id}, form_page="/me/notifications")
    assert off.status_code == 303
    assert "data-device" in page.get("/me/notifications").text


def test_the_central_site_lists_the_devices_of_all_hubs_and_switches_them_off(app: HubFlask, told: Told) -> None:
    assert subscribe(browser(app, told)).status_code == 303
    central = browser(app, told, central=True)
    listed = central.get("/me/notifications").text
    assert "L&#39;Établi" in listed.partition('id="devices"')[2].partition("</section>")[0]
    assert "data-device" not in listed  # it has no service worker
    (device_id,) = re.findall(r'name="device_id" value="([^"]+)"', listed)
    central.post("/me/notifications/devices/off", {"device_id": device_id}, form_page="/me/notifications")
    assert 'name="device_id"' not in central.get("/me/notifications").text


def test_nobody_switches_off_what_is_somebody_elses(app: HubFlask, told: Told) -> None:
    page = browser(app, told)
    subscribe(page)
    (device_id,) = re.findall(r'name="device_id" value="([^"]+)"', page.get("/me/notifications").text)
    with app.app_context():
        other = make_told(told.hub_id, "Noé")
    stranger = browser(app, other)
    stranger.post("/me/notifications/devices/off", {"device_id": device_id}, form_page="/me/notifications")
    assert device_id in page.get("/me/notifications").text
    assert device_id not in stranger.get("/me/notifications").text


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1/x", "https://push.example.net:22/x", "https://localhost/x"])
def test_an_address_that_is_no_push_service_is_refused_in_words(app: HubFlask, told: Told, endpoint: str) -> None:
    answer = subscribe(browser(app, told), endpoint)
    assert answer.status_code == 422
    assert "Your browser did not say where notices can be sent" in answer.text


def test_visitors_are_sent_to_sign_in(app: HubFlask, told: Told) -> None:
    for path in ("/notifications", "/me/notifications", f"/notifications/{uuid.UUID(int=1)}"):
        assert Browser(app, told.hub_id).get(path).status_code == 303


@pytest.mark.parametrize(("site", "status"), [("same-origin", 204), ("same-site", 403), ("cross-site", 403), ("", 403)])
def test_only_the_hubs_own_worker_renews_a_subscription(app: HubFlask, told: Told, site: str, status: int) -> None:
    page = browser(app, told)
    subscribe(page)
    data = {"subscription": Subscriber().subscription("https://push.example.net/2")}
    headers = {"Sec-Fetch-Site": site} if site else {}
    path = "/me/notifications/devices/again"
    answer = page.client.post(path, base_url=page.base_url, data=data, headers=headers)
    assert answer.status_code == status
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        known = db.session.scalars(text("SELECT endpoint FROM push_device")).all()
    assert (known == ["https://push.example.net/2"]) is (status == 204)
