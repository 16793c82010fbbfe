"""Settling a sale: split, rights and one entry, once, in the order that decides the tiers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.shares import bookings, policies, queries
from hubapp.earnings.shares.bookings import SettledOrder
from hubapp.earnings.shares.models import MonthTurnover, OrderShare
from hubapp.earnings.shares.policies import Part, Role
from hubapp.earnings.shares.rules import Terms
from hubapp.earnings.shares.services import crossing
from hubapp.kernel import arrays, ids
from hubapp.kernel.arrays import BIGINT, BOOLEAN, DATE, INTEGER, JSON, SMALLINT, TEXT, TIME, Columns
from hubapp.kernel.arrays import UUID as UUID_COLUMN
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import services as ledger

ORDER: Columns = {
    "id": UUID_COLUMN,
    "number": TEXT,
    "currency": TEXT,
    "gross": BIGINT,
    "base": BIGINT,
    "fee": BIGINT,
    "refunded": BIGINT,
    "source": TEXT,
    "month": DATE,
    "rule_key": TEXT,
    "settled_at": TIME,
}
RIGHT: Columns = {
    "id": UUID_COLUMN,
    "order_id": UUID_COLUMN,
    "position": SMALLINT,
    "owner": TEXT,
    "role": TEXT,
    "purpose": TEXT,
    "currency": TEXT,
    "amount": BIGINT,
    "reversed": BIGINT,
    "claimed": BIGINT,
    "rate_bps": INTEGER,
    "is_vacant": BOOLEAN,
    "earned_at": TIME,
    "available_at": TIME,
    "explanation": JSON,
}
ADD_ORDERS = arrays.insertion("order_share", ORDER)
ADD_RIGHTS = arrays.insertion("earning_right", RIGHT)


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
    crossing.send_earned(splits=splits)
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
    db.session.flush()
    settled = [_order_row(order, parts, months[order.order_id]) for order, parts in splits]
    db.session.execute(ADD_ORDERS, {"hub": hub_id, **arrays.arrays_of(ORDER, settled)})
    rights = [
        _right_row(order, position, part)
        for order, parts in splits
        for position, part in enumerate(parts)
        if part.role != Role.FEE and part.amount
    ]
    db.session.execute(ADD_RIGHTS, {"hub": hub_id, **arrays.arrays_of(RIGHT, rights)})


def _order_row(order: SettledOrder, parts: tuple[Part, ...], month: date) -> tuple[Any, ...]:
    fee = sum(part.amount for part in parts if part.role == Role.FEE)
    amounts = (order.gross, order.base, fee, 0)
    facts = (str(order.source), month, order.terms.rule_key, order.occurred_at)
    return (order.order_id, order.number, order.currency, *amounts, *facts)


def _right_row(order: SettledOrder, position: int, part: Part) -> tuple[Any, ...]:
    who = (part.owner, str(part.role), str(bookings.purpose_of(part)), order.currency)
    when = (order.occurred_at, order.available_at)
    explained = json.dumps(part.explanation, ensure_ascii=False)
    rate = (part.rate_bps, part.is_vacant)
    return (ids.uuid7(), order.order_id, position, *who, part.amount, 0, 0, *rate, *when, explained)
