"""Volumes between closes are, at any moment and whatever happened in whatever order, what the close would count."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from hubapp.earnings.compensation import (
    calendar,
    differing,
    live_queries,
    participant_queries,
    reading,
    sources,
    volume_queries,
)
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import Participant, PlanPeriod, PlanSale, PlanVersion
from hubapp.earnings.compensation.plans import rules as rules_of
from hubapp.earnings.compensation.plans.components import differential, levels
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.live import NOTHING, Volumes
from hubapp.earnings.compensation.plans.paid_as import OF_PEOPLE
from hubapp.earnings.compensation.plans.schema import (
    Component,
    Differential,
    GroupTier,
    PersonalTier,
    Plan,
    Unilevel,
)
from hubapp.earnings.compensation.refusals import BoughtFromThem
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.services import correcting, counting, joining, reconciling, terms
from hubapp.earnings.shares import services as shares
from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import services
from hubapp.market.orders.services import regime
from hubapp.people.membership import services as membership
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_shop, place
from tests.factories.members import make_member

BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HANDED, PAID, ORDERED = "delivered_at", "paid_at", "ordered_at"


# Beside the default plan, so that every volume that a step may stand on is one of some step.
EXTRA = """
[[component]]
id = "points"
type = "personal_tier"
mode = "slab"
threshold_on = "pv"
tiers = [{from=0, bps=100}, {from=14, bps=200}]

[[component]]
id = "since"
type = "personal_tier"
threshold_on = "cumulative_cv"
tiers = [{from=0, bps=100}, {from=3000, bps=300}]

[[component]]
id = "step"
type = "differential"
mode = "slab"
threshold_on = "gpv"
schedule = [{from=0, bps=100}, {from=21, bps=300}]
customer_rule = {min_customers=2, min_customer_pv=30}
eligibility = "majority_nonparticipant"

[[component]]
id = "levels"
type = "unilevel"
levels_bps = [300, 200]
compression = "dynamic"

[[component]]
id = "held"
type = "personal_tier"
mode = "slab"
threshold_on = "hub"
tiers = [{from=0, bps=100}, {from=4000, bps=200}, {from=9000, bps=300}]

