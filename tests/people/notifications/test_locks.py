"""What the locks of mails, notices and digests prevent: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask_mailman import EmailMultiAlternatives
from sqlalchemy.orm.exc import StaleDataError

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import services
from hubapp.people.notifications.models import DigestDue
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from tests.conftest import Live
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import waiting
from tests.factories.notices import Told, digest, mail_due, mails, make_told
from tests.factories.pushing import switch_on
from tests.factories.races import overtaken, without_lock


@pytest.fixture
def sent(live: Live) -> Iterator[list[EmailMultiAlternatives]]:
    mailman = live.app.extensions["mailman"]
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []


def across(live: Live, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return act()

    return done


def deliver_twice(live: Live) -> None:
    """Two workers have the same mail to send."""
    with live.app.app_context():
        account_id = make_account("Amina")
        with no_hub(), unit_of_work():
            mail_id = services.send_mail(
                to_account_id=account_id, template="password_changed", hub_id=None, context={}, now=NOW
            )
    deliver = across(live, lambda: services.deliver(mail_id=mail_id, now=NOW))
    with overtaken(live.app, "mail", deliver):
        deliver()


def test_a_mail_goes_once(live: Live, sent: list[EmailMultiAlternatives]) -> None:
    deliver_twice(live)
    assert len(sent) == 1


def test_without_its_lock_it_goes_twice(live: Live, sent: list[EmailMultiAlternatives]) -> None:
    with without_lock("people.notifications.services.mails._locked"):
        deliver_twice(live)
    assert len(sent) == 2


@pytest.fixture
def told(live: Live) -> Told:
    with live.app.app_context():
        return make_told(make_hub("lyon"))


def mail_at_once_twice(live: Live, told: Told) -> tuple[bool, int]:
    """Two workers see that a notice is to be mailed; (whether the second had to wait, how many mails there are)."""
    with live.app.app_context():
        told.choose(mail="now")
        told.tell()

    def mail() -> int:
        with live.app.app_context():
            return mail_due(NOW)

    # The lock lets the second pass by: it is to have all the time it needs.
    with overtaken(live.app, "notice", mail, patience=15) as other:
        mail()
    with live.app.app_context():
        return not other.is_through, len(mails(told.reader))


def test_a_notice_is_mailed_once_and_nobody_waits_for_it(live: Live, told: Told) -> None:
    assert mail_at_once_twice(live, told) == (False, 1)


def test_without_the_notices_lock_it_is_mailed_twice(live: Live, told: Told) -> None:
    with without_lock("people.notifications.services.outgoing.mail_due"):
        assert mail_at_once_twice(live, told) == (False, 2)


def push_at_once_twice(live: Live, told: Told) -> tuple[bool, int]:
    """Two workers see that a notice is to be shown; (whether the second had to wait, how many jobs there are)."""
    with live.app.app_context():
        switch_on(told.reader, told.hub_id, "https://push.example.net/1")
        told.choose(mail="off")
        with hub_scope(told.hub_id), unit_of_work():
            wanted, pushed = {"member_brought": (True, "off")}, {"member_brought": True}
            services.choose(account_id=told.reader, hub_id=told.hub_id, wanted=wanted, pushed=pushed)
        told.tell()

    def ask() -> int:
        with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return services.push_due(now=NOW, wall=clock.wall())

    with overtaken(live.app, "notice", ask, patience=15) as other:
        ask()
    return not other.is_through, [name for name, _hub, _arguments in waiting(live.app)].count(services.PUSH)


def test_a_notice_is_shown_once_and_nobody_waits_for_it(live: Live, told: Told) -> None:
    assert push_at_once_twice(live, told) == (False, 1)


def test_without_its_lock_it_is_shown_twice(live: Live, told: Told) -> None:
    with without_lock("people.notifications.services.pushing.push_due"):
        assert push_at_once_twice(live, told) == (False, 2)


DIGEST_AT = NOW + timedelta(days=1)  # after eight in Paris


def tell_while_the_digest_is_written(live: Live, told: Told, about: str = "b") -> list[int]:
    """Somebody is told of more when what waits has been gathered; how many notices each of their digests holds."""
    with live.app.app_context():
        told.tell("1", about="a")

    def tell() -> None:
        with live.app.app_context():
            told.tell("2", about=about, now=DIGEST_AT)

    with live.app.app_context():
        with overtaken(live.app, "notice", tell):
            digest(told.reader, DIGEST_AT)
        digest(told.reader, DIGEST_AT + timedelta(days=1))
        return [mail.context["count"] for mail in mails(told.reader)]


@pytest.mark.parametrize("about", ["a", "b"])  # "a": what the digest tells of, whose row both write
def test_what_comes_too_late_for_a_digest_is_in_the_next_one(live: Live, told: Told, about: str) -> None:
    assert tell_while_the_digest_is_written(live, told, about) == [1, 1]


def test_without_the_digests_lock_it_is_in_none(live: Live, told: Told) -> None:
    with without_lock("people.notifications.services.digests.due_for_change"):
        assert tell_while_the_digest_is_written(live, told) == [1]


def choose_as_the_digest_goes(live: Live, told: Told) -> int | None:
    """Somebody chooses another hour when their digest is due; the hour (UTC) at which it is due then."""
    with live.app.app_context():
        told.tell()
    wishes: dict[str, Any] = {"rhythm": "daily", "weekday": 0, "hour": 20, "timezone": "UTC", "quiet": None}

    def send() -> bool:
        with live.app.app_context():
            return digest(told.reader, DIGEST_AT)

    with overtaken(live.app, "digest_due", send), live.app.app_context(), no_hub(), unit_of_work():
        services.save_settings(account_id=told.reader, **wishes, now=DIGEST_AT)
    due = across(live, lambda: db.session.get(DigestDue, told.reader))()
    return None if due is None else due.due_at.hour


def test_a_digest_that_is_due_goes_at_the_hour_just_chosen(live: Live, told: Told) -> None:
    assert choose_as_the_digest_goes(live, told) == 20


def test_without_the_digests_lock_choosing_fails(live: Live, told: Told) -> None:
    with without_lock("people.notifications.services.digests.due_for_change"), pytest.raises(StaleDataError):
        choose_as_the_digest_goes(live, told)
