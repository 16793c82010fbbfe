"""Sums over many orders for reports: shipping by month, and what tax their lines contain (hub in scope)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.market.orders.models import Order, OrderLine

AT_A_TIME = 5_000
RateKey = tuple[str, int]


@dataclass(slots=True)
class Taxed:
    """An order's amounts by (tax category, rate in basis points), tax and shipping included: gross, and tax in it."""

    is_core: bool
    gross: dict[RateKey, int] = field(default_factory=dict)
    tax: dict[RateKey, int] = field(default_factory=dict)


def shipping_by_month(*, timezone: str, start: datetime, end: datetime) -> Mapping[tuple[date, str], int]:
    """(first of month, currency) → shipping net of tax in orders paid then, in minor units."""
    month = func.date_trunc("month", func.timezone(timezone, Order.paid_at))
    rows = db.session.execute(
        select(month, Order.currency, func.sum(Order.shipping))
        .where(Order.paid_at >= start, Order.paid_at < end)
        .group_by(month, Order.currency)
    )
    return {(first.date(), currency): int(amount) for first, currency, amount in rows}


def taxed(order_ids: Collection[UUID]) -> dict[UUID, Taxed]:
    """Order → its amounts by category and rate."""
    found: dict[UUID, Taxed] = {}
    wanted = sorted(order_ids)
    for start in range(0, len(wanted), AT_A_TIME):
        rows = db.session.execute(
            select(Order.id, Order.seller_account_id, OrderLine)
            .join(OrderLine, (OrderLine.hub_id == Order.hub_id) & (OrderLine.order_id == Order.id))
            .where(Order.id.in_(wanted[start : start + AT_A_TIME]))
            .order_by(Order.id, OrderLine.position)
        )
        for order_id, seller_id, line in rows:
            order = found.setdefault(order_id, Taxed(seller_id is None))
            key = (line.tax_category, line.tax_rate)
            order.gross[key] = order.gross.get(key, 0) + line.gross + line.shipping
            order.tax[key] = order.tax.get(key, 0) + line.tax + line.shipping_tax
    return found