[[component]]
id = "down"
type = "group_tier"
on = "gv_down"
tiers = [{from=0, bps=0}, {from=2000, bps=100}]
"""


# Some rows are lost, of others every volume is wrong.
TAMPER = (
    "DELETE FROM plan_volume_delta WHERE first_day = :first AND id % 3 = 0",
    """UPDATE plan_volume SET own = own + 1, own_pv = own_pv + 2, group_cv = group_cv + 3, group_pv = 0,
    outside = outside - 5, all_group = 2 * all_group WHERE first_day = :first""",
    """INSERT INTO plan_volume_delta (currency, first_day, account_id, own, group_cv, all_group)
    SELECT 'EUR', :first, account_id, 1, 1, 1 FROM participant""",
)


@dataclass
class Life:
    """Things that happen to a few people, one after the other, in two months."""

    shop: Shop
    listings: list[UUID]
    chance: random.Random
    now: datetime = BEGIN
    members: list[UUID] = field(default_factory=list)
    memberships: dict[UUID, UUID] = field(default_factory=dict)
    connectors: list[UUID] = field(default_factory=list)
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
        with hub_scope(self.shop.hub_id), unit_of_work():
            gone = select(Participant.account_id).where(Participant.left_at.is_not(None))
            people = db.session.scalars(gone.order_by(Participant.account_id)).all()
            if people:
                facts = {"terms": joining.TERMS, "code": "", "shows_name": False, "touch": None}
                joining.join(account_id=self.chance.choice(people), **facts, actor=SYSTEM, now=self.now)

    def sell(self) -> None:
        buyer = self.chance.choice(self.members)
        by = self.chance.choice([one for one in self.members if one != buyer])
        shop = Shop(self.shop.hub_id, self.shop.connector, self.shop.seller, buyer, self.shop.listing_id)
        touch = plan.touch_of(shop.hub_id, by, self.now)
        with hub_scope(shop.hub_id), unit_of_work():
            wanted = {self.chance.choice(self.listings): self.chance.randint(1, 3) for _line in range(2)}
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
            with suppress(BoughtFromThem):
                change = correcting.propose(account_id=who, to_id=to, reason="So it was.", actor=one, now=self.now)
                correcting.decide(change_id=change.id, is_agreed=True, answer="", actor=other, now=self.now)

    def connect(self) -> None:
        """Somebody who may have bought already looks after the hub from now on."""
        account_id = self.chance.choice([one for one in self.members if one not in self.connectors])
        self.connectors.append(account_id)
        with hub_scope(self.shop.hub_id), unit_of_work():
            facts = {"membership_id": self.memberships[account_id], "actor": SYSTEM, "now": self.now}
            membership.grant_role(role="connector", **facts)
            terms.follow(now=self.now)

    def disconnect(self) -> None:
        if self.connectors:
            gone = self.connectors.pop(0)
            with hub_scope(self.shop.hub_id), unit_of_work():
                membership.revoke_role(membership_id=self.memberships[gone], actor=SYSTEM, now=self.now)
                terms.follow(now=self.now)

    def fold(self) -> None:
        with platform_scope(reason="test"), unit_of_work():
            counting.fold(most=self.chance.choice([1, 7, 1000]))

    def go_on(self) -> None:
        acts = [self.sell] * 5 + [self.hand_over] * 4 + [self.refund] * 2
        acts += [self.join, self.leave, self.come_back, self.fail, self.correct, self.correct, self.fold]
        acts += [self.connect, self.disconnect]
        self.chance.choice(acts)()
        self.now += timedelta(hours=self.chance.randint(1, 30))


@dataclass
class Batch:
    """What a close at this moment would read and count."""

    rules: Plan
    first: date
    end: date
    now: datetime

    def __post_init__(self) -> None:
        assert self.rules.period is not None
        column = calendar.EVENT_COLUMNS[self.rules.period.event_time]
        facts = {"currency": "EUR", "first_day": self.first, "end_day": self.end, "timezone": "Europe/Paris"}
        period = PlanPeriod(**facts, event_time=column)
        self.inputs = reading.inputs_of(period=period, plan=self.rules, freeze=Freeze(self.now + timedelta(days=1)))
        self.ground = Ground(self.inputs, base=self.rules.base)

    def places(self) -> dict[UUID, int]:
        """Everybody who takes part to the end, with their places."""
        ends = calendar.midnight(self.end, "Europe/Paris")
        standings = participant_queries.standings(db.session.scalars(select(Participant.account_id)).all())
        stay = {
            one
            for one, found in standings.items()
            if any(joined < ends and (left is None or left >= ends) for joined, left in found.times)
        }
        ids_ = [UUID(one) for one in self.inputs.members.ids]
        return {one: place for place, one in enumerate(ids_) if one in stay}

    def volumes(self) -> dict[UUID, Volumes]:
        ground = self.ground
        columns = (ground.own, ground.own_pv, ground.gv, ground.gpv, *ground.ratios)
        return {one: Volumes(*(int(column[place]) for column in columns)) for one, place in self.places().items()}

    def own(self, place: int) -> tuple[int, ...]:
        members = self.inputs.members
        columns = (members.customers, members.customer_cv, members.customer_pv, members.earlier_cv)
        return tuple(int(column[place]) for column in columns)

    def paid_as(self, place: int) -> dict[str, tuple[int, int, str]]:
        """Component → (rate, levels, what forfeits it), by the engine's own functions."""
        found = {}
        for component in self.rules.components:
            if not isinstance(component, OF_PEOPLE):
                continue
            rate, depth = self._step(component, place)
            found[component.id] = (rate, depth, self._why(component, place))
        return found

    def _step(self, component: Component, place: int) -> tuple[int, int]:
        match component:
            case PersonalTier():
                return int(component.tiers.rates_at(self.ground.volume(component.threshold_on))[place]), 0
            case Differential():
                return int(differential.rates(component, self.ground)[place]), 0
            case GroupTier():
                return int(component.tiers.rates_at(self.ground.volume(component.on))[place]), 0
            case Unilevel():
                is_active = bool(self.inputs.members.active[place])
                return 0, int(levels.depths(component, self.ground)[place]) if is_active else 0
        raise AssertionError(component)

    def _why(self, component: Component, place: int) -> str:
        if component.type == "unilevel" and not self.inputs.members.active[place]:
            return "inactive"
        known = rules_of.of(component, self.rules)
        everything = int(self.ground.ratios[1][place])
        if everything and any(rule.majority for rule in known) and not rules_of.has_majority(self.ground)[place]:
            return rules_of.INSIDE_BUYERS
        return rules_of.FEW_CUSTOMERS if any(rules_of.is_below(rule, self.ground)[place] for rule in known) else ""


