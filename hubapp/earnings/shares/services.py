"""Settling a sale, taking shares back with a refund, and handing what is available to a payout: each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.shares import bookings, policies, queries
from hubapp.earnings.shares.bookings import SettledOrder, TakenBack
from hubapp.earnings.shares.errors import NotSettled, WrongAmounts
from hubapp.earnings.shares.models import EarningClaim, EarningRight, MonthTurnover, OrderShare
from hubapp.earnings.shares.policies import Part, Role
from hubapp.earnings.shares.rules import Terms
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Purpose

__all__ = [
    "SettledOrder",
    "Terms",
    "claim_for_payout",
    "freeze_terms",
    "release_payout",
    "reverse",
    "settle",
    "settle_many",
]


def freeze_terms(*, now: datetime) -> Terms:
    """The rules in force, to be kept on an order: what changes later does not change this sale."""
    return queries.rules(now).terms


def settle(*, order: SettledOrder) -> None:
    """Split a paid order: one balanced entry, and a right for each party. Doing it again changes nothing.

    Raises WrongAmounts when the order's amounts contradict each other.
    """
    settle_many(orders=[order])


def settle_many(*, orders: Sequence[SettledOrder]) -> int:
    """Settle orders in this sequence, which decides their tiers; returns how many were new."""
    hub_id = require_hub_id()
    months = {order.order_id: queries.month_of(order.occurred_at) for order in orders}
    counters = _counters({(months[order.order_id], order.currency) for order in orders})
    known = set(db.session.scalars(select(OrderShare.id).where(OrderShare.hub_id == hub_id, OrderShare.id.in_(months))))
    splits: list[tuple[SettledOrder, tuple[Part, ...]]] = []
    for order in orders:
        if order.order_id in known:
            continue
        known.add(order.order_id)
        counter = counters[months[order.order_id], order.currency]
        parts = policies.split(
            amounts=order.amounts,
            parties=order.parties,
            rules=order.terms.rules,
            currency=order.currency,
            turnover=counter.turnover,
        )
        counter.turnover += order.base
        splits.append((order, parts))
    _write(hub_id, splits, months)
    entries = [bookings.settlement(order, parts) for order, parts in splits]
    ledger.post_many(entries=[entry for entry in entries if entry is not None])
    return len(splits)


def _counters(keys: set[tuple[date, str]]) -> dict[tuple[date, str], MonthTurnover]:
    """The months' counters, locked: turnover counts in the order of settlement, one order after the other."""
    hub_id = require_hub_id()
    for month, currency in sorted(keys):
        db.session.execute(
            insert(MonthTurnover)
            .values(hub_id=hub_id, id=ids.uuid7(), month=month, currency=currency, turnover=0)
            .on_conflict_do_nothing()
        )
    rows = db.session.scalars(
        select(MonthTurnover)
        .where(MonthTurnover.hub_id == hub_id, MonthTurnover.month.in_({month for month, _ in keys}))
        .order_by(MonthTurnover.month, MonthTurnover.currency)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.month, row.currency): row for row in rows}


def _write(hub_id: int, splits: Sequence[tuple[SettledOrder, tuple[Part, ...]]], months: dict[UUID, date]) -> None:
    if not splits:
        return
    settled = [
        {
            "hub_id": hub_id,
            "id": order.order_id,
            "number": order.number,
            "currency": order.currency,
            "gross": order.gross,
            "base": order.base,
            "fee": sum(part.amount for part in parts if part.role == Role.FEE),
            "refunded": 0,
            "source": str(order.source),
            "month": months[order.order_id],
            "rule_key": order.terms.rule_key,
            "settled_at": order.occurred_at,
        }
        for order, parts in splits
    ]
    rights = [
        {
            "hub_id": hub_id,
            "id": ids.uuid7(),
            "order_id": order.order_id,
            "position": position,
            "owner": part.owner,
            "role": str(part.role),
            "purpose": str(bookings.purpose_of(part)),
            "currency": order.currency,
            "amount": part.amount,
            "reversed": 0,
            "claimed": 0,
            "rate_bps": part.rate_bps,
            "is_vacant": part.is_vacant,
            "earned_at": order.occurred_at,
            "available_at": order.available_at,
            "explanation": part.explanation,
        }
        for order, parts in splits
        for position, part in enumerate(parts)
        if part.role != Role.FEE and part.amount
    ]
    db.session.flush()
    db.session.execute(OrderShare.__table__.insert(), settled)
    if rights:
        db.session.execute(EarningRight.__table__.insert(), rights)


