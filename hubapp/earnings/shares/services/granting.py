"""A right that no sale brought: what the core pays somebody, booked as its cost, once; and taking it back again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.shares import policies, queries
from hubapp.earnings.shares.errors import RefundTooLarge
from hubapp.earnings.shares.models import EarningRight, OrderShare
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.services.locking import locked_order, locked_rights
from hubapp.earnings.shares.services.settling import ADD_ORDERS, ADD_RIGHTS, ORDER, RIGHT
from hubapp.kernel import arrays, ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Leg, NewEntry, Purpose


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody has a right to, in minor units of `currency`, at the core's `cost`; `id` names what it is for.

    `key`, `kind` and `ref` are the entry's; `number` is what lists call it.
    """

    id: UUID
    number: str
    owner: str
    role: Role
    amount: int
    currency: str
    cost: Purpose
    key: str
    kind: str
    ref: str
    explanation: dict[str, Any]
    occurred_at: datetime


def grant(*, grant: Grant) -> bool:
    """Give the right and book it in the hub in scope; False when it was given before, and nothing changes.

    It hangs on an order of zero, like a share of a sale elsewhere, so that payouts, netting and documents take it like
    any other earning; that order is no turnover. It is not held: nobody can give back what it was paid for.
    """
    return grant_many(grants=[grant]) == 1


def grant_many(*, grants: Sequence[Grant]) -> int:
    """The same for many at once, in their order; returns how many were new."""
    hub_id = require_hub_id()
    wanted = [one.id for one in grants]
    known = set(db.session.scalars(select(OrderShare.id).where(OrderShare.hub_id == hub_id, OrderShare.id.in_(wanted))))
    fresh = [one for one in grants if one.id not in known]
    if not fresh:
        return 0
    rules = {moment: queries.rules(moment).key for moment in {one.occurred_at for one in fresh}}
    orders = [_order_row(one, rules[one.occurred_at]) for one in fresh]
    db.session.flush()
    db.session.execute(ADD_ORDERS, {"hub": hub_id, **arrays.arrays_of(ORDER, orders)})
    db.session.execute(ADD_RIGHTS, {"hub": hub_id, **arrays.arrays_of(RIGHT, [_right_row(one) for one in fresh])})
    return ledger.post_many(entries=[_entry(one) for one in fresh])


def _order_row(one: Grant, rule_key: str) -> tuple[Any, ...]:
    facts = (str(one.cost), queries.month_of(one.occurred_at), rule_key, one.occurred_at)
    return (one.id, one.number, one.currency, 0, 0, 0, 0, *facts)


def _right_row(one: Grant) -> tuple[Any, ...]:
    who = (one.owner, str(one.role), str(Purpose.OWED), one.currency)
    explained = json.dumps(one.explanation, ensure_ascii=False)
    when = (one.occurred_at, one.occurred_at)
    return (ids.uuid7(), one.id, 0, *who, one.amount, 0, 0, None, False, *when, explained)


def _entry(one: Grant) -> NewEntry:
    legs = (
        Leg(policies.CORE, one.cost, one.amount, tag=one.role),
        Leg(one.owner, Purpose.OWED, -one.amount, tag=one.role),
    )
    return NewEntry(one.key, one.kind, one.ref, one.currency, one.occurred_at, legs, one.number)


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What of a granted right is taken back, in minor units; `key`, `kind` and `ref` are the entry's."""

    grant_id: UUID
    amount: int
    cost: Purpose
    key: str
    kind: str
    ref: str
    occurred_at: datetime


def take_back(*, back: TakeBack) -> None:
    """Book a part of a granted right back from its owner to the core's cost, in the hub in scope.

    What no payout has taken is theirs no longer; what one has is owed back and netted from later ones, like a refund.
    Refuses with NotSettled and RefundTooLarge.
    """
    order = locked_order(order_id=back.grant_id)
    (right,) = locked_rights(EarningRight.order_id == back.grant_id)
    if not 0 < back.amount <= right.amount - right.reversed:
        raise RefundTooLarge
    right.reversed += back.amount
    db.session.flush()
    legs = (
        Leg(right.owner, Purpose(right.purpose), back.amount, tag=right.role),
        Leg(policies.CORE, back.cost, -back.amount, tag=right.role),
    )
    facts = (back.key, back.kind, back.ref, right.currency, back.occurred_at)
    ledger.post(entry=NewEntry(*facts, legs, order.number))
