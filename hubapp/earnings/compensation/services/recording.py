"""What the plan sees of the core's product line: sold, handed over, given back; in the transaction that books it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.compensation import participant_queries, sale_policies
from hubapp.earnings.compensation.models import PlanRefund, PlanSale
from hubapp.earnings.compensation.sale_policies import Left
from hubapp.earnings.compensation.services import counting
from hubapp.earnings.compensation.services.counting import Change
from hubapp.earnings.shares import returned
from hubapp.kernel.db import db

FAILED = ":failed"


@dataclass(frozen=True, slots=True)
class SoldLine:
    """An order line of the plan regime, in minor units; `amount` has the tax inside, `cv` has not, `pv` are points."""

    id: UUID
    position: int
    kind: str
    amount: int
    cv: int
    pv: int


@dataclass(frozen=True, slots=True)
class Sold:
    """A paid order of the core's product line. `referrer_id`: who brought the customer, participant or not."""

    order_id: UUID
    number: str
    currency: str
    buyer_id: UUID
    referrer_id: UUID | None
    ordered_at: datetime
    paid_at: datetime
    lines: Sequence[SoldLine]


def record_sale(*, sold: Sold) -> None:
    """Note a sale, once per line. Who takes part and buys buys for themselves: nobody earns by it.

    Else the seller is who brought the customer, if they take part at the time of the payment.
    """
    if _sales(sold.order_id):
        return
    people = participant_queries.standings({sold.buyer_id, sold.referrer_id} - {None})
    seller_id = None
    for candidate in (sold.buyer_id, sold.referrer_id):
        if candidate is not None and candidate in people and people[candidate].at(sold.paid_at):
            seller_id = candidate
            break
    rows = [
        PlanSale(
            id=line.id,
            order_id=sold.order_id,
            number=sold.number,
            position=line.position,
            kind=line.kind,
            currency=sold.currency,
            amount=line.amount,
            cv=line.cv,
            pv=line.pv,
            seller_id=seller_id,
            buyer_id=sold.buyer_id,
            ordered_at=sold.ordered_at,
            paid_at=sold.paid_at,
        )
        for line in sold.lines
    ]
    db.session.add_all(rows)
    db.session.flush()
    counting.count(changes=[Change(row, row.cv, row.pv, counting.AT_SALE) for row in rows])


def record_handover(*, order_id: UUID, now: datetime) -> None:
    """The buyer has it: from now on it counts where the plan counts what was handed over. Once."""
    rows = [row for row in _sales(order_id) if row.handed_over_at is None]
    left = _left(rows)
    for row in rows:
        row.handed_over_at = now
    db.session.flush()
    counting.count(changes=[Change(row, left[row.id].cv, left[row.id].pv, counting.AT_HANDOVER) for row in rows])


def record_refund(
    *, order_id: UUID, key: str, amount: int, gross: int, asked: Mapping[UUID, int], now: datetime
) -> None:
    """Note what a refund, or a lost dispute, took of each sale of an order, after the shares were reversed. Once a key.

    `gross`: what the whole order cost, with its shipping; `asked`: line → the value of the pieces it was asked for.
    """
    rows = _sales(order_id)
    if not rows or _noted(rows, key):
        return
    left = _left(rows)
    remaining = {row.id: left[row.id].amount for row in rows}
    whole = gross - returned.returned_of(order_id) + amount
    shipping = max(0, whole - sum(remaining.values()))
    parts = sale_policies.apportion(amount, remaining=remaining, shipping=shipping, asked=asked)
    _note(rows, key, {row.id: left[row.id].part(parts[row.id]) for row in rows}, now)


def record_failed_refund(*, order_id: UUID, key: str, now: datetime) -> None:
    """Give the sales again what a refund took, when its money came back. Nothing for one never noted; once."""
    rows = _sales(order_id)
    taken = {refund.sale_id: refund for refund in _noted(rows, key)}
    if not taken or _noted(rows, key + FAILED):
        return
    again = {row.id: taken[row.id] for row in rows if row.id in taken}
    _note(rows, key + FAILED, {id_: Left(-one.amount, -one.cv, -one.pv) for id_, one in again.items()}, now)


def _note(rows: Sequence[PlanSale], key: str, taken: Mapping[UUID, Left], now: datetime) -> None:
    """Also what took nothing, so that the same news is known again whatever it took."""
    for row in rows:
        part = taken[row.id]
        db.session.add(PlanRefund(sale_id=row.id, key=key, amount=part.amount, cv=part.cv, pv=part.pv, at=now))
    db.session.flush()
    changes = [Change(row, -taken[row.id].cv, -taken[row.id].pv, counting.ALWAYS) for row in rows]
    counting.count(changes=changes)


def _sales(order_id: UUID) -> Sequence[PlanSale]:
    statement = select(PlanSale).where(PlanSale.order_id == order_id).order_by(PlanSale.position)
    # The order's own lock is held: nobody else changes them meanwhile.
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _noted(rows: Sequence[PlanSale], key: str) -> Sequence[PlanRefund]:
    statement = select(PlanRefund).where(PlanRefund.sale_id.in_([row.id for row in rows]), PlanRefund.key == key)
    return db.session.scalars(statement).all()


def _left(rows: Collection[PlanSale]) -> dict[UUID, Left]:
    sums = (func.sum(PlanRefund.amount), func.sum(PlanRefund.cv), func.sum(PlanRefund.pv))
    statement = select(PlanRefund.sale_id, *sums).where(PlanRefund.sale_id.in_([row.id for row in rows]))
    gone = {
        sale_id: (int(amount), int(cv), int(pv))
        for sale_id, amount, cv, pv in db.session.execute(statement.group_by(PlanRefund.sale_id))
    }
    found = {}
    for row in rows:
        amount, cv, pv = gone.get(row.id, (0, 0, 0))
        found[row.id] = Left(row.amount - amount, row.cv - cv, row.pv - pv)
    return found