def reverse(*, order_id: UUID, refund_id: UUID, amount: int, currency: str, now: datetime) -> None:
    """Take a refund back from those who earned, at the original rates, once per refund.

    Refuses with NotSettled and RefundTooLarge. Turnover stays as it was counted: later sales keep their tiers. A right
    that was paid out already becomes outstanding below zero, and its owner's next payout is that much smaller.
    """
    hub_id = require_hub_id()
    settled = db.session.scalar(
        select(OrderShare)
        .where(OrderShare.hub_id == hub_id, OrderShare.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if settled is None:
        raise NotSettled("This order was not paid here.")
    if settled.currency != currency:
        raise WrongAmounts(f"the order was in {settled.currency}, the refund is in {currency}")
    if books.entry_id_of(bookings.refunded_key(refund_id)) is not None:
        return
    rights = _locked(EarningRight.order_id == order_id)
    by_position = {right.position: right for right in rights}
    back = policies.reverse(
        amount=amount,
        gross=settled.gross,
        refunded=settled.refunded,
        remaining={right.position: right.amount - right.reversed for right in rights},
    )
    settled.refunded += amount
    taken = []
    for position, part in back.parts.items():
        right = by_position[position]
        right.reversed += part
        taken.append(TakenBack(right.owner, Purpose(right.purpose), right.role, part, right.available_at))
    entry = bookings.refund(
        order_id=order_id,
        refund_id=refund_id,
        number=settled.number,
        currency=currency,
        source=settled.source,
        amount=amount,
        from_core=back.from_core,
        taken=tuple(taken),
        now=now,
    )
    ledger.post(entry=entry)


def _locked(*conditions: object) -> list[EarningRight]:
    """Rights of the hub in scope, locked always in the same order, so that two of us never wait for each other."""
    statement = select(EarningRight).where(EarningRight.hub_id == require_hub_id(), *conditions)  # type: ignore[arg-type]
    statement = statement.order_by(EarningRight.order_id, EarningRight.position).with_for_update()
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def claim_for_payout(*, owner: str, currency: str, payout_id: UUID, now: datetime) -> int:
    """Mark all that is available to `owner` as taken by a payout and return the sum, in minor units.

    Refunds that came after an earlier payout are netted. When they exceed what is available, nothing is taken and the
    answer is 0. Claiming again for the same payout returns what it took.
    """
    hub_id = require_hub_id()
    rights = _locked(*queries.payable(owner, currency, now))
    taken = queries.claim_of(payout_id)
    if taken:
        return taken
    total = sum(right.amount - right.reversed - right.claimed for right in rights)
    if total <= 0:
        return 0
    for right in rights:
        part = right.amount - right.reversed - right.claimed
        db.session.add(EarningClaim(hub_id=hub_id, payout_id=payout_id, right_id=right.id, amount=part))
        right.claimed += part
        if right.payout_id is None:
            right.payout_id = payout_id
    db.session.flush()
    return total


def release_payout(*, payout_id: UUID) -> int:
    """Give back what a payout took, when it was canceled or failed, and return how much; the second time 0."""
    claims = select(EarningClaim).where(EarningClaim.hub_id == require_hub_id(), EarningClaim.payout_id == payout_id)
    rights = {
        right.id: right for right in _locked(EarningRight.id.in_(claims.with_only_columns(EarningClaim.right_id)))
    }
    released = 0
    # Asked after the lock: whoever released it meanwhile has deleted the claims.
    for claim in db.session.scalars(claims.execution_options(populate_existing=True)).all():
        right = rights[claim.right_id]
        right.claimed -= claim.amount
        if right.payout_id == payout_id:
            right.payout_id = None
        released += claim.amount
        db.session.delete(claim)
    db.session.flush()
    return released