def begin(seed: int, event: str) -> Life:
    changes = {"min_verified_customers = 10": "min_verified_customers = 2", "or_min_customer_cv = 10000": ""}
    changes["lookback_days = 60"] = "lookback_days = 2"  # so that leavers are customers again before they come back
    if event != HANDED:
        changes[f'event_time = "{HANDED}"'] = f'event_time = "{event}"'
    plan.announce(plan.source(changes=changes) + EXTRA)
    shop = make_shop()
    kinds = ({}, {"plan_kind": "kit"}, {"plan_kind": None, "plan_points": 0})
    life = Life(shop, [plan.core_listing(shop.hub_id, **kind) for kind in kinds], random.Random(seed))
    for number in range(9):
        member = make_member(shop.hub_id, f"M{number}", now=BEGIN)
        life.members.append(member.account_id)
        life.memberships[member.account_id] = member.id
    for _ in range(4):
        life.join()
    life.now += timedelta(hours=1)
    return life


@pytest.mark.parametrize(("seed", "event"), [(1, HANDED), (3, PAID), (4, ORDERED)])
def test_live_figures_are_the_batchs_at_any_moment(app: HubFlask, seed: int, event: str) -> None:
    with app.app_context():
        life, seen, reasons = begin(seed, event), 0, set[str]()
        for _ in range(45):
            life.go_on()
            with platform_scope(reason="test"), unit_of_work():
                rules = sources.read(db.session.scalars(select(PlanVersion.source)).one())
                for first, end in ((date(2026, 11, 1), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 1, 1))):
                    counted = Batch(rules, first, end, life.now)
                    expected = counted.volumes()
                    found = volume_queries.volumes_of(list(expected), "EUR", first)
                    assert {one: found.get(one, NOTHING) for one in expected} == expected
                    seen += sum(one.everything for one in expected.values())
                    if first <= life.now.date() < end:
                        reasons |= compare_standings(counted, life.now)
        assert seen > 0
        assert {"", "inactive", "few_customers"} <= reasons
        assert ("held" in reasons) == (seed != 1)  # in the first life nobody who takes part looks after a hub that sold
        assert life.now > datetime(2026, 12, 5, tzinfo=UTC)
        with platform_scope(reason="test"), unit_of_work():
            for first, end in ((date(2026, 11, 1), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 1, 1))):
                compare_with_closes(first, end, life.now)


