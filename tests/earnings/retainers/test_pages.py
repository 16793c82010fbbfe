"""What a person sees of their retainer, what others do not see, and the letters about it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from hubapp.earnings.shares import line_queries
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.notifications import rendering
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member
from tests.factories.retainers import agreed, earn, end
from tests.support.browsing import Browser

DECEMBER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def world(app: HubFlask) -> tuple[int, UUID, UUID, UUID]:
    """(hub, Anna, its connector, the retainer), one period earned and an end in the next."""
    with app.app_context():
        hub_id = make_hub()
        anna = make_member(hub_id, "Anna").account_id
        maud = make_connector(hub_id).account_id
        retainer_id = agreed(hub_id, anna)
        earn(hub_id, retainer_id, DECEMBER)
        end(hub_id, retainer_id, date(2026, 12, 10), DECEMBER)
    return hub_id, anna, maud, retainer_id


def path_of(app: HubFlask, hub_id: int, anna: UUID) -> str:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        (line,) = line_queries.earnings_of(f"account:{anna}", currency="EUR")
    return f"books/orders/{line.order_id}"


@pytest.fixture
def december(app: HubFlask) -> object:  # after it, which begins on NOW
    clock.set_offset(DECEMBER - clock.wall())
    yield
    clock.set_offset(timedelta(0))


@pytest.mark.usefixtures("december")
def test_the_person_sees_agreement_next_amount_and_each_line(app: HubFlask) -> None:
    hub_id, anna, _maud, _id = world(app)
    page = Browser(app, hub_id, anna).get("/me/earnings").text
    for words in (
        "Retainers agreed with you",
        "Looks after the workshop",
        "€300.00</bdi> a month",
        "€96.77</bdi> on Dec 11, 2026",
        "€300.00 × 10 ÷ 31 days, rounded half up",
        "The work is done",
        "2026-11-01/2026-11-30",
        "€300.00 a month, as agreed: a whole month",
    ):
        assert words in page, words


@pytest.mark.usefixtures("december")
def test_each_line_leads_to_its_postings_and_the_agreement(app: HubFlask) -> None:
    hub_id, anna, _maud, _id = world(app)
    browser = Browser(app, hub_id, anna)
    page = browser.get(f"/me/{path_of(app, hub_id, anna)}").text
    assert "Retainer, Nov 1, 2026 – Nov 30, 2026" in page
    assert "Retainers, a cost of the network" in page
    assert "-€300.00" in page
    entry = re.search(r"/me/books/entries/[0-9a-f-]+", page)
    assert entry
    assert "The retainer: what was agreed" in browser.get(entry[0]).text


@pytest.mark.usefixtures("december")
def test_nobody_elses_pages_show_it_not_even_the_connectors(app: HubFlask) -> None:
    hub_id, anna, maud, _id = world(app)
    browser, path = Browser(app, hub_id, maud), path_of(app, hub_id, anna)
    assert browser.get(f"/me/{path}").status_code == 404
    assert browser.get(f"/manage/{path}").status_code == 404
    assert browser.get("/manage/books?figure=retainers").status_code == 404
    assert "Retainers agreed with you" not in browser.get("/me/earnings").text
    assert "300.00" not in browser.get("/manage/reports").text


def test_somebody_without_one_sees_no_empty_section(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = make_member(hub_id, "Anna").account_id
    assert "Retainers agreed with you" not in Browser(app, hub_id, anna).get("/me/earnings").text


def test_the_person_reads_of_it_when_it_is_agreed_earned_and_ended(live: Live, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    texts: list[str] = []
    render = rendering.render

    def keep(letter: rendering.Letter) -> tuple[str, str, str]:
        made = render(letter)
        texts.append("\n".join(made))
        return made

    monkeypatch.setattr(rendering, "render", keep)
    with live.app.app_context():
        hub_id = make_hub()
        retainer_id = agreed(hub_id, make_member(hub_id, "Anna").account_id)
        earn(hub_id, retainer_id, NOW + timedelta(days=75))
        end(hub_id, retainer_id, date(2027, 2, 10), NOW + timedelta(days=75))
    run_all(live.app, only="notifications")
    agreed_text, earned_text, ended_text = texts
    assert "€300.00 a month, beginning November 1, 2026.\n\nLooks after the workshop" in agreed_text
    assert earned_text.startswith("Your retainer: €900.00 earned")
    assert "For November 1, 2026 to January 31, 2027." in earned_text
    assert "Its last day is February 10, 2027." in ended_text
    assert "The reason: The work is done" in ended_text
    assert all("lyon.localhost:8000/me/earnings" in text for text in texts)
