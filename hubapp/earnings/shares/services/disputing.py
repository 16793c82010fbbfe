"""Shares of an order whose payment a bank disputes: they stand still, then move on, or go back with the money."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from hubapp.earnings.shares import bookings, policies
from hubapp.earnings.shares.bookings import TakenBack
from hubapp.earnings.shares.models import EarningFreeze, EarningRight, FreezeState, OrderShare
from hubapp.earnings.shares.services import crossing
from hubapp.earnings.shares.services.locking import locked_order, locked_rights
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Purpose


def freeze(*, order_id: UUID, dispute_id: UUID, now: datetime) -> bool:
    """No payout takes these rights while the dispute is open. Answers whether that is new.

    Refuses with NotSettled. A dispute that is over already freezes nothing any more.
    """
    locked_order(order_id=order_id)
    rights = locked_rights(EarningRight.order_id == order_id)
    if _freeze_of(order_id, dispute_id) is not None:
        return False
    _begin(order_id, dispute_id, FreezeState.OPEN, now)
    _mark(order_id, rights)
    return True


def thaw(*, order_id: UUID, dispute_id: UUID, now: datetime) -> bool:
    """The dispute took nothing: the rights are what they were. Answers whether that is new. Refuses with NotSettled."""
    locked_order(order_id=order_id)
    rights = locked_rights(EarningRight.order_id == order_id)
    row = _freeze_of(order_id, dispute_id)
    if row is None or row.state != FreezeState.OPEN:
        return False
    _end(row, FreezeState.WON, rights, now)
    return True


def claw_back(*, order_id: UUID, dispute_id: UUID, amount: int, beyond: int = 0, currency: str, now: datetime) -> bool:
    """The bank keeps `amount` of an order: it is taken back like a refund, over the remaining shares.

    `beyond` is what it keeps although the buyer had it back already: nobody earned that, the core bears it as bad debt.
    Answers whether that is new. Refuses with NotSettled and RefundTooLarge.
    """
    order = locked_order(order_id=order_id)
    rights = locked_rights(EarningRight.order_id == order_id)
    row = _freeze_of(order_id, dispute_id) or _begin(order_id, dispute_id, FreezeState.OPEN, now)
    if row.state != FreezeState.OPEN:
        return False
    _end(row, FreezeState.LOST, rights, now)
    row.amount = amount
    taken, from_core = _take(order, rights, amount)
    entry = bookings.dispute_lost(
        order_id=order_id,
        dispute_id=dispute_id,
        number=order.number,
        currency=currency,
        amount=amount + beyond,
        from_core=from_core,
        bad_debt=beyond,
        taken=taken,
        now=now,
    )
    db.session.flush()
    if entry is not None:
        # The home hub gives its share of the sale back too, or the two hubs' clearing accounts would never cancel.
        crossing.send_taken_back(order_id=order_id, entry=entry)
        ledger.post(entry=entry)
    return True


def _take(order: OrderShare, rights: list[EarningRight], amount: int) -> tuple[tuple[TakenBack, ...], int]:
    if amount == 0:
        return (), 0
    back = policies.reverse(
        amount=amount,
        gross=order.gross,
        refunded=order.refunded,
        remaining={right.position: right.amount - right.reversed for right in rights},
    )
    order.refunded += amount
    by_position = {right.position: right for right in rights}
    taken = []
    for position, part in back.parts.items():
        right = by_position[position]
        right.reversed += part
        taken.append(TakenBack(right.owner, Purpose(right.purpose), right.role, part, right.available_at))
    return tuple(taken), back.from_core


def _freeze_of(order_id: UUID, dispute_id: UUID) -> EarningFreeze | None:
    # Read after the order's lock, under which alone it changes.
    statement = select(EarningFreeze).where(EarningFreeze.dispute_id == dispute_id, EarningFreeze.order_id == order_id)
    found: EarningFreeze | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def _begin(order_id: UUID, dispute_id: UUID, state: FreezeState, now: datetime) -> EarningFreeze:
    row = EarningFreeze(
        hub_id=require_hub_id(), dispute_id=dispute_id, order_id=order_id, state=state, amount=0, changed_at=now
    )
    db.session.add(row)
    db.session.flush()
    return row


def _end(row: EarningFreeze, state: FreezeState, rights: list[EarningRight], now: datetime) -> None:
    row.state, row.changed_at = state, now
    db.session.flush()
    _mark(row.order_id, rights)


def _mark(order_id: UUID, rights: list[EarningRight]) -> None:
    """Rights stand still as long as any dispute of their order is open."""
    open_one = exists().where(EarningFreeze.order_id == order_id, EarningFreeze.state == FreezeState.OPEN)
    is_frozen = bool(db.session.scalar(select(open_one)))
    for right in rights:
        right.is_frozen = is_frozen
    db.session.flush()
