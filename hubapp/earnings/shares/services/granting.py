"""A right that no sale brought: what the core pays somebody, booked as its cost, once; and taking it back again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hubapp.earnings.shares import policies, queries
from hubapp.earnings.shares.errors import RefundTooLarge
from hubapp.earnings.shares.models import EarningRight, OrderShare
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.services.locking import locked_order, locked_rights
from hubapp.kernel.db import db
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
    if queries.is_settled(grant.id):
        return False
    db.session.add(
        OrderShare(
            id=grant.id,
            number=grant.number,
            currency=grant.currency,
            gross=0,
            base=0,
            fee=0,
            source=grant.cost,
            month=queries.month_of(grant.occurred_at),
            rule_key=queries.rules(grant.occurred_at).key,
            settled_at=grant.occurred_at,
        )
    )
    db.session.flush()
    db.session.add(
        EarningRight(
            order_id=grant.id,
            position=0,
            owner=grant.owner,
            role=grant.role,
            purpose=Purpose.OWED,
            currency=grant.currency,
            amount=grant.amount,
            earned_at=grant.occurred_at,
            available_at=grant.occurred_at,
            explanation=grant.explanation,
        )
    )
    db.session.flush()
    legs = (
        Leg(policies.CORE, grant.cost, grant.amount, tag=grant.role),
        Leg(grant.owner, Purpose.OWED, -grant.amount, tag=grant.role),
    )
    facts = (grant.key, grant.kind, grant.ref, grant.currency, grant.occurred_at)
    ledger.post(entry=NewEntry(*facts, legs, grant.number))
    return True


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
