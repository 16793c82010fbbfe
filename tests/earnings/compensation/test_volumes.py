"""Volumes between closes are, at any moment and whatever happened in whatever order, what the close would count."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.earnings.compensation import calendar, participant_queries, reading, sources, volume_queries
from hubapp.earnings.compensation.models import Participant, PlanPeriod, PlanVersion
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.services import correcting, counting, joining
from hubapp.earnings.shares import services as shares
from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import services
from hubapp.market.orders.services import regime
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.market import Shop, make_shop, place
from tests.factories.members import make_member

BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HANDED, PAID, ORDERED = "delivered_at", "paid_at", "ordered_at"


@dataclass
class Life:
    """Things that happen to a few people, one after the other, in two months."""

    shop: Shop
    listings: list[UUID]
    chance: random.Random
    now: datetime = BEGIN
    members: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    orders: list[UUID] = field(default_factory=list)
    refunds: list[tuple[UUID, UUID]] = field(default_factory=list)

    def join(self) -> None:
        outside = [one for one in self.members if one not in self.people]
        if outside:
            account_id = self.chance.choice(outside)
            plan.take_part(account_id, self.chance.choice([None, *self.people]), at=self.now)
            self.people.append(account_id)

    def leave(self) -> None:
        if len(self.people) > 3:
            with hub_scope(self.shop.hub_id), unit_of_work():
                joining.leave(account_id=self.chance.choice(self.people), actor=SYSTEM, now=self.now)

    def come_back(self) -> None:
        with platform_scope(reason="test"), unit_of_work():
            gone = select(Participant).where(Participant.left_at.is_not(None)).order_by(Participant.account_id)
            people = db.session.scalars(gone).all()
            if people:
                person = self.chance.choice(people)
                person.joined_at, person.left_at = self.now, None

    def sell(self) -> None:
        buyer = self.chance.choice(self.members)
        by = self.chance.choice([one for one in self.members if one != buyer])
        shop = Shop(self.shop.hub_id, self.shop.connector, self.shop.seller, buyer, self.shop.listing_id)
        touch = plan.touch_of(shop.hub_id, by, self.now)
        with hub_scope(shop.hub_id), unit_of_work():
            wanted = {self.chance.choice(self.listings): self.chance.randint(1, 3)}
            checkout_id = place(shop, wanted, now=self.now, touch=touch)
            self.orders += [order.id for order in plan.settled_order(checkout_id, self.now)]

    def hand_over(self) -> None:
        if self.orders:
            with hub_scope(self.shop.hub_id), unit_of_work():
                services.mark_handed_over(order_id=self.chance.choice(self.orders), actor=SYSTEM, now=self.now)

    def refund(self) -> None:
        if not self.orders:
            return
        with hub_scope(self.shop.hub_id), unit_of_work():
            order = services.steps.locked_order(order_id=self.chance.choice(self.orders))
            if not order.left:
                return
            amount = self.chance.randint(1, order.left.amount)
            refund_id = ids.uuid7()
            order.refunded += amount
            facts = {"order_id": order.id, "refund_id": refund_id, "amount": amount, "currency": "EUR"}
            shares.reverse(**facts, now=self.now)
            regime.record_refund(order=order, refund_id=refund_id, amount=amount, now=self.now)
            self.refunds.append((order.id, refund_id))

    def fail(self) -> None:
        if self.refunds:
            order_id, refund_id = self.refunds.pop()
            with hub_scope(self.shop.hub_id), unit_of_work():
                order = services.steps.locked_order(order_id=order_id)
                shares.restore(order_id=order_id, refund_id=refund_id, now=self.now)
                regime.record_failed_refund(order=order, refund_id=refund_id, now=self.now)

    def correct(self) -> None:
        who, to = self.chance.choice(self.people), self.chance.choice([None, *self.people])
        with platform_scope(reason="test"), unit_of_work():
            found = correcting.queries.person(who)
            gone = {row.account_id for row in correcting.queries.people(self.people) if row.left_at}
            if found is None or to == found.sponsor_id or to in gone:
                return
            if to is not None and who in correcting.queries.upline(to):
                return
            one, other = Actor(UUID(int=801), "One"), Actor(UUID(int=802), "Other")
            change = correcting.propose(account_id=who, to_id=to, reason="So it was.", actor=one, now=self.now)
            correcting.decide(change_id=change.id, is_agreed=True, answer="", actor=other, now=self.now)

    def fold(self) -> None:
        with platform_scope(reason="test"), unit_of_work():
            counting.fold(most=self.chance.choice([1, 7, 1000]))

    def go_on(self) -> None:
        acts = [self.sell] * 5 + [self.hand_over] * 4 + [self.refund] * 2
        acts += [self.join, self.leave, self.come_back, self.fail, self.correct, self.correct, self.fold]
        self.chance.choice(acts)()
        self.now += timedelta(hours=self.chance.randint(1, 30))


def batch(rules: Plan, first: date, end: date, now: datetime) -> dict[UUID, tuple[int, int, int]]:
    """(own, group, all) of everybody who takes part to the end, as a close at this moment would read and count them."""
    assert rules.period is not None
    column = calendar.EVENT_COLUMNS[rules.period.event_time]
    facts = {"currency": "EUR", "first_day": first, "end_day": end, "timezone": "Europe/Paris", "event_time": column}
    inputs = reading.inputs_of(period=PlanPeriod(**facts), plan=rules, cutoff=now + timedelta(days=1))
    ground = Ground(inputs, base=rules.base)
    columns = zip(ground.own, ground.gv, ground.ratios[1], strict=True)
    counted = dict(zip(map(UUID, inputs.members.ids), columns, strict=True))
    ends = calendar.midnight(end, "Europe/Paris")
    standings = participant_queries.standings(db.session.scalars(select(Participant.account_id)).all())
    nothing = (0, 0, 0)
    return {
        one: tuple(map(int, counted.get(one, nothing)))  # type: ignore[misc]
        for one, found in standings.items()
        if any(joined < ends and (left is None or left >= ends) for joined, left in found.times)
    }


def live(people: list[UUID], first: date) -> dict[UUID, tuple[int, int, int]]:
    found = volume_queries.volumes_of(people, "EUR", first)
    empty = volume_queries.Volumes()
    return {one: (row.own, row.group, row.all_group) for one in people for row in [found.get(one, empty)]}


def begin(seed: int, event: str) -> Life:
    text = plan.source(changes={f'event_time = "{HANDED}"': f'event_time = "{event}"'}) if event != HANDED else ""
    plan.announce(text)
    shop = make_shop()
    kinds = ({}, {"plan_kind": "kit"}, {"plan_kind": None, "plan_points": 0})
    life = Life(shop, [plan.core_listing(shop.hub_id, **kind) for kind in kinds], random.Random(seed))
    life.members = [make_member(shop.hub_id, f"M{number}", now=BEGIN).account_id for number in range(9)]
    for _ in range(4):
        life.join()
    life.now += timedelta(hours=1)
    return life


@pytest.mark.parametrize(("seed", "event"), [(1, HANDED), (2, HANDED), (3, PAID), (4, ORDERED), (5, HANDED)])
def test_live_volumes_are_the_batchs_at_any_moment(app: HubFlask, seed: int, event: str) -> None:
    with app.app_context():
        life, seen = begin(seed, event), 0
        for _ in range(60):
            life.go_on()
            with platform_scope(reason="test"), unit_of_work():
                rules = sources.read(db.session.scalars(select(PlanVersion.source)).one())
                for first, end in ((date(2026, 11, 1), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 1, 1))):
                    counted = batch(rules, first, end, life.now)
                    assert live(list(counted), first) == counted
                    seen += sum(every for _own, _group, every in counted.values())
        assert seen > 0
        assert life.now > datetime(2026, 12, 5, tzinfo=UTC)
