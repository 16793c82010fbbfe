"""Mails: in the reader's language, in the hub's look, sent once, and with no way to add a header."""

from __future__ import annotations

import email
import uuid
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask_mailman import EmailMultiAlternatives
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from hubapp.jobs.worker import run_job
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import outbox, policies, rendering, services
from hubapp.people.notifications.errors import BadAddress
from hubapp.people.notifications.models import Mail
from hubapp.people.notifications.rendering import Letter
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all

OURS = (
    "already_registered",
    "change",
    "confirm",
    "email_changed",
    "no_account",
    "password_changed",
    "reset",
    "second_factor",
)


@pytest.fixture
def sent(app: HubFlask) -> Iterator[list[EmailMultiAlternatives]]:
    mailman = app.extensions["mailman"]
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []


def write(hub_id: int | None = None, **values: Any) -> uuid.UUID:
    """Ask for a mail in a transaction of its own."""
    given: dict[str, Any] = {
        "template": "reset",
        "context": {"token": "a-token"},
        "now": NOW,
        "hub_id": hub_id,
    } | values
    scope = no_hub() if hub_id is None else hub_scope(hub_id)
    with scope, unit_of_work():
        return services.send_mail(**given)


def test_a_mail_has_text_and_html_with_the_link(app: HubFlask, sent: list[EmailMultiAlternatives]) -> None:
    with app.app_context():
        write(to_account_id=make_account("Amina", "amina@example.org"))
    run_all(app)
    assert (sent[0].to, sent[0].subject) == (["amina@example.org"], "Set a new password")
    html, kind = sent[0].alternatives[0]
    assert kind == "text/html"
    assert "http://localhost:8000/reset/a-token" in sent[0].body
    assert 'href="http://localhost:8000/reset/a-token"' in html


def test_a_mail_wears_the_hubs_name_and_colour(app: HubFlask, sent: list[EmailMultiAlternatives]) -> None:
    with app.app_context():
        hub_id = make_hub("lyon", name="L'Établi", theme={"primary": "#1d3fa6"})
        write(hub_id, to_email="amina@example.org")
    run_all(app)
    html, _kind = sent[0].alternatives[0]
    assert str(make_header(decode_header(sent[0].from_email))) == "L'Établi <hello@glocal.example>"
    assert "background:#1d3fa6;color:#ffffff" in html


def test_a_mail_reads_in_its_readers_direction(app: HubFlask) -> None:
    with app.app_context():
        _subject, _text, html = rendering.render(Letter("reset", "a@example.org", "", "ar", None, {"token": "x"}))
        _subject, _text, other = rendering.render(Letter("reset", "a@example.org", "", "en", None, {"token": "x"}))
    assert '<html lang="ar" dir="rtl">' in html
    assert '<html lang="en" dir="ltr">' in other


@pytest.mark.parametrize("template", OURS)
def test_every_mail_renders(app: HubFlask, template: str) -> None:
    with app.app_context():
        hub = tenancy.hub_view(make_hub("lyon"))
        letter = Letter(template, "a@example.org", "<b>Amina</b>", "en", hub, {"token": "x", "is_on": True, "name": ""})
        subject, plain, html = rendering.render(letter)
    assert subject
    assert "{{" not in subject + plain + html
    assert "<b>Amina</b>" not in html


def test_a_mail_is_sent_once_and_forgets_what_it_said(app: HubFlask, sent: list[EmailMultiAlternatives]) -> None:
    with app.app_context():
        mail_id = write(to_email="amina@example.org")
    run_all(app)
    run_job(app, name=services.SEND, hub_id=None, arguments={"mail_id": str(mail_id)})
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        mail = db.session.scalars(select(Mail)).one()
        assert (mail.status, mail.context, len(sent)) == ("sent", {}, 1)


def test_nothing_is_sent_for_what_was_rolled_back(app: HubFlask, sent: list[EmailMultiAlternatives]) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="no"), no_hub(), unit_of_work():
        services.send_mail(template="reset", to_email="a@example.org", hub_id=None, context={"token": "x"}, now=NOW)
        raise RuntimeError("no")
    assert run_all(app) == 0
    assert sent == []


def test_the_app_role_cannot_read_mails(app: HubFlask) -> None:
    with app.app_context(), no_hub(), pytest.raises(ProgrammingError, match="permission denied"), unit_of_work():
        db.session.execute(text("SELECT * FROM mail"))


@pytest.mark.parametrize(
    "address", ["a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "", "Amina <a@example.org>"]
)
def test_an_address_that_adds_headers_is_refused(app: HubFlask, address: str) -> None:
    with app.app_context(), pytest.raises(BadAddress):
        write(to_email=address)


def test_a_name_cannot_add_a_header(app: HubFlask, sent: list[EmailMultiAlternatives]) -> None:
    with app.app_context():
        hub_id = make_hub("lyon", name="Lyon\r\nBcc: victim@example.org")
        write(hub_id, template="confirm", to_email="amina@example.org")
    run_all(app)
    with app.app_context():
        parsed = email.message_from_bytes(sent[0].message().as_bytes(), policy=default)
    assert parsed["Bcc"] is None
    assert "\n" not in sent[0].subject


def test_a_mail_that_does_not_exist_is_a_mistake_of_the_caller(app: HubFlask) -> None:
    for name in ("no_such_mail", "../confirm", "_base"):
        with app.app_context(), pytest.raises(LookupError):
            write(template=name, to_email="a@example.org")


def test_files_hold_one_mail_each_for_their_owner_only(app: HubFlask, tmp_path: Path) -> None:
    mailman = app.extensions["mailman"]
    kept = mailman.file_path
    mailman.file_path = str(tmp_path / "mail")
    with app.app_context():
        message = EmailMultiAlternatives("Subject", "Text", "hub@example.org", ["amina@example.org"])
        assert outbox.FileBackend(mailman=mailman).send_messages([message]) == 1
    mailman.file_path = kept
    file = next((tmp_path / "mail").glob("*.eml"))
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert email.message_from_bytes(file.read_bytes())["To"] == "amina@example.org"


@pytest.mark.parametrize(
    ("colour", "ink"), [("#ffffff", "#000000"), ("#1d3fa6", "#ffffff"), ("#f5b82e", "#000000"), ("odd", "#ffffff")]
)
def test_button_text_is_readable(colour: str, ink: str) -> None:
    assert policies.readable_on(colour) == ink
