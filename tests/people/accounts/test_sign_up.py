"""Signing up, and the links that mails carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask_mailman import EmailMessage
from sqlalchemy import select, text

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.models import Account, EmailToken
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import PASSWORD, make_account, sign_in
from tests.factories.hubs import make_hub
from tests.factories.jobs import run_all
from tests.people.accounts.conftest import Loopback, Visitor, follow, visible

NEW = {"name": "Amina Diallo", "email": "amina@example.org", "password": PASSWORD}


@pytest.fixture
def mails(app: HubFlask) -> Iterator[list[EmailMessage]]:
    """What was sent."""
    mailman = app.extensions["mailman"]
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []


def link_in(mail: EmailMessage) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost:8000(/\S+)", mail.body)
    assert found
    return found[1]


def test_signing_up_confirming_and_being_signed_in(app: HubFlask, visitor: Visitor, mails: list[EmailMessage]) -> None:
    assert visitor.post("/sign-up", **NEW, next="/somewhere").location == "/sign-up/sent"
    run_all(app)
    assert (mails[0].to, visitor.get(link_in(mails[0])).status_code) == (["amina@example.org"], 200)
    assert visitor.post(link_in(mails[0])).location == "/somewhere"
    assert "Amina Diallo" in visitor.get("/me").text


def test_opening_the_link_elsewhere_confirms_but_does_not_sign_in(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    visitor.post("/sign-up", **NEW)
    run_all(app)
    elsewhere = Visitor(app.test_client())
    assert elsewhere.post(link_in(mails[0])).location == "/sign-in?next=%2Fme"
    assert elsewhere.post("/sign-in", email=NEW["email"], password=PASSWORD).status_code == 303


def test_signing_up_from_a_hub_leads_back_there(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage], loopback: Loopback
) -> None:
    with app.app_context():
        make_hub("lyon")
    lyon = "http://lyon.localhost:8000"
    form, path = follow(visitor, visitor.get("/auth/login?start=sign-up&next=/join", lyon))
    assert form.status_code == 200
    goal = path[-1].split("next=")[1]
    visitor.post("/sign-up", **NEW, next=re.sub("%([0-9A-F]{2})", lambda hit: chr(int(hit[1], 16)), goal))
    run_all(app)
    assert "Lyon" in mails[0].from_email
    _page, path = follow(visitor, visitor.post(link_in(mails[0])))
    assert path[-1] == f"{lyon}/join"


def test_a_taken_address_gets_the_same_answer_and_another_mail(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    with app.app_context():
        make_account(email=NEW["email"], password=PASSWORD)
    other = Visitor(app.test_client())
    taken = visitor.post("/sign-up", **NEW)
    fresh = other.post("/sign-up", **NEW | {"email": "someone@example.org"})
    assert (taken.status_code, taken.location) == (fresh.status_code, fresh.location)
    run_all(app)
    assert [mail.subject for mail in mails] == ["You already have an account", "Confirm your address for Glocal"]
    assert "/confirm/" not in mails[0].body


def test_a_planted_password_does_not_survive_the_owner_signing_up(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    Visitor(app.test_client()).post("/sign-up", **NEW | {"password": "planted by a stranger"})
    visitor.post("/sign-up", **NEW)
    run_all(app)
    assert len(mails) == 1
    visitor.post(link_in(mails[0]))
    fresh = Visitor(app.test_client())
    assert fresh.post("/sign-in", email=NEW["email"], password="planted by a stranger").status_code == 422
    assert fresh.post("/sign-in", email=NEW["email"], password=PASSWORD).status_code == 303


def test_a_link_works_once_and_then_offers_a_new_one(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    visitor.post("/sign-up", **NEW)
    run_all(app)
    visitor.post(link_in(mails[0]))
    answer = visitor.post(link_in(mails[0]))
    assert answer.status_code == 410
    assert 'action="/sign-up/again"' in answer.text


def test_an_old_link_is_refused_with_a_way_out(app: HubFlask, visitor: Visitor, mails: list[EmailMessage]) -> None:
    visitor.post("/sign-up", **NEW)
    run_all(app)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.scalars(select(EmailToken)).one().expires_at = clock.wall() - timedelta(seconds=1)
    assert visitor.get(link_in(mails[0])).status_code == 410
    assert visitor.post("/sign-up/again", email=NEW["email"]).status_code == 303
    run_all(app)
    assert visitor.post(link_in(mails[1])).status_code == 303


def test_nobody_signs_in_before_confirming(visitor: Visitor) -> None:
    visitor.post("/sign-up", **NEW)
    answer = visitor.post("/sign-in", email=NEW["email"], password=PASSWORD)
    assert (answer.status_code, "confirm your address" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "at least 10"),
        ("password123!", "first passwords"),
        ("Qwertyuiop1", "first passwords"),
        ("1111111111", "first passwords"),
        ("abcdefghijk", "first passwords"),
        ("amina-diallo1", "too close"),
        ("x" * 300, "at most 256"),
    ],
)
def test_a_weak_password_is_refused_at_its_field(visitor: Visitor, password: str, word: str) -> None:
    answer = visitor.post("/sign-up", **NEW | {"password": password})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert word in answer.text


@pytest.mark.parametrize(
    "email", ["a@b", "a b@example.org", "a@example.org\nBcc: x@example.org", "a@example.org,b@example.org", "@", ""]
)
def test_what_is_no_address_is_refused(visitor: Visitor, email: str) -> None:
    assert visitor.post("/sign-up", **NEW | {"email": email}).status_code == 422


def test_a_name_cannot_break_a_line(app: HubFlask, visitor: Visitor) -> None:
    visitor.post("/sign-up", **NEW | {"name": "Amina\r\nBcc: x@example.org\u202e"})
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert db.session.scalar(select(Account.name)) == "Amina Bcc: x@example.org"


def test_forgetting_a_password_gives_one_answer_to_all(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    with app.app_context():
        make_account(email="amina@example.org", password=PASSWORD)
    known, unknown = (
        visitor.post("/forgot", email="amina@example.org"),
        visitor.post("/forgot", email="nobody@example.org"),
    )
    assert visible(known) == visible(unknown)
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (303, "/forgot/sent")
    run_all(app)
    assert [mail.subject for mail in mails] == ["Set a new password", "There is no account with this address"]


def test_a_new_password_signs_out_everywhere(app: HubFlask, visitor: Visitor, mails: list[EmailMessage]) -> None:
    with app.app_context():
        account_id = make_account(email="amina@example.org", password=PASSWORD)
    elsewhere = Visitor(app.test_client())
    sign_in(elsewhere.client, account_id)
    visitor.post("/forgot", email="amina@example.org")
    run_all(app)
    link = link_in(mails[0])
    assert visitor.post(link, password="short").status_code == 422
    assert visitor.post(link, password="nine bridges and a bell").status_code == 303
    assert elsewhere.get("/me").status_code == 303
    assert visitor.post(link, password="nine bridges and a bell").status_code == 410
    assert visitor.post("/sign-in", email="amina@example.org", password="nine bridges and a bell").status_code == 303
    run_all(app)
    assert mails[-1].subject == "Your password was changed"


def test_the_address_changes_when_the_new_one_is_confirmed(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    with app.app_context():
        sign_in(visitor.client, make_account(email="old@example.org", password=PASSWORD))
    assert visitor.post("/me/email", email="new@example.org", password=PASSWORD).status_code == 303
    run_all(app)
    assert (mails[0].to, "old@example.org" in visitor.get("/me").text) == (["new@example.org"], True)
    visitor.post(link_in(mails[0]))
    run_all(app)
    assert "new@example.org" in visitor.get("/me").text
    assert (mails[1].to, mails[1].subject) == (["old@example.org"], "Your account has a new address")


def test_without_the_password_a_borrowed_session_cannot_move_an_account(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    with app.app_context():
        sign_in(visitor.client, make_account(email="old@example.org", password=PASSWORD))
    guessed = visitor.post("/me/email", email="new@example.org", password="not the password of this account")
    assert (guessed.status_code, "That is not your current password." in guessed.text) == (422, True)
    assert visitor.post("/me/email", email="new@example.org").status_code == 422
    run_all(app)
    assert mails == []


def test_moving_to_a_taken_address_is_refused_at_the_end(
    app: HubFlask, visitor: Visitor, mails: list[EmailMessage]
) -> None:
    with app.app_context():
        make_account(email="taken@example.org")
        sign_in(visitor.client, make_account(email="old@example.org", password=PASSWORD))
    visitor.post("/me/email", email="taken@example.org", password=PASSWORD)
    run_all(app)
    visitor.post(link_in(mails[0]))
    assert "There is already an account" in visitor.get("/me").text


def test_no_secret_stands_in_a_job(app: HubFlask, visitor: Visitor, mails: list[EmailMessage]) -> None:
    visitor.post("/sign-up", **NEW)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        before = str(db.session.execute(text("SELECT args FROM procrastinate_jobs")).all())
    run_all(app)
    token = link_in(mails[0]).rpartition("/")[2]
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        stored = str(db.session.execute(text("SELECT * FROM email_token")).all()) + str(
            db.session.execute(text("SELECT * FROM mail")).all()
        )
    assert token not in before + stored
    assert NEW["email"] not in before


def test_the_page_says_where_mails_go(app: HubFlask, visitor: Visitor) -> None:
    known = app.extensions["hubapp.settings"]
    app.extensions["hubapp.settings"] = known.model_copy(update={"mail_backend": "file"})
    shown = visitor.get("/sign-up").text
    app.extensions["hubapp.settings"] = known.model_copy(update={"mail_backend": "file", "env": "production"})
    hidden = visitor.get("/sign-up").text
    app.extensions["hubapp.settings"] = known
    assert str(known.data / "mail") in shown
    assert str(known.data) not in hidden


def test_next_survives_quoting(visitor: Visitor) -> None:
    assert (
        f'value="/enter?to={quote("http://x", safe="")}"'
        in visitor.get("/sign-in?next=" + quote("/enter?to=http%3A%2F%2Fx")).text
    )
