"""Mails that came back: the reason is kept, they can be sent again, and an address can be marked."""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Iterator

import pytest
from flask_mailman import EmailMultiAlternatives
from flask_mailman.backends import locmem

from hubapp.console.views.mails import PAGE
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import services
from hubapp.people.notifications.errors import NotToRetry
from hubapp.people.notifications.models import BadAddress, Mail
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.support.paged import seen

ADDRESS = "gone@example.org"


class Server:
    """A mail server that refuses some recipients for good."""

    def __init__(self) -> None:
        self.refused: set[str] = {ADDRESS}
        self.taken: list[EmailMultiAlternatives] = []


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    there = Server()

    def send_messages(_self: object, messages: list[EmailMultiAlternatives]) -> int:
        for message in messages:
            if set(message.to) & there.refused:
                raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such mailbox")})
            there.taken.append(message)
        return len(messages)

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", send_messages)
    return there


def send(app: HubFlask, template: str = "password_changed", **context: str) -> uuid.UUID:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        mail_id = services.send_mail(template=template, hub_id=None, context=context, to_email=ADDRESS, now=NOW)
    run_all(app)
    return mail_id


def row(app: HubFlask, mail_id: uuid.UUID) -> Mail:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return db.session.get_one(Mail, mail_id)


def test_a_refused_mail_shows_its_reason_and_goes_once_the_address_works(
    app: HubFlask, server: Server, central: Browser
) -> None:
    mail_id = send(app)
    page = central.get("/console/mails").text
    assert ADDRESS in page
    assert "no such mailbox" in page
    assert "1 mail came back" in central.get("/console/").text
    server.refused.clear()
    assert central.post(f"/console/mails/{mail_id}/retry").status_code == 303
    run_all(app)
    assert (row(app, mail_id).status, len(server.taken)) == ("sent", 1)
    assert "Every mail arrived" in central.get("/console/mails").text


def test_a_marked_address_is_not_even_tried(app: HubFlask, server: Server, central: Browser) -> None:
    server.refused.clear()
    assert central.post("/console/mails/addresses", address=ADDRESS, reason="moved away").status_code == 303
    mail_id = send(app)
    assert server.taken == []
    assert "moved away" in (row(app, mail_id).failure or "")
    central.post("/console/mails/addresses", address=ADDRESS, act="forgive")
    central.post(f"/console/mails/{mail_id}/retry")
    run_all(app)
    assert len(server.taken) == 1


def test_a_mail_with_a_link_is_forgotten_and_not_sent_again(app: HubFlask, server: Server) -> None:
    mail_id = send(app, "reset", token="secret", name="Ann")
    assert (row(app, mail_id).status, row(app, mail_id).context) == ("undeliverable", {})
    with app.app_context(), platform_scope(reason="test"), unit_of_work(), pytest.raises(NotToRetry):
        services.retry(mail_id=mail_id)


def test_a_mail_that_went_is_not_sent_again(app: HubFlask, server: Server) -> None:
    server.refused.clear()
    mail_id = send(app)
    with app.app_context(), platform_scope(reason="test"), unit_of_work(), pytest.raises(NotToRetry):
        services.retry(mail_id=mail_id)


def test_marked_addresses_go_on_and_are_known_on_whatever_page_they_are(
    app: HubFlask, server: Server, central: Browser
) -> None:
    send(app)
    wanted = [f"a{number:03}@example.org" for number in range(2 * PAGE + 3)]
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.add_all(BadAddress(address=one, reason="–", noted_at=NOW) for one in (*wanted, ADDRESS))
    shown = seen(central.get, "/console/mails", r">([a-z0-9]+@example\.org)</td>", "Addresses that take no mail")
    assert [len(page) for page in shown] == [PAGE, PAGE, 4]
    assert [one for page in shown for one in page] == [*wanted, ADDRESS]
    assert "Mark the address" not in central.get("/console/mails").text
    assert central.get("/console/mails?before=x&bad=%00").text.count('rel="prev"') == 0


def test_mails_that_came_back_go_on(app: HubFlask, central: Browser) -> None:
    same = {"template": "reset", "context": {}, "status": "undeliverable", "created_at": NOW}
    wanted = [f"b{number:03}@example.org" for number in range(PAGE + 3)]
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.add_all(Mail(address=one, **same) for one in wanted)
    shown = seen(central.get, "/console/mails", r"<h2>([a-z0-9]+@example\.org)</h2>", "Mails that came back")
    assert [len(page) for page in shown] == [PAGE, 3]
    assert [one for page in shown for one in page] == wanted[::-1]