def test_what_the_lines_of_an_order_come_to_is_one_row_a_person(app: HubFlask) -> None:
    with app.app_context():
        plan.announce(plan.source(changes={'event_time = "delivered_at"': 'event_time = "paid_at"'}))
        shop = make_shop()
        ben = plan.participant(shop.hub_id, "Ben")
        cora = plan.participant(shop.hub_id, "Cora", ben)
        wanted = {plan.core_listing(shop.hub_id): 1, plan.core_listing(shop.hub_id, plan_kind="kit"): 2}
        touch = plan.touch_of(shop.hub_id, cora, NOW)
        with hub_scope(shop.hub_id), unit_of_work():
            plan.settled_order(place(shop, wanted, touch=touch))
            sold = db.session.scalars(select(PlanSale.cv).order_by(PlanSale.cv)).all()
            rows = db.session.execute(
                text("SELECT account_id, own, group_cv, outside, all_group FROM plan_volume_delta")
            )
            found = [(account_id, *figures) for account_id, *figures in rows]
        assert [cv for cv in sold if cv] == [1_000, 2_000]
        assert {*found} == {(cora, 1_000, 1_000, 3_000, 3_000), (ben, 0, 1_000, 3_000, 3_000)}
        assert len(found) == 2


def test_a_sale_goes_by_plans_that_were_announced_since_the_last_one(app: HubFlask) -> None:
    with app.app_context():
        paid = {'event_time = "delivered_at"': 'event_time = "paid_at"'}
        plan.announce(plan.source(changes=paid, first=date(2026, 10, 1)))
        shop = make_shop()
        cora, oil = plan.participant(shop.hub_id, "Cora"), plan.core_listing(shop.hub_id)
        touch = plan.touch_of(shop.hub_id, cora, NOW)

        def sell() -> int:
            with hub_scope(shop.hub_id), unit_of_work():
                plan.settled_order(place(shop, {oil: 1}, touch=touch))
                return volume_queries.volumes(cora, "EUR", plan.FIRST).own

        assert (sell(), sell()) == (1_000, 2_000)
        plan.announce(plan.source(version=2))  # which counts what is handed over
        assert sell() == 2_000


def compare_with_closes(first: date, end: date, now: datetime) -> None:
    """A close finds nobody who differs, of whatever moment it is; and who was tampered with is corrected."""
    version = db.session.scalars(select(PlanVersion)).one()
    rules = sources.read(version.source)
    assert rules.period is not None
    facts = {"currency": "EUR", "first_day": first, "end_day": end, "timezone": "Europe/Paris"}
    event = calendar.EVENT_COLUMNS[rules.period.event_time]
    period = PlanPeriod(**facts, event_time=event, version_id=version.id)
    for days in (0, 3, 9, 20):  # what came since is late
        run = Run(period, Freeze(now - timedelta(days=days)))
        assert len(differing.of(run).accounts) == 0
    for statement in TAMPER:
        db.session.execute(text(statement), {"first": first})
    run = Run(period, Freeze(now - timedelta(days=3)))
    assert reconciling.correct(run=run) > 0
    expected = Batch(rules, first, end, now).volumes()
    found = volume_queries.volumes_of(list(expected), "EUR", first)
    assert {one: found.get(one, NOTHING) for one in expected} == expected


def compare_standings(counted: Batch, now: datetime) -> set[str]:
    """Customers and paid-as ranks of everybody in the running period; answers the reasons that came up."""
    running, reasons = live_queries.running("EUR", now), set[str]()
    assert running is not None
    for account_id, at in counted.places().items():
        standing = live_queries.standing_of(account_id, running, "EUR")
        own = standing.own
        # What was sold before is read by the close only where the plan asks for it, as this one does.
        assert (own.customers, own.cv, own.pv, own.earlier_cv) == counted.own(at)
        steps = {one.component: (one.step.bps if one.step else 0, one.levels, one.why) for one in standing.paid_as}
        assert steps == counted.paid_as(at)
        assert standing.held.cv == int(counted.ground.hubs_cv[at])
        assert standing.held.amount == int(counted.ground.hubs_amount[at])
        reasons |= {"held"} if standing.held.cv else set()
        reasons |= {why for _rate, _levels, why in steps.values()}
    return reasons
