"""What the lock of a mail prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask_mailman import EmailMultiAlternatives

from hubapp.kernel.db import unit_of_work
from hubapp.people.notifications import services
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import no_hub
from tests.conftest import Live
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW
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
