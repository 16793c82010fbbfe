"""Papers: made once of what a page says, by the worker, for whoever may see the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from hubapp.jobs.worker import run_job
from hubapp.kernel import clock, files, pdf
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.files import Files, NoSuchFile
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.papers import services
from hubapp.people.papers.models import Paper
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.races import together
from tests.support import papers
from tests.support.browsing import Browser
from tests.support.papers import download, needs_pango, words

PATH = "/me/earnings/periods/2026"


@pytest.fixture
def no_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from papers.without_pango(monkeypatch)


@pytest.fixture
def hub_id(app: HubFlask) -> int:
    with app.app_context():
        return make_hub("lyon")


@pytest.fixture
def account_id(app: HubFlask, hub_id: int) -> UUID:
    with app.app_context():
        return make_account("Anna Example")


@pytest.fixture
def own(app: HubFlask, hub_id: int, account_id: UUID) -> Browser:
    return Browser(app, hub_id, account_id)


def ask(app: HubFlask, hub_id: int, account_id: UUID, html: str = "<p>x</p>", now=None) -> UUID:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        given = {"name": "x.pdf", "address": "/x.pdf", "sheet": "/x"}
        return services.ask(account_id=account_id, html=html, now=now or clock.wall(), **given).id


# What the open page sends while it waits.
ASKS = {"HX-Request": "true"}


def all_papers(app: HubFlask) -> list[Paper]:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return list(db.session.scalars(select(Paper).order_by(Paper.id)))


def store(app: HubFlask) -> Files:
    return files.opened(app.extensions["hubapp.settings"])


@needs_pango
def test_a_page_waits_for_its_pdf_and_goes_on_by_itself(app: HubFlask, own: Browser) -> None:
    asked = own.get(f"{PATH}.pdf")
    assert asked.status_code == 303
    page = own.get(asked.location).text
    assert 'http-equiv="refresh" content="2"' in page
    assert "is being made" in page
    assert f"{PATH}?print=1" in page
    assert own.get(asked.location, headers=ASKS).status_code == 204
    run_all(app, only="papers.")
    assert own.get(asked.location, headers=ASKS).headers["HX-Refresh"] == "true"
    assert f'http-equiv="refresh" content="0; url={PATH}.pdf"' in own.get(asked.location).text
    file = own.get(f"{PATH}.pdf")
    assert file.headers["Content-Disposition"] == 'attachment; filename="statement-lyon-2026.pdf"'
    assert "Statement 2026" in words(file.data)
    assert "Anna Example" in words(file.data)


@needs_pango
def test_the_same_page_is_made_once_and_a_changed_one_anew(app: HubFlask, own: Browser) -> None:
    first, again = download(own, f"{PATH}.pdf"), download(own, f"{PATH}.pdf")
    assert first == again
    assert len(all_papers(app)) == 1
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.execute(text("UPDATE account SET name = 'Anna Changed'"))
    assert "Anna Changed" in words(download(own, f"{PATH}.pdf"))
    assert len(all_papers(app)) == 2


@needs_pango
def test_somebody_elses_paper_does_not_exist(app: HubFlask, hub_id: int, own: Browser) -> None:
    place = own.get(f"{PATH}.pdf").location
    with app.app_context():
        stranger = Browser(app, hub_id, make_account("Bo"))
    assert stranger.get(place).status_code == 404
    assert own.get(place).status_code == 200
    assert Browser(app, hub_id).get(place).status_code == 303


@needs_pango
def test_what_was_said_is_kept_only_until_the_pdf_is_made(app: HubFlask, own: Browser) -> None:
    own.get(f"{PATH}.pdf")
    (paper,) = all_papers(app)
    assert "Anna Example" in paper.html
    run_all(app, only="papers.")
    (paper,) = all_papers(app)
    assert (paper.status, paper.html) == ("made", "")
    assert store(app).get(paper.key).startswith(b"%PDF-")


@needs_pango
def test_a_file_that_is_gone_is_made_anew(app: HubFlask, own: Browser) -> None:
    download(own, f"{PATH}.pdf")
    (paper,) = all_papers(app)
    store(app).delete(paper.key)
    assert "Statement" in words(download(own, f"{PATH}.pdf"))


def test_a_page_that_cannot_be_made_says_so_and_may_be_tried_again(
    app: HubFlask, hub_id: int, account_id: UUID, own: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_html: str, *, folder: Path) -> bytes:
        raise pdf.NotMade("time")

    monkeypatch.setattr(pdf, "render", never)
    paper_id = ask(app, hub_id, account_id)
    run_all(app, only="papers.")
    assert "too long for a PDF" in own.get(f"/papers/{paper_id}").text
    assert ask(app, hub_id, account_id) == paper_id
    assert waiting(app) == []
    assert ask(app, hub_id, account_id, now=clock.wall() + services.GIVEN_UP) == paper_id
    assert [name for name, _hub, _arguments in waiting(app)] == ["papers.make"]
    assert "is being made" in own.get(f"/papers/{paper_id}").text


@needs_pango
def test_a_job_that_runs_twice_does_no_harm(app: HubFlask, hub_id: int, account_id: UUID) -> None:
    paper_id = ask(app, hub_id, account_id)
    for _again in range(2):
        run_job(app, name="papers.make", hub_id=hub_id, arguments={"paper_id": str(paper_id)})
    (paper,) = all_papers(app)
    assert paper.status == "made"


def test_nobody_floods_the_worker(app: HubFlask, hub_id: int, account_id: UUID) -> None:
    now = clock.wall()
    for number in range(40):
        ask(app, hub_id, account_id, html=f"<p>{number}</p>", now=now)
    with pytest.raises(TooManyAttempts):
        ask(app, hub_id, account_id, html="<p>41</p>", now=now)
    ask(app, hub_id, account_id, html="<p>1</p>", now=now)
    ask(app, hub_id, account_id, html="<p>41</p>", now=now + timedelta(hours=1))
    assert len(waiting(app)) == 41


def test_one_person_has_one_made_at_a_time_and_all_people_two(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        people = [make_account(f"P{number}") for number in range(6)]
    for person in people:
        for number in range(2):
            ask(app, hub_id, person, html=f"<p>{number}</p>")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        locks = set(db.session.scalars(text("SELECT lock FROM procrastinate_jobs")))
    assert 1 <= len(locks) <= services.AT_ONCE
    assert None not in locks


def test_asking_twice_at_once_makes_one(live) -> None:
    with live.app.app_context():
        hub_id, person = make_hub("lyon"), make_account("Anna")
    now = clock.wall()

    def asks() -> UUID:
        return ask(live.app, hub_id, person, now=now)

    assert len(set(together(asks, asks))) == 1
    assert len(waiting(live.app)) == 1
    later = now + services.GIVEN_UP
    assert len(set(together(*[lambda: ask(live.app, hub_id, person, now=later)] * 2))) == 1
    assert len(waiting(live.app)) == 2


def test_old_papers_are_forgotten_with_their_files(app: HubFlask, hub_id: int, account_id: UUID) -> None:
    now = clock.wall()
    old = ask(app, hub_id, account_id, html="<p>old</p>", now=now - services.KEPT - timedelta(minutes=1))
    new = ask(app, hub_id, account_id, html="<p>new</p>", now=now)
    key = next(paper.key for paper in all_papers(app) if paper.id == old)
    store(app).put(key, b"%PDF-")
    run_job(app, name="papers.forget_old", hub_id=None, arguments={})
    assert [paper.id for paper in all_papers(app)] == [new]
    with pytest.raises(NoSuchFile):
        store(app).get(key)


def test_without_pango_pages_offer_printing_and_no_pdf(no_pango: None, own: Browser) -> None:
    page = own.get(PATH).text
    assert f"{PATH}.pdf" not in page
    assert f"{PATH}?print=1" in page
    sheet = own.get(f"{PATH}?print=1").text
    assert "Print this page" in sheet
    assert ".pdf" not in sheet
    refused = own.get(f"{PATH}.pdf")
    assert refused.status_code == 404
    assert "print it" in refused.text


def test_a_worker_without_pango_says_that_it_cannot(
    no_pango: None, app: HubFlask, hub_id: int, account_id: UUID, own: Browser
) -> None:
    paper_id = ask(app, hub_id, account_id)
    run_all(app, only="papers.")
    assert "Print the page instead" in own.get(f"/papers/{paper_id}").text
