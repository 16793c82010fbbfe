"""Who is told of a plan that was announced and of a period that was closed: once each, without any amount."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from hubapp.earnings.compensation.services import telling
from hubapp.kernel.db import db
from hubapp.people.notifications import rendering, wording
from hubapp.people.notifications.models import Notice
from hubapp.web.areas import HubFlask
from tests.earnings.compensation.closing import close
from tests.factories.accounts import base_url, sign_in
from tests.factories.jobs import run_all
from tests.factories.plans import (
    BEFORE,
    CLOSING,
    CLOSING_FEBRUARY,
    FEBRUARY,
    Network,
    across,
    announced,
    drafted,
    make_network,
)


@pytest.fixture
def network(app: HubFlask) -> Iterator[Network]:
    with app.app_context():
        network = make_network()
        network.joins("gone")
        network.leaves("gone", BEFORE)
        yield network


def told(network: Network, kind: str) -> dict[str, list[Notice]]:
    run_all(current_app._get_current_object())  # type: ignore[attr-defined]
    wanted = select(Notice).where(Notice.kind == kind).order_by(Notice.id)
    names = {account_id: name for name, account_id in network.people.items()}
    found: dict[str, list[Notice]] = {}
    for one in across(lambda: db.session.scalars(wanted).all()):
        found.setdefault(names[one.account_id], []).append(one)
    return found


def test_everybody_in_the_programme_and_connectors_hear_of_a_version_ahead(network: Network) -> None:
    version = announced()
    notices = told(network, "plan_announced")
    assert set(notices) == {"ada", "ben", "cem", "maud"}
    ((one,),) = {tuple(row.path for row in rows) for rows in notices.values()}
    assert one == f"/plan/rules/{version.id}"
    found = {"hubapp.found": rendering.Found("central")}
    with current_app.test_request_context(environ_overrides=found):
        assert "it holds from January 1, 2027" in wording.say(wording.item(notices["ada"][0])).title


def test_a_draft_and_a_proposal_are_told_to_nobody(network: Network) -> None:
    drafted()
    assert told(network, "plan_announced") == {}


def test_who_has_a_line_hears_once_that_the_period_was_closed_and_no_amount(network: Network) -> None:
    announced()
    network.sells("cem", 50_000)
    period = close()
    across(lambda: telling.of_period(period_id=period.id, after=None, now=CLOSING))
    notices = told(network, "plan_period_closed")
    assert {name: len(rows) for name, rows in notices.items()} == {"cem": 1, "maud": 1}
    (one,) = notices["cem"]
    assert (one.path, one.context) == ("/plan/pay/EUR-2027-01", {"period": "2027-01", "currency": "EUR"})
    assert one.count == 1


def test_who_gives_back_hears_of_it_with_the_period_that_it_was_booked_with(network: Network) -> None:
    announced()
    sale = network.sells("cem", 50_000)
    network.sells("ada", 50_000, at=FEBRUARY)
    close()
    network.refunds(sale, at=CLOSING + timedelta(days=1))
    close("2027-02", CLOSING_FEBRUARY)
    assert [row.context["period"] for row in told(network, "plan_period_closed")["cem"]] == ["2027-01", "2027-02"]


def test_many_are_told_batch_by_batch_and_nobody_twice(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    announced()
    notices = told(network, "plan_announced")
    assert {name: len(rows) for name, rows in notices.items()} == {"ada": 1, "ben": 1, "cem": 1, "maud": 1}


def test_the_plan_stands_in_words_for_everybody_and_a_draft_for_nobody(app: HubFlask) -> None:
    with app.app_context():
        network = make_network()
        version, draft = announced(), drafted(("version = 1", "version = 2"), ("2027-01-01", "2027-06-01"))
    client, page = app.test_client(), f"/plan/rules/{version.id}"
    assert client.get(page, base_url=base_url(app, None)).status_code == 303
    sign_in(client, network.people["ada"])
    answer = client.get(page, base_url=base_url(app, None))
    assert answer.status_code == 200
    assert "In words" in answer.text
    assert version.digest[:24] in answer.text
    assert client.get(f"/plan/rules/{draft.id}", base_url=base_url(app, None)).status_code == 404
