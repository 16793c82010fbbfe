"""The connector's list for today: what waits for them, until when, and where; nothing where nothing waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level, RefundRequest
from tests.conftest import Live
from tests.factories.members import make_member
from tests.factories.payments import Till, open_till
from tests.factories.stall import DISPUTED, Stall, open_stall
from tests.factories.subscriptions import MONTH, REFUSED_LATER, joined
from tests.support.browsing import Browser


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    opened = open_till(live.app)
    yield opened
    opened.sandbox.close()
    clock.set_offset(timedelta(0))


@pytest.fixture
def stall(till: Till) -> Stall:
    return open_stall(till)


def page(stall: Stall) -> str:
    return Browser(stall.till.app, stall.hub_id, stall.shop.connector).get("/manage/").text


def test_nothing_is_said_where_nothing_waits(stall: Stall) -> None:
    shown = page(stall)
    for words in ("disputed by", "waits for your decision", "could not be renewed"):
        assert words not in shown


def test_a_dispute_stands_there_with_its_deadline_until_the_bank_has_its_answer(stall: Stall) -> None:
    stall.sell(card=DISPUTED)
    stall.advance(timedelta(days=1, minutes=1))
    shown = page(stall)
    assert "1 payment is disputed by the buyer's bank" in shown
    assert "The network answers the bank until" in shown
    assert 'href="/manage/disputes"' in shown
    stall.advance(timedelta(days=10))
    assert "is disputed by" not in page(stall)


def test_refunds_that_the_hub_decides_stand_there_and_the_sellers_own_do_not(stall: Stall) -> None:
    order: Order = stall.sell()
    request_id = stall.ask(order, 500)
    assert "waits for your decision" not in page(stall)
    with stall.scope():
        db.session.execute(update(RefundRequest).values(level=Level.HUB))
    shown = page(stall)
    assert "1 refund waits for your decision" in shown
    assert "after that the network decides" in shown
    stall.grant(request_id, 500, Level.HUB)
    assert "waits for your decision" not in page(stall)


def test_members_whose_renewal_failed_stand_there(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    connector = Browser(till.app, club.shop.hub_id, club.shop.connector)
    assert "could not be renewed" not in connector.get("/manage/").text
    club.pass_time(MONTH)
    shown = connector.get("/manage/").text
    assert "1 subscription could not be renewed" in shown
    assert 'href="/manage/subscriptions"' in shown
    assert "suspended until" not in shown
    club.pass_time(timedelta(days=21))
    assert "1 is suspended until it is paid." in connector.get("/manage/").text


def test_helpers_are_told_of_what_they_may_do(stall: Stall) -> None:
    stall.sell(card=DISPUTED)
    stall.advance(timedelta(days=1, minutes=1))
    with stall.till.app.app_context():
        helper = make_member(stall.hub_id, "Hal", role="helper", permissions=("hub.manage",))
    assert "disputed by" not in Browser(stall.till.app, stall.hub_id, helper.account_id).get("/manage/").text
