"""A plan in force, people who take part, and sales of the core's product line, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation import sources
from hubapp.earnings.compensation.models import Participant, PlanRefund, PlanSale, PlanVersion, Sponsorship
from hubapp.earnings.compensation.models.plans import PlanStatus
from hubapp.earnings.compensation.services import sizing
from hubapp.kernel import clock, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import queries
from hubapp.market.orders.models import Order
from hubapp.people.membership import queries as membership
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW
from tests.factories.market import make_listing, place, settle
from tests.factories.members import make_member
from tests.factories.sandbox import PAYS
from tests.factories.stall import Stall

DEFAULT = Path(__file__).parents[1] / "earnings" / "compensation" / "default_plan.toml"
FIRST = date(2026, 11, 1)


def source(*, changes: Mapping[str, str] | None = None, first: date = FIRST, version: int = 1) -> str:
    """The default plan's text from a day on, with some of it replaced."""
    text = DEFAULT.read_text()
    new = {"effective_from = 2027-01-01": f"effective_from = {first}", "version = 1": f"version = {version}"}
    for old, other in (new | dict(changes or {})).items():
        assert old in text, old
        text = text.replace(old, other)
    return text


def announce(text: str = "") -> UUID:
    """Have a plan in force, agreed by two people, in a transaction of its own."""
    text = text or source()
    plan = sources.read(text)
    row = PlanVersion(
        id=ids.uuid7(),
        plan=plan.id,
        version=plan.version,
        currency=plan.currency,
        effective_from=plan.effective_from,
        source=text,
        digest=sources.digest(text),
        status=PlanStatus.ANNOUNCED,
        edited_by=UUID(int=1),
        edited_at=NOW,
        proposed_by=UUID(int=1),
        proposed_at=NOW,
        decided_by=UUID(int=2),
        decided_at=NOW,
    )
    with platform_scope(reason="test"), unit_of_work():
        db.session.add(row)
    return row.id


def take_part(account_id: UUID, sponsor_id: UUID | None = None, *, at: datetime = NOW) -> UUID:
    """Somebody takes part under a sponsor, in a transaction of its own."""
    with platform_scope(reason="test"), unit_of_work():
        db.session.add(Participant(account_id=account_id, terms="2026-11", joined_at=at, shows_name=False))
        db.session.flush()
        db.session.add(Sponsorship(account_id=account_id, sponsor_id=sponsor_id, since=at))
        sizing.count(sponsor_id=sponsor_id, people=1)
    return account_id


def participant(hub_id: int, name: str, sponsor_id: UUID | None = None, *, at: datetime = NOW) -> UUID:
    """A member who takes part."""
    return take_part(make_member(hub_id, name).account_id, sponsor_id, at=at)


def core_listing(hub_id: int, **values: Any) -> UUID:
    """Something of the core's product line, at 12.00 with 2.00 of tax inside."""
    with hub_scope(hub_id), unit_of_work():
        return make_listing(**{"plan_kind": "product", "plan_points": 7, "stock": 100, **values}).id


def touch_of(hub_id: int, account_id: UUID, now: datetime) -> Touch:
    """Somebody came through this member's link just now."""
    with hub_scope(hub_id), unit_of_work():
        member = membership.member(account_id)
    assert member is not None
    return Touch(member.referral_code, "link", now)


def sell_core(
    stall: Stall, quantities: Mapping[UUID, int], *, by: UUID | None = None, card: str = PAYS, **more: Any
) -> list[Order]:
    """Orders of the stall's buyer that were paid by card, in order of their numbers."""
    touch = None
    if by is not None:
        with stall.till.app.app_context():
            touch = touch_of(stall.hub_id, by, clock.now())
    with stall.scope():
        checkout_id = place(stall.shop, quantities, now=clock.now(), touch=touch, **more)
    with stall.scope():
        payment_id = queries.checkout_of(checkout_id, buyer_id=stall.shop.buyer).payment_id
    assert payment_id is not None
    stall.till.pay(stall.hub_id, payment_id, card)
    stall.settle()
    with stall.scope():
        return sorted(queries.orders_of_checkout(checkout_id), key=lambda order: order.number)


def sales(order_id: UUID | None = None) -> list[PlanSale]:
    """What the plan has seen, in the hub in scope."""
    statement = select(PlanSale).order_by(PlanSale.paid_at, PlanSale.order_id, PlanSale.position)
    if order_id is not None:
        statement = statement.where(PlanSale.order_id == order_id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def refunds(order_id: UUID) -> list[PlanRefund]:
    """What was taken back of an order's sales, in the hub in scope, in order."""
    ids_ = [sale.id for sale in sales(order_id)]
    statement = select(PlanRefund).where(PlanRefund.sale_id.in_(ids_)).order_by(PlanRefund.at, PlanRefund.id)
    return list(db.session.scalars(statement))


def settled_order(checkout_id: UUID, now: datetime = NOW) -> list[Order]:
    """The orders of a checkout whose money is there now (in the hub's scope)."""
    settle(checkout_id, now=now)
    return sorted(queries.orders_of_checkout(checkout_id), key=lambda order: order.number)
