"""Settling a sale: split, rights and one entry, once, in the order that decides the tiers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.shares import bookings, policies, queries
from hubapp.earnings.shares.bookings import SettledOrder
from hubapp.earnings.shares.models import EarningRight, MonthTurnover, OrderShare
from hubapp.earnings.shares.policies import Part, Role
from hubapp.earnings.shares.rules import Terms
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import services as ledger


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
