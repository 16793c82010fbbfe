"""Notices by mail: at once, after quiet hours, or with the digest; never what was read, never twice, never empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask_mailman import EmailMultiAlternatives

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import services, tokens
from hubapp.people.notifications.models import DigestSent
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.factories.notices import Told, digest, mail_due, mails, make_told, notices

PARIS = ZoneInfo("Europe/Paris")
# NOW is a Sunday noon in UTC; the digest comes at eight in Paris.
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=PARIS)


@pytest.fixture
def told(app: HubFlask) -> Told:
    with app.app_context():
        return make_told(make_hub("lyon", theme={"primary": "#1d3fa6"}))


@pytest.fixture
def sent(app: HubFlask) -> Iterator[list[EmailMultiAlternatives]]:
    mailman = app.extensions["mailman"]
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []


def settle(told: Told, **changes: Any) -> None:
    values: dict[str, Any] = {"rhythm": "daily", "weekday": 0, "hour": 8, "timezone": "Europe/Paris", "quiet": None}
    with no_hub(), unit_of_work():
        services.save_settings(account_id=told.reader, now=NOW, **{**values, **changes})


def read(told: Told) -> None:
    with hub_scope(told.hub_id), unit_of_work():
        services.read(account_id=told.reader, now=NOW)


def test_a_mail_at_once_goes_by_itself_with_its_way_out(
    app: HubFlask, told: Told, sent: list[EmailMultiAlternatives]
) -> None:
    with app.app_context():
        told.choose(mail="now")
        told.tell()
    run_all(app)
    (mail,) = sent
    assert mail.subject == "Ben joined through your link"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = mail.extra_headers["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    with app.app_context():
        assert tokens.read(token) == tokens.Stop(told.reader, told.hub_id, "member_brought")
    assert "http://lyon.localhost:8000/members" in mail.body
    assert "background:#1d3fa6" in mail.alternatives[0][0]


def test_letters_that_always_arrive_have_no_way_out(
    app: HubFlask, told: Told, sent: list[EmailMultiAlternatives]
) -> None:
    with app.app_context(), hub_scope(told.hub_id), unit_of_work():
        services.send_mail(
            to_account_id=told.reader, template="second_factor", hub_id=None, context={"is_on": True}, now=NOW
        )
    run_all(app)
    assert "List-Unsubscribe" not in sent[0].extra_headers


def test_quiet_hours_hold_mails_back_and_send_one_of_all_when_they_end(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.choose(mail="now")
        settle(told, quiet=(12, 15))
        told.tell("1")
        told.tell("2", now=NOW + timedelta(minutes=5))
        assert [mail_due(NOW + timedelta(minutes=minutes)) for minutes in (30, 119, 120, 121)] == [0, 0, 1, 0]
        (mail,) = mails(told.reader)
        assert mail.context["notice"]["count"] == 2


def test_what_was_read_while_it_was_held_is_not_mailed(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.choose(mail="now")
        settle(told, quiet=(12, 15))
        told.tell()
        read(told)
        assert mail_due(NOW + timedelta(hours=3)) == 0


def test_a_digest_comes_at_the_local_hour_and_says_what_is_unread(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell("1", about="a")
        told.tell("2", about="b")
        assert [digest(told.reader, MONDAY - timedelta(minutes=1)), digest(told.reader, MONDAY)] == [False, True]
        (mail,) = mails(told.reader)
        assert (mail.template, mail.hub_id, mail.context["count"]) == ("digest", told.hub_id, 2)


def test_quiet_hours_hold_the_digest_back_until_they_end(app: HubFlask, told: Told) -> None:
    with app.app_context():
        settle(told, quiet=(22, 10))
        told.tell()
        assert [digest(told.reader, MONDAY + timedelta(minutes=minutes)) for minutes in (0, 119, 120)] == [
            False, False, True,
        ]  # fmt: skip


def test_a_digest_that_nobody_came_to_send_in_time_waits_as_well(app: HubFlask, told: Told) -> None:
    with app.app_context():
        settle(told, quiet=(9, 11))
        told.tell()
        late = MONDAY + timedelta(minutes=90)
        assert [digest(told.reader, late), digest(told.reader, MONDAY + timedelta(hours=3))] == [False, True]


def test_a_digest_is_never_empty(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell()
        read(told)
        assert digest(told.reader, MONDAY) is False
        assert mails(told.reader) == []


def test_a_digest_says_nothing_twice_and_comes_once_a_day(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell("1")
        assert digest(told.reader, MONDAY) is True
        assert digest(told.reader, MONDAY + timedelta(days=1)) is False
        told.tell("2", now=MONDAY + timedelta(hours=1))
        settle(told, hour=12)  # later on the same day: it has had its digest
        assert digest(told.reader, MONDAY.replace(hour=12)) is False
        assert digest(told.reader, MONDAY.replace(hour=12) + timedelta(days=1)) is True


def test_what_is_no_longer_wanted_is_left_out_of_the_digest(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell()
        with hub_scope(told.hub_id), unit_of_work():
            services.unsubscribe(account_id=told.reader, hub_id=told.hub_id, kind="*")
        assert digest(told.reader, MONDAY) is False


def test_weekly_kinds_wait_for_their_day(app: HubFlask, told: Told) -> None:
    with app.app_context():
        settle(told, weekday=2)
        told.choose(mail="weekly")
        told.tell("1", about="a")
        assert digest(told.reader, MONDAY) is False
        assert digest(told.reader, MONDAY + timedelta(days=2)) is True


def test_a_digest_over_two_hubs_is_one_mail_in_the_networks_look(
    app: HubFlask, told: Told, sent: list[EmailMultiAlternatives]
) -> None:
    with app.app_context():
        other = make_told(make_hub("nairobi", timezone="Africa/Nairobi"))
        make_member(other.hub_id, "Amina", account_id=told.reader)
        told.tell()
        other.tell(to_account_ids=[told.reader])
        assert digest(told.reader, MONDAY) is True
    run_all(app, only="notifications.send")
    (mail,) = sent
    assert "Lyon" in mail.body and "Nairobi" in mail.body  # noqa: PT018
    assert "http://nairobi.localhost:8000/members" in mail.alternatives[0][0]
    assert mail.subject == "2 new notices from your hubs"


def test_a_crash_before_the_commit_leaves_the_digest_to_the_next_try(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell()
        with pytest.raises(RuntimeError, match="crash"), platform_scope(reason="test"), unit_of_work():
            services.send_digest(account_id=told.reader, now=MONDAY)
            raise RuntimeError("crash")
        assert mails(told.reader) == []
        assert [digest(told.reader, MONDAY), digest(told.reader, MONDAY)] == [True, False]
        assert len(mails(told.reader)) == 1
        assert notices(told.reader)[0].mailed_at == MONDAY
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.get_one(DigestSent, (told.reader, date(2026, 11, 23))).at == MONDAY
