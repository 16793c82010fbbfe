"""A broadcast in several languages of its hub: everybody gets it whole in their own, or in the hub's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask_mailman import EmailMultiAlternatives
from sqlalchemy import update

from hubapp.community.broadcasts import queries
from hubapp.community.broadcasts.models import Broadcast
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.models import Account
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member
from tests.factories.notices import notices
from tests.support.browsing import Browser

FRENCH = {"subject": "Portes ouvertes", "body_md": "Venez **samedi**.", "segment": "everybody"}
ENGLISH = {"en-subject": "Open day", "en-body_md": "Come on **Saturday**."}
NEW = "/manage/broadcasts/new"


@pytest.fixture
def lyon(app: HubFlask) -> int:
    """A hub that speaks French, and English besides."""
    with app.app_context():
        return make_hub("lyon", locales=["fr", "en"], default_locale="fr")


@pytest.fixture
def maud(app: HubFlask, lyon: int) -> Browser:
    with app.app_context():
        account = make_account("Maud", "maud@example.org", locale="en")
        make_connector(lyon, account_id=account)
    return Browser(app, lyon, account)


@pytest.fixture
def sent(app: HubFlask) -> Iterator[list[EmailMultiAlternatives]]:
    mailman = app.extensions["mailman"]
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []


def reader(app: HubFlask, hub_id: int, locale: str) -> uuid.UUID:
    with app.app_context():
        account = make_member(hub_id, f"Reader of {locale}").account_id
        with platform_scope(reason="test"), unit_of_work():
            db.session.execute(update(Account).where(Account.id == account).values(locale=locale))
    return account


def written(maud: Browser, **changes: str) -> str:
    """Where the broadcast stands that was written in both languages."""
    answer = maud.post(NEW, {**FRENCH, **ENGLISH, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def held(app: HubFlask, hub_id: int, path: str) -> dict[str, Any]:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        row: Broadcast = queries.broadcast(uuid.UUID(path.rsplit("/", 1)[1]))
        return {"subject": row.subject, "words": row.words}


def test_each_reader_gets_mail_notice_and_page_in_one_language(
    app: HubFlask, lyon: int, maud: Browser, sent: list[EmailMultiAlternatives]
) -> None:
    people = {locale: reader(app, lyon, locale) for locale in ("fr", "en", "ar")}
    path = written(maud)
    assert maud.post(f"{path}/send", {"when": "now"}, form_page=path).status_code == 303
    run_all(app)
    subjects = {"fr": "Portes ouvertes", "en": "Open day", "ar": "Portes ouvertes"}
    for locale, account in people.items():
        with app.app_context():
            notice = next(one for one in notices(account) if one.kind == "hub_news")
        (mail,) = [one for one in sent if one.to == [f"{account.hex}@example.org"] and one.subject in subjects.values()]
        assert (mail.subject, notice.context["subject"]) == (subjects[locale], subjects[locale])
        page = Browser(app, lyon, account).get(notice.path).text
        assert f"<h1>{subjects[locale]}" in page.replace(' dir="auto"', "")
    english = [one.body for one in sent if one.subject == "Open day"]
    assert len(english) == 2  # Maud's, too
    assert all("Saturday" in body and "samedi" not in body and "Unsubscribe" in body for body in english)


def test_a_second_language_is_optional_and_can_be_taken_out_again(app: HubFlask, lyon: int, maud: Browser) -> None:
    path = written(maud)
    both = {"en": {"subject": "Open day", "body_md": "Come on **Saturday**."}}
    assert held(app, lyon, path) == {"subject": "Portes ouvertes", "words": both}
    assert 'value="Open day"' in maud.get(f"{path}/edit").text
    assert maud.post(f"{path}/edit", {**FRENCH, "en-subject": "", "en-body_md": ""}).status_code == 303
    assert held(app, lyon, path) == {"subject": "Portes ouvertes", "words": {}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"en-subject": ""}, "Enter a subject."),
        ({"en-body_md": " "}, "Write something."),
        ({"en-subject": "x" * 121}, "120"),
        ({"subject": ""}, "Enter a subject."),
    ],
)
def test_half_a_letter_is_refused_at_its_field_and_nothing_is_lost(
    maud: Browser, changes: dict[str, str], said: str
) -> None:
    answer = maud.post(NEW, {**FRENCH, **ENGLISH, **changes})
    assert answer.status_code == 422
    (field,) = changes
    assert f'href="#{field}"' in answer.text
    assert said in answer.text
    assert "Venez **samedi**." in answer.text


def test_it_is_looked_at_in_both_before_it_goes(maud: Browser) -> None:
    path = written(maud)
    page = maud.get(path).text
    assert [words for words in ("samedi", "Saturday", "Français", "English") if words not in page] == []
    for code, subject, stop in (("fr", "Portes ouvertes", "Se désabonner"), ("en", "Open day", "Unsubscribe")):
        assert f"{path}/mail/dark?in={code}" in page
        text = maud.get(f"{path}/mail/text?in={code}").text
        assert text.startswith(subject)
        assert stop in text
    assert maud.get(f"{path}/mail/text?in=de").text.startswith("Open day")  # her own


def test_a_hub_of_one_language_is_asked_for_one(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("nairobi", locales=["en"], default_locale="en")
        account = make_connector(hub_id).account_id
    page = Browser(app, hub_id, account)
    assert page.get(NEW).text.count("<textarea") == 1
    path = page.post(NEW, {**FRENCH, "en-subject": "x", "fr-subject": "y"}).location
    assert held(app, hub_id, path)["words"] == {}
    assert "?in=" not in page.get(path).text
