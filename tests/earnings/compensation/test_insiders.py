"""Who looks after a hub, or joins again, is nobody's customer in that period, whatever they bought before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text

from hubapp.earnings.compensation import live_queries, volume_queries
from hubapp.earnings.compensation.plans.live import Volumes
from hubapp.earnings.compensation.services import joining, terms
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import services as membership
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories import plan
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_shop, place
from tests.factories.members import make_member
from tests.factories.races import overtaken, somebody_waits, without_turns, without_turns_inside

COUNT = "plan_count"
LONG_AGO = NOW - timedelta(days=100)
ALL_INSIDE = Volumes(everything=1_000)
OUTSIDE = Volumes(own=1_000, own_pv=7, gv=1_000, gpv=7, from_customers=1_000, everything=1_000)


@dataclass
class Scene:
    """Cora sells to Nora, above her, who left long ago, and may come to look after the hub or join again."""

    shop: Shop
    cora: UUID
    nora: UUID
    oil: UUID

    def sell(self) -> None:
        touch = plan.touch_of(self.shop.hub_id, self.cora, NOW)
        shop = Shop(self.shop.hub_id, self.shop.connector, self.shop.seller, self.nora, self.shop.listing_id)
        with hub_scope(shop.hub_id), unit_of_work():
            plan.settled_order(place(shop, {self.oil: 1}, touch=touch))
            db.session.execute(text("SELECT count(*) FROM plan_run ")).scalar_one()  # here somebody may come between

    def connect(self, then: Callable[[], object] = bool) -> None:
        with hub_scope(self.shop.hub_id), unit_of_work():
            terms.follow(now=NOW + timedelta(hours=1))
            then()

    def come_back(self, then: Callable[[], object] = bool) -> None:
        with hub_scope(self.shop.hub_id), unit_of_work():
            facts = {"terms": joining.TERMS, "code": "", "shows_name": False, "touch": None}
            joining.join(account_id=self.nora, **facts, actor=SYSTEM, now=NOW + timedelta(hours=1))
            then()

    def volumes(self) -> Volumes:
        with platform_scope(reason="test"), unit_of_work():
            return volume_queries.volumes(self.cora, "EUR", plan.FIRST)


def scene() -> Scene:
    plan.announce(plan.source(changes={'event_time = "delivered_at"': 'event_time = "paid_at"'}))
    shop = make_shop()
    nora = make_member(shop.hub_id, "Nora")
    plan.take_part(nora.account_id, at=LONG_AGO)
    cora = plan.participant(shop.hub_id, "Cora", nora.account_id)
    with hub_scope(shop.hub_id), unit_of_work():
        joining.leave(account_id=nora.account_id, actor=SYSTEM, now=LONG_AGO)
        terms.follow(now=NOW)
        membership.grant_role(membership_id=nora.id, role="connector", actor=SYSTEM, now=NOW)
    return Scene(shop, cora, nora.account_id, plan.core_listing(shop.hub_id))


@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("act", [Scene.connect, Scene.come_back])
def test_what_they_buy_counts_for_nobody(app: HubFlask, is_before: bool, act: Callable[[Scene], None]) -> None:
    with app.app_context():
        them = scene()
        acts = [them.sell, partial(act, them)]
        for one in acts if is_before else reversed(acts):
            one()
        assert them.volumes() == ALL_INSIDE
        with platform_scope(reason="test"), unit_of_work():
            running = live_queries.running("EUR", NOW)
            assert running is not None
            assert live_queries.own_of(them.cora, running, "EUR").customers == 0


def test_a_customer_who_looks_after_nothing_counts(app: HubFlask) -> None:
    with app.app_context():
        them = scene()
        them.sell()
        assert them.volumes() == OUTSIDE


def test_who_joins_again_after_buying_has_nothing_of_it_and_their_customer_is_none(app: HubFlask) -> None:
    with app.app_context():
        them = scene()
        them.sell()
        for _twice in range(2):
            them.come_back()
        assert them.volumes() == ALL_INSIDE
        with platform_scope(reason="test"), unit_of_work():
            assert volume_queries.volumes(them.nora, "EUR", plan.FIRST) == ALL_INSIDE
            running = live_queries.running("EUR", NOW)
            assert running is not None
            assert live_queries.own_of(them.cora, running, "EUR").customers == 0


@pytest.mark.parametrize("acts", [(Scene.come_back, Scene.connect), (Scene.connect, Scene.come_back)])
def test_both_one_after_the_other_take_nothing_out_twice(app: HubFlask, acts: list[Callable[[Scene], None]]) -> None:
    with app.app_context():
        them = scene()
        them.sell()
        for act in acts:
            act(them)
        assert them.volumes() == ALL_INSIDE


def test_beginning_again_in_the_same_period_takes_nothing_out_twice(app: HubFlask) -> None:
    with app.app_context():
        them = scene()
        them.sell()
        them.connect()
        other = make_member(them.shop.hub_id, "Otto", role="connector")  # parts change: all terms begin again
        them.connect()
        assert other.account_id != them.nora
        assert them.volumes() == ALL_INSIDE


def while_selling(live: Live, act: Callable[[Scene], None]) -> Volumes:
    with live.app.app_context():
        them = scene()

    def overtake() -> None:
        with live.app.app_context():
            act(them)

    with live.app.app_context(), overtaken(live.app, "plan_run", overtake):
        them.sell()
    with live.app.app_context():
        return them.volumes()


@pytest.mark.parametrize("act", [Scene.connect, Scene.come_back])
def test_a_sale_while_its_buyer_begins_is_no_customers(live: Live, act: Callable[[Scene], None]) -> None:
    assert while_selling(live, act) == ALL_INSIDE


@pytest.mark.parametrize("act", [Scene.connect, Scene.come_back])
def test_without_the_turn_it_counts_as_a_customers(live: Live, act: Callable[[Scene], None]) -> None:
    with without_turns("earnings.compensation.services.correcting.take_turn"), nullcontext():
        assert while_selling(live, act) == OUTSIDE


@pytest.mark.parametrize("act", [Scene.connect, Scene.come_back])
def test_without_waiting_for_the_turn_it_counts_as_a_customers(live: Live, act: Callable[[Scene], None]) -> None:
    with without_turns_inside("earnings.compensation.services.counting._add", admin=live.server.admin, function=COUNT):
        assert while_selling(live, act) == OUTSIDE


def while_a_sale_waits(live: Live, act: Callable[[Scene, Callable[[], object]], None]) -> Volumes:
    """The buyer begins first, and the sale comes before that is kept."""
    with live.app.app_context():
        them = scene()

    def sell() -> None:
        with live.app.app_context():
            them.sell()

    with ThreadPoolExecutor(1) as pool, live.app.app_context():
        selling = list[Future[None]]()
        act(them, lambda: (selling.append(pool.submit(sell)), somebody_waits(live.server.admin)))
        selling[0].result(timeout=60)
        return them.volumes()


@pytest.mark.parametrize("act", [Scene.connect, Scene.come_back])
def test_a_sale_that_waited_for_its_buyer_is_no_customers(live: Live, act: Callable[..., None]) -> None:
    assert while_a_sale_waits(live, act) == ALL_INSIDE


@pytest.mark.parametrize("act", [Scene.connect, Scene.come_back])
def test_seeing_what_was_there_before_it_waited_it_would_be(live: Live, act: Callable[..., None]) -> None:
    """The lock alone is not enough: who the buyer is has to be looked up after it."""
    late = {"function": COUNT, "but_before": "WITH RECURSIVE"}
    with without_turns_inside("earnings.compensation.services.counting._add", admin=live.server.admin, **late):
        assert while_a_sale_waits(live, act) == OUTSIDE
