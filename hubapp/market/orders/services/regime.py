"""What the pay plan hears of an order: the lines of the core's product line, sold, handed over and given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation.services import recording as plan
from hubapp.kernel.db import db
from hubapp.market.orders import refund_rules
from hubapp.market.orders.models import Order, OrderLine
from hubapp.market.orders.refund_rules import Bought


def lines_by_plan(*, order: Order) -> Sequence[OrderLine]:
    """The lines that the pay plan pays for: all of an order, or none. Only the core sells such."""
    if order.seller_account_id is not None:
        return ()
    statement = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    lines = db.session.scalars(statement).all()
    return [line for line in lines if line.plan_kind is not None]


def record_sale(*, order: Order, lines: Sequence[OrderLine], now: datetime) -> None:
    """It is paid: tell the plan, in the transaction that books it."""
    if not lines or order.buyer_account_id is None:
        return
    plan.record_sale(
        sold=plan.Sold(
            order_id=order.id,
            number=str(order.number),
            currency=order.currency,
            buyer_id=order.buyer_account_id,
            referrer_id=order.referrer_account_id,
            ordered_at=order.placed_at,
            paid_at=now,
            lines=tuple(_sold(line) for line in lines),
        )
    )


def _sold(line: OrderLine) -> plan.SoldLine:
    points = line.plan_points * line.quantity
    return plan.SoldLine(line.id, line.position, str(line.plan_kind), line.gross, line.gross - line.tax, points)


def record_handover(*, order: Order, now: datetime) -> None:
    """The buyer has it."""
    if order.seller_account_id is None:
        plan.record_handover(order_id=order.id, now=now)


def record_refund(
    *, order: Order, refund_id: UUID, amount: int, now: datetime, pieces: Mapping[str, int] | None = None
) -> None:
    """Money went back to the buyer; `pieces`: what it was asked for, line by line, where that was said."""
    if order.seller_account_id is not None:
        return
    plan.record_refund(
        order_id=order.id,
        key=f"refund:{refund_id}",
        amount=amount,
        gross=order.gross,
        asked=_values(order, pieces or {}),
        now=now,
    )


def _values(order: Order, pieces: Mapping[str, int]) -> dict[UUID, int]:
    """Line → what these pieces of it cost, without shipping, which is no part of what the plan pays for."""
    if not pieces:
        return {}
    lines = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    return {
        line.id: refund_rules.value_of([Bought(line.id, line.quantity, line.gross, 0)], {line.id: pieces[str(line.id)]})
        for line in lines
        if str(line.id) in pieces
    }


def record_failed_refund(*, order: Order, refund_id: UUID, now: datetime) -> None:
    """The money of a refund came back after it had been recorded: the sale is what it was."""
    if order.seller_account_id is None:
        plan.record_failed_refund(order_id=order.id, key=f"refund:{refund_id}", now=now)


def record_loss(*, order: Order, dispute_id: UUID, amount: int, now: datetime) -> None:
    """A bank keeps a part of it."""
    if order.seller_account_id is None and amount:
        plan.record_refund(
            order_id=order.id, key=f"dispute:{dispute_id}", amount=amount, gross=order.gross, asked={}, now=now
        )
