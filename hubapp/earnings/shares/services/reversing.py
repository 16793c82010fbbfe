"""Taking shares back with a refund, at the original rates, and giving them back if the refund fails after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.shares import bookings, policies
from hubapp.earnings.shares.bookings import TakenBack
from hubapp.earnings.shares.errors import NotSettled, WrongAmounts
from hubapp.earnings.shares.models import EarningRight, OrderShare
from hubapp.earnings.shares.services import crossing
from hubapp.earnings.shares.services.locking import locked_rights
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Leg, NewEntry, Purpose


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back to a buyer, in minor units of the order's currency."""

    order_id: UUID
    refund_id: UUID
    amount: int
    currency: str
    occurred_at: datetime


def reverse(*, order_id: UUID, refund_id: UUID, amount: int, currency: str, now: datetime) -> None:
    """Take a refund back from those who earned, at the original rates, once per refund.

    Refuses with NotSettled and RefundTooLarge. Turnover stays as it was counted: later sales keep their tiers. A right
    that was paid out already becomes outstanding below zero, and its owner's next payout is that much smaller.
    """
    reverse_many(refunds=[Refund(order_id, refund_id, amount, currency, now)])


def reverse_many(*, refunds: Sequence[Refund]) -> int:
    """Take back many refunds in this sequence; returns how many were new. Refuses like `reverse`."""
    order_ids = {refund.order_id for refund in refunds}
    orders = {order.id: order for order in _locked_orders(order_ids)}
    rights: dict[UUID, list[EarningRight]] = {order_id: [] for order_id in order_ids}
    for right in locked_rights(EarningRight.order_id.in_(order_ids)):
        rights[right.order_id].append(right)
    done = books.known_keys([bookings.refunded_key(refund.refund_id) for refund in refunds])
    entries: dict[str, NewEntry] = {}
    for refund in refunds:
        order = orders.get(refund.order_id)
        if order is None:
            raise NotSettled("This order was not paid here.")
        if order.currency != refund.currency:
            raise WrongAmounts(f"the order was in {order.currency}, the refund is in {refund.currency}")
        key = bookings.refunded_key(refund.refund_id)
        if key not in done and key not in entries:
            entries[key] = _take_back(refund, order, rights[order.id])
            crossing.send_taken_back(order_id=order.id, entry=entries[key])
    db.session.flush()
    return ledger.post_many(entries=list(entries.values()))


def _locked_orders(order_ids: set[UUID]) -> Sequence[OrderShare]:
    statement = select(OrderShare).where(OrderShare.hub_id == require_hub_id(), OrderShare.id.in_(order_ids))
    statement = statement.order_by(OrderShare.id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _take_back(refund: Refund, order: OrderShare, rights: Sequence[EarningRight]) -> NewEntry:
    by_position = {right.position: right for right in rights}
    back = policies.reverse(
        amount=refund.amount,
        gross=order.gross,
        refunded=order.refunded,
        remaining={right.position: right.amount - right.reversed for right in rights if right.amount > 0},
    )
    order.refunded += refund.amount
    taken = []
    for position, part in back.parts.items():
        right = by_position[position]
        right.reversed += part
        taken.append(TakenBack(right.owner, Purpose(right.purpose), right.role, part, right.available_at))
    return bookings.refund(
        order_id=order.id,
        refund_id=refund.refund_id,
        number=order.number,
        currency=order.currency,
        source=order.source,
        amount=refund.amount,
        from_core=back.from_core,
        taken=tuple(taken),
        now=refund.occurred_at,
    )


def restore(*, order_id: UUID, refund_id: UUID, now: datetime) -> None:
    """Give back what a refund took, when its money came back to us: the refund failed after it had been booked.

    Does nothing for a refund that was never booked, and nothing the second time.
    """
    booked_id = books.entry_id_of(bookings.refunded_key(refund_id))
    if booked_id is None:
        return
    (order,) = _locked_orders({order_id})
    key = bookings.restored_key(refund_id)
    if books.entry_id_of(key) is not None:
        return
    booked = books.entry(booked_id)
    given = {(leg.owner, leg.tag): leg.amount for leg in booked.legs}
    for right in locked_rights(EarningRight.order_id == order_id):
        right.reversed -= given.get((right.owner, right.role), 0)
    order.refunded += next(leg.amount for leg in booked.legs if leg.tag == "refund")
    db.session.flush()
    legs = tuple(Leg(leg.owner, Purpose(leg.purpose), -leg.amount, leg.available_at, leg.tag) for leg in booked.legs)
    entry = NewEntry(key, "refund_failed", booked.ref, booked.currency, now, legs, booked.memo)
    crossing.send_given_again(order_id=order_id, entry=entry)
    ledger.post(entry=entry)
