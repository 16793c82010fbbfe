"""Broadcasts: to the people of a segment, once each, as they want news; taken back until it goes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from hubapp.community.broadcasts import network, policies, queries, services
from hubapp.community.broadcasts.errors import AlreadyGoing, NotLater
from hubapp.community.broadcasts.models import Broadcast
from hubapp.community.broadcasts.services import BATCH
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import services as membership
from hubapp.people.notifications import services as notifications
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.market import make_listing
from tests.factories.members import make_connector, make_member
from tests.factories.notices import mails, notices
from tests.support.browsing import Browser

TEXT = "## Saturday\n\nCome to the [market](/market)."


@dataclass(frozen=True, slots=True)
class News:
    hub_id: int
    author: uuid.UUID

    def write(self, **changes: Any) -> uuid.UUID:
        values: dict[str, Any] = {"subject": "Open day", "body_md": TEXT, "segment": "everybody", "broadcast_id": None}
        with hub_scope(self.hub_id), unit_of_work():
            return services.write(author_id=self.author, now=NOW, **{**values, **changes})

    def schedule(self, broadcast_id: uuid.UUID, minutes: int | None = None) -> None:
        send_at = None if minutes is None else NOW + timedelta(minutes=minutes)
        with hub_scope(self.hub_id), unit_of_work():
            services.schedule(broadcast_id=broadcast_id, send_at=send_at, actor=SYSTEM, now=NOW)

    def batch(self, broadcast_id: uuid.UUID, minutes: int = 0) -> bool:
        with hub_scope(self.hub_id), unit_of_work():
            return services.send_batch(broadcast_id=broadcast_id, now=NOW + timedelta(minutes=minutes))

    def row(self, broadcast_id: uuid.UUID) -> Broadcast:
        with hub_scope(self.hub_id), unit_of_work():
            found = queries.broadcast(broadcast_id)
            db.session.expunge(found)
            return found

    def send(self, **changes: Any) -> Broadcast:
        broadcast_id = self.write(**changes)
        self.schedule(broadcast_id)
        self.batch(broadcast_id)
        return self.row(broadcast_id)


@pytest.fixture
def news(app: HubFlask) -> News:
    with app.app_context():
        hub_id = make_hub("lyon")
        return News(hub_id, make_connector(hub_id, account_id=make_account("Maud", "maud@example.org")).account_id)


def test_everybody_gets_a_mail_and_a_notice_once(app: HubFlask, news: News) -> None:
    with app.app_context():
        reader = make_member(news.hub_id, "Amina").account_id
        row = news.send()
        assert (row.status, row.mailed, row.left_out) == ("sent", 2, 0)
        assert news.batch(row.id) is False
        assert [mail.template for mail in mails(reader)] == ["broadcast"]
        assert [(one.kind, one.path) for one in notices(reader)] == [("hub_news", f"/news/{row.id}")]


def test_who_wants_no_news_is_left_out_and_counted(app: HubFlask, news: News) -> None:
    with app.app_context():
        off, muted, left = (make_member(news.hub_id, name).account_id for name in ("Off", "Muted", "Left"))
        with hub_scope(news.hub_id), unit_of_work():
            notifications.unsubscribe(account_id=off, hub_id=news.hub_id, kind="hub_news")
            notifications.mute(account_id=muted, hub_id=news.hub_id, now=NOW)
            membership.leave(account_id=left, now=NOW)
        row = news.send()
        assert (row.mailed, row.told, row.left_out) == (1, 0, 2)
        assert [mails(one) for one in (off, muted, left)] == [[], [], []]
        assert [len(notices(one)) for one in (off, muted, left)] == [1, 0, 0]


def test_in_quiet_hours_and_for_the_digest_it_waits_with_the_notices(app: HubFlask, news: News) -> None:
    with app.app_context():
        quiet, daily = (make_member(news.hub_id, name).account_id for name in ("Quiet", "Daily"))
        with no_hub(), unit_of_work():
            notifications.save_settings(
                account_id=quiet, rhythm="daily", weekday=0, hour=8, timezone="UTC", quiet=(12, 15), now=NOW
            )
            notifications.choose(account_id=daily, hub_id=None, wanted={"hub_news": (True, "daily")})
        row = news.send()
        assert (row.mailed, row.told) == (1, 2)
        (held,), (kept,) = notices(quiet), notices(daily)
        assert (held.mail_due_at, kept.mail_due_at) == (NOW + timedelta(hours=3), None)


def test_a_segment_reaches_its_people_only(app: HubFlask, news: News) -> None:
    with app.app_context():
        seller = make_member(news.hub_id, "Bastien", now=NOW - timedelta(days=90)).account_id
        fresh = make_member(news.hub_id, "Ann").account_id
        with hub_scope(news.hub_id), unit_of_work():
            make_listing(seller_account_id=seller)
        assert news.send(segment="sellers").mailed == 1
        news.send(segment="new", subject="Welcome")
        assert [[mail.context["title"] for mail in mails(one)] for one in (seller, fresh)] == [
            ["Open day"],
            ["Welcome"],
        ]


def test_it_goes_in_batches_and_on_after_a_crash_where_it_was(
    app: HubFlask, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "BATCH", 2)
    with app.app_context():
        people = [make_member(news.hub_id, f"Member {number}").account_id for number in range(4)]
        broadcast_id = news.write()
        news.schedule(broadcast_id)
        assert news.batch(broadcast_id) is True
        with pytest.raises(RuntimeError, match="crash"), hub_scope(news.hub_id), unit_of_work():
            services.send_batch(broadcast_id=broadcast_id, now=NOW)
            raise RuntimeError("crash")
        assert news.row(broadcast_id).mailed == 2
        assert [news.batch(broadcast_id), news.batch(broadcast_id)] == [True, False]
        assert [len(mails(one)) for one in people] == [1, 1, 1, 1]


def test_it_waits_for_its_time_and_can_be_taken_back_until_then(app: HubFlask, news: News) -> None:
    with app.app_context():
        broadcast_id = news.write()
        news.schedule(broadcast_id, minutes=30)
        assert news.batch(broadcast_id, minutes=29) is False
        with hub_scope(news.hub_id), unit_of_work():
            services.take_back(broadcast_id=broadcast_id, actor=SYSTEM, now=NOW)
        assert news.batch(broadcast_id, minutes=31) is False
        assert news.row(broadcast_id).status == "draft"


def test_what_is_on_its_way_is_neither_changed_nor_taken_back(app: HubFlask, news: News) -> None:
    with app.app_context():
        row = news.send()
        with pytest.raises(AlreadyGoing):
            news.write(broadcast_id=row.id)
        with pytest.raises(AlreadyGoing):
            news.schedule(row.id)
        with pytest.raises(AlreadyGoing), hub_scope(news.hub_id), unit_of_work():
            services.take_back(broadcast_id=row.id, actor=SYSTEM, now=NOW)


def test_a_time_that_is_over_is_refused(app: HubFlask, news: News) -> None:
    with app.app_context(), pytest.raises(NotLater):
        news.schedule(news.write(), minutes=0)


def test_the_sweep_asks_once_for_what_is_due(app: HubFlask, news: News) -> None:
    with app.app_context():
        due, later = news.write(), news.write()
        news.schedule(due, minutes=5)
        news.schedule(later, minutes=50)
        with platform_scope(reason="test"), unit_of_work():
            assert network.due(now=NOW + timedelta(minutes=6)) == [(news.hub_id, due)]
            for _time in range(2):
                services.ask_for_batch(hub_id=news.hub_id, broadcast_id=due)
        assert [name for name, _hub, _arguments in waiting(app)].count(BATCH) == 1


def test_its_numbers_tell_what_became_of_the_mails(app: HubFlask, news: News) -> None:
    with app.app_context():
        reader = make_member(news.hub_id, "Amina").account_id
        row = news.send()
    run_all(app, only="notifications.send")
    with app.app_context(), hub_scope(news.hub_id), unit_of_work():
        assert queries.numbers(row.id) == queries.Numbers(sent=2, undeliverable=0, unsubscribed=0)
        notifications.unsubscribe(account_id=reader, hub_id=news.hub_id, kind="hub_news")
        assert queries.numbers(row.id).unsubscribed == 1


def test_a_connector_writes_looks_tries_and_sends(app: HubFlask, news: News) -> None:
    page = Browser(app, news.hub_id, news.author)
    data = {"subject": "Open day", "body_md": TEXT, "segment": "everybody"}
    answer = page.post("/manage/broadcasts/new", data)
    path = answer.location
    assert "Saturday" in page.get(path).text
    assert page.post(f"{path}/test", form_page=path).status_code == 303
    assert page.post(f"{path}/send", {"when": "now"}, form_page=path).status_code == 303
    run_all(app)
    shown = page.get(path).text
    assert "Mails sent" in shown
    with app.app_context():
        assert len(mails(news.author)) == 2  # the test, and the real one


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_preview_lets_in_the_mails_own_styles_and_nothing_else(app: HubFlask, news: News, look: str) -> None:
    with app.app_context():
        broadcast_id = news.write()
    answer = Browser(app, news.hub_id, news.author).get(f"/manage/broadcasts/{broadcast_id}/mail/{look}")
    assert answer.status_code == 200
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
    assert 'href="http://lyon.localhost:8000/market"' in answer.text
    assert ("#161613 !important" in answer.text) is (look == "dark")


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"subject": ""}, "Enter a subject"), ({"segment": "planet"}, "Choose one"), ({"body_md": "x" * 20_001}, "20000")],
)
def test_what_cannot_be_sent_is_refused_at_its_field(
    app: HubFlask, news: News, changes: dict[str, str], said: str
) -> None:
    data = {"subject": "Open day", "body_md": TEXT, "segment": "everybody", **changes}
    answer = Browser(app, news.hub_id, news.author).post("/manage/broadcasts/new", data)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_only_who_may_write_to_all_sees_broadcasts_and_drafts_are_not_news(app: HubFlask, news: News) -> None:
    with app.app_context():
        reader = make_member(news.hub_id, "Amina").account_id
        draft, sent = news.write(), news.send().id
    page = Browser(app, news.hub_id, reader)
    assert [page.get(path).status_code for path in ("/manage/broadcasts", f"/manage/broadcasts/{sent}")] == [403, 403]
    assert [page.get(f"/news/{one}").status_code for one in (draft, sent)] == [404, 200]
