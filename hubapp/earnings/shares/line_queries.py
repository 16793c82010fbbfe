"""Reading what somebody earned, line by line: their rights, what payouts claimed of them, what is owed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from hubapp.earnings.shares.models import EarningClaim, EarningRight, OrderShare
from hubapp.earnings.shares.queries import OUTSTANDING
from hubapp.kernel.db import db, require_hub_id


@dataclass(frozen=True, slots=True)
class EarningLine:
    """One right of one owner, with what explains it. `claimed` is what payouts took of it."""

    id: UUID
    order_id: UUID
    number: str
    role: str
    currency: str
    amount: int
    reversed: int
    claimed: int
    rate_bps: int | None
    base: int
    rule_version: str
    explanation: dict[str, Any]
    available_at: datetime
    occurred_at: datetime
    payout_id: UUID | None
    is_frozen: bool = False


def earnings_of(
    owner: str, *, currency: str, role: str | None = None, before: UUID | None = None, limit: int = 50
) -> list[EarningLine]:
    """What an owner earned in the hub in scope, newest first; `before` is the id of the last line seen."""
    conditions = [EarningRight.owner == owner, EarningRight.currency == currency]
    if role is not None:
        conditions.append(EarningRight.role == role)
    if before is not None:
        conditions.append(EarningRight.id < before)
    return _lines(conditions, limit)


def owed_lines(owner: str, *, currency: str, limit: int = 50) -> list[EarningLine]:
    """The lines that refunds took back after a payout had paid them, with what is still owed of each: the oldest first.

    What is owed of a line is `reversed` + `claimed` − `amount`.
    """
    lines = _lines([EarningRight.owner == owner, EarningRight.currency == currency, OUTSTANDING < 0], limit)
    return lines[::-1]


def claimed_by(payout_id: UUID) -> list[EarningLine]:
    """The lines that a payout took in the hub in scope; one with `reversed` above zero may have been netted."""
    taken = select(EarningClaim.right_id).where(
        EarningClaim.hub_id == require_hub_id(), EarningClaim.payout_id == payout_id
    )
    return _lines([EarningRight.id.in_(taken)], None)


def claims_of(payout_id: UUID) -> list[tuple[EarningLine, int]]:
    """The lines that a payout took in the hub in scope with what it took of each, in minor units."""
    rows = db.session.execute(
        select(EarningClaim.right_id, EarningClaim.amount).where(
            EarningClaim.hub_id == require_hub_id(), EarningClaim.payout_id == payout_id
        )
    )
    amounts = {right_id: int(amount) for right_id, amount in rows}
    return [(line, amounts[line.id]) for line in claimed_by(payout_id)]


def claim_of(payout_id: UUID) -> int:
    """The sum that a payout took in the hub in scope, in minor units."""
    total = db.session.scalar(
        select(func.sum(EarningClaim.amount)).where(
            EarningClaim.hub_id == require_hub_id(), EarningClaim.payout_id == payout_id
        )
    )
    return int(total or 0)


def _lines(conditions: Sequence[ColumnElement[bool]], limit: int | None) -> list[EarningLine]:
    rows = db.session.execute(
        select(EarningRight, OrderShare)
        .join(OrderShare, (OrderShare.hub_id == EarningRight.hub_id) & (OrderShare.id == EarningRight.order_id))
        .where(EarningRight.hub_id == require_hub_id(), *conditions)
        .order_by(EarningRight.id.desc())
        .limit(limit)
    )
    return [
        EarningLine(
            right.id,
            right.order_id,
            settled.number,
            right.role,
            right.currency,
            right.amount,
            right.reversed,
            right.claimed,
            right.rate_bps,
            settled.base,
            settled.rule_key,
            right.explanation,
            right.available_at,
            right.earned_at,
            right.payout_id,
            right.is_frozen,
        )
        for right, settled in rows
    ]


def count_frozen(owner: str) -> int:
    """How many of an owner's rights in the hub in scope wait for the end of a dispute."""
    statement = select(func.count()).select_from(EarningRight)
    whose = (EarningRight.hub_id == require_hub_id(), EarningRight.owner == owner, EarningRight.is_frozen)
    return db.session.scalar(statement.where(*whose)) or 0


def left_of_grant(grant_id: UUID) -> int:
    """What of a right that no sale brought was not taken back yet, in minor units."""
    left = select(EarningRight.amount - EarningRight.reversed)
    statement = left.where(EarningRight.hub_id == require_hub_id(), EarningRight.order_id == grant_id)
    return int(db.session.scalar(statement) or 0)
