"""Who looks after a hub is nobody's customer in that period, whatever they bought before they began."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hubapp.earnings.compensation import live_queries, volume_queries
from hubapp.earnings.compensation.plans.live import Volumes
from hubapp.earnings.compensation.services import terms
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
from tests.factories.races import overtaken, without_turns

ALL_INSIDE = Volumes(everything=1_000)
OUTSIDE = Volumes(own=1_000, own_pv=7, gv=1_000, gpv=7, from_customers=1_000, everything=1_000)


@dataclass
class Scene:
    """Cora sells to Nora, who may come to look after the hub."""

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

    def connect(self) -> None:
        with hub_scope(self.shop.hub_id), unit_of_work():
            terms.follow(now=NOW + timedelta(hours=1))

    def volumes(self) -> Volumes:
        with platform_scope(reason="test"), unit_of_work():
            return volume_queries.volumes(self.cora, "EUR", plan.FIRST)


def scene() -> Scene:
    plan.announce(plan.source(changes={'event_time = "delivered_at"': 'event_time = "paid_at"'}))
    shop = make_shop()
    cora = plan.participant(shop.hub_id, "Cora")
    nora = make_member(shop.hub_id, "Nora")
    with hub_scope(shop.hub_id), unit_of_work():
        terms.follow(now=NOW)
        membership.grant_role(membership_id=nora.id, role="connector", actor=SYSTEM, now=NOW)
    return Scene(shop, cora, nora.account_id, plan.core_listing(shop.hub_id))


@pytest.mark.parametrize("is_before", [True, False])
def test_what_a_connector_buys_counts_for_nobody(app: HubFlask, is_before: bool) -> None:
    with app.app_context():
        them = scene()
        acts = [them.sell, them.connect]
        for act in acts if is_before else reversed(acts):
            act()
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


def test_beginning_again_in_the_same_period_takes_nothing_out_twice(app: HubFlask) -> None:
    with app.app_context():
        them = scene()
        them.sell()
        them.connect()
        other = make_member(them.shop.hub_id, "Otto", role="connector")  # parts change: all terms begin again
        them.connect()
        assert other.account_id != them.nora
        assert them.volumes() == ALL_INSIDE


def connect_while_selling(live: Live) -> Volumes:
    with live.app.app_context():
        them = scene()

    def connect() -> None:
        with live.app.app_context():
            them.connect()

    with live.app.app_context(), overtaken(live.app, "plan_run", connect):
        them.sell()
    with live.app.app_context():
        return them.volumes()


def test_a_sale_while_its_buyer_begins_is_no_customers(live: Live) -> None:
    assert connect_while_selling(live) == ALL_INSIDE


@pytest.mark.parametrize("who", ["counting.wait_for_corrections", "correcting.take_turn"])
def test_without_the_turn_it_counts_as_a_customers(live: Live, who: str) -> None:
    with without_turns(f"earnings.compensation.services.{who}"), nullcontext():
        assert connect_while_selling(live) == OUTSIDE
