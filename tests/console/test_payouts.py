"""Payout runs on the console: preview, propose, approve, follow, cancel; stopping payouts to a person."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from hubapp.kernel import clock
from hubapp.kernel.db import db
from tests.conftest import Live
from tests.factories.accounts import make_account
from tests.factories.earning import Town
from tests.factories.payments import open_till
from tests.support.browsing import Browser


@pytest.fixture
def town(live: Live) -> Iterator[Town]:
    till = open_till(live.app)
    opened = Town(till, [])
    opened.hub("lyon")
    opened.hub("nantes")
    yield opened
    till.sandbox.close()
    clock.set_offset(clock.timedelta(0))


@pytest.fixture
def noor(town: Town) -> Browser:
    with town.till.app.app_context():
        account_id = make_account("Noor Central", is_central=True)
    return Browser(town.till.app, None, account_id)


def post(noor: Browser, path: str, **fields: str) -> TestResponse:
    return noor.post(path, fields, form_page="/console/payouts/preview?everybody=yes")


def audit(town: Town) -> list[tuple[str, str, str]]:
    statement = text("SELECT action, actor_name, reason FROM audit_event WHERE action LIKE 'pay%' ORDER BY at, action")
    return [tuple(row) for row in town.across(lambda: db.session.execute(statement).all())]


def test_from_the_preview_to_the_money(town: Town, noor: Browser) -> None:
    seller, waiting = town.earner(10_000, 20_000), town.person("Bea Without")
    town.sell(town.hubs[0], waiting, 5_000)
    page = noor.get("/console/payouts/preview?everybody=yes").text
    assert "€271.00" in page
    assert "Nothing is available yet" in page
    answer = post(noor, "/console/payouts/propose", everybody="yes")
    run = answer.location
    assert answer.status_code == 303
    assert "1 payout run waits for approval" in noor.get("/console/").text
    page = noor.get(run).text
    assert "waits for approval" in page
    assert "€271.00" in page
    assert "Nothing is available yet" in noor.get(f"{run}?show=left_out").text
    assert noor.post(f"{run}/approve", form_page=run).status_code == 303
    town.settle()
    assert "on its way to the bank" in noor.get(run).text
    town.arrive()
    town.settle()
    page = noor.get(run).text
    assert "finished" in page
    assert [payout.account_id for payout in town.payouts()] == [seller]
    assert [action for action, who, _why in audit(town) if who == "Noor Central"] == [
        "payouts.propose",
        "payouts.approve",
    ]
    year = clock.now().year
    rows = list(csv.DictReader(io.StringIO(noor.get(f"/console/payouts/tax/{year}.csv").text)))
    assert [(row["payee"], row["paid"]) for row in rows] == [(str(seller), "271.00")]
    assert run.rpartition("/")[2] in noor.get("/console/payouts").text


def test_a_second_approval_is_told_and_pays_nobody(town: Town, noor: Browser) -> None:
    town.earner(10_000, 20_000)
    run = post(noor, "/console/payouts/propose", everybody="yes").location
    token = noor.token(run)
    for _ in range(2):
        noor.client.post(f"{run}/approve", base_url=noor.base_url, data={"csrf_token": token})
    assert "was approved or canceled already" in noor.get(run).text
    town.settle()
    assert len(town.payouts()) == 1


def test_a_run_of_one_hub_and_its_cancelation(town: Town, noor: Browser) -> None:
    town.earner(10_000, 20_000)
    assert noor.get("/console/payouts/preview?hub=nowhere").status_code == 422
    run = post(noor, "/console/payouts/propose", everybody="yes", hub="nantes").location
    assert "€180.75" in noor.get(run).text
    noor.post(f"{run}/cancel", form_page=run)
    assert "Canceled by Noor Central." in noor.get(f"{run}?show=left_out").text
    town.settle()
    assert town.payouts() == []


def test_a_failed_payout_is_tried_again_from_its_run(town: Town, noor: Browser) -> None:
    seller = town.earner(10_000, 20_000, is_bank_working=False)
    run = post(noor, "/console/payouts/propose", everybody="yes").location
    noor.post(f"{run}/approve", form_page=run)
    town.settle()
    town.arrive()
    page = noor.get(run).text
    assert "The bank account has been closed." in page
    retry = re.search(rf"{run}/items/[0-9a-f-]+/retry", page)
    assert retry is not None
    town.choose(seller, check_reason=None)
    noor.post(retry[0], form_page=run)
    town.settle()
    assert [payout.status for payout in town.payouts()] == ["failed", "paying"]


def test_stopping_payouts_to_a_person_needs_a_reason_and_is_kept(town: Town, noor: Browser) -> None:
    seller = town.earner(10_000, 20_000)
    page = f"/console/payouts/payees/{seller}"
    assert noor.post(page, {"act": "freeze", "reason": " "}).status_code == 422
    assert noor.post(page, {"act": "freeze", "reason": "A question is open"}).status_code == 303
    assert noor.post(page, {"act": "freeze", "reason": "Again"}).status_code == 422
    assert town.payee(seller).frozen_reason == "A question is open"
    assert "A question is open" in noor.get("/console/payouts").text
    assert "A question is open" in Browser(town.till.app, town.hubs[0], seller).get("/me/earnings").text
    assert "frozen: A question is open" in noor.get("/console/payouts/preview?everybody=yes").text
    assert noor.post(page, {"act": "lift", "reason": "It was answered"}).status_code == 303
    assert town.payee(seller).frozen_reason is None
    assert audit(town) == [
        ("payee.freeze", "Noor Central", "A question is open"),
        ("payee.lift", "Noor Central", "It was answered"),
    ]


def test_what_does_not_exist_is_not_found(noor: Browser) -> None:
    nowhere = UUID(int=1)
    assert noor.get(f"/console/payouts/runs/{nowhere}").status_code == 404
    assert noor.get(f"/console/payouts/payees/{nowhere}").status_code == 404


def test_only_the_central_team_sees_it(town: Town) -> None:
    somebody = Browser(town.till.app, None, town.person())
    assert somebody.get("/console/payouts").status_code == 403
