"""Cross-hub shares: written with the selling hub's entry, booked in the home hub's books by a job, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.shares import bookings, policies
from hubapp.earnings.shares.bookings import SettledOrder, TakenBack
from hubapp.earnings.shares.models import ClearingMove, EarningRight, MoveKind, OrderShare
from hubapp.earnings.shares.policies import Part, Role
from hubapp.earnings.shares.queries import month_of
from hubapp.earnings.shares.services.locking import locked_rights
from hubapp.jobs import queue
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import allocate
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Leg, NewEntry, Purpose
from hubapp.people.membership import queries as membership
from hubapp.tenancy import queries as tenancy

BOOK = "shares.book_moves"


def lock_of(*, hub_id: int, order_id: UUID) -> str:
    """The moves of one order are booked one after the other."""
    return f"clearing:{hub_id}:{order_id}"


def send_earned(*, splits: Sequence[tuple[SettledOrder, tuple[Part, ...]]]) -> None:
    """Note what home hubs are to get of these sales, in the transaction that books them here."""
    for order, parts in splits:
        part = next((part for part in parts if part.role == Role.CROSS_HUB), None)
        if part is None or order.home_hub_id is None:
            continue
        move = ClearingMove(
            key=bookings.home_key(bookings.settled_key(order.order_id)),
            kind=MoveKind.EARNED,
            from_hub_id=require_hub_id(),
            to_hub_id=order.home_hub_id,
            order_id=order.order_id,
            number=order.number,
            currency=order.currency,
            amount=part.amount,
            base=order.base,
            rate_bps=part.rate_bps,
            rule_key=order.terms.rule_key,
            occurred_at=order.occurred_at,
            available_at=order.available_at,
        )
        _send(move)


def send_taken_back(*, order_id: UUID, entry: NewEntry) -> None:
    """The same for a refund; `entry` is what is booked here."""
    _follow(order_id, entry, MoveKind.TAKEN_BACK)


def send_given_again(*, order_id: UUID, entry: NewEntry) -> None:
    """The same for a refund that failed after it had been booked."""
    _follow(order_id, entry, MoveKind.GIVEN_AGAIN)


def _follow(order_id: UUID, entry: NewEntry, kind: MoveKind) -> None:
    amount = sum(abs(leg.amount) for leg in entry.legs if leg.tag == Role.CROSS_HUB)
    if not amount:
        return
    earned = db.session.scalars(
        select(ClearingMove).where(ClearingMove.key == bookings.home_key(bookings.settled_key(order_id)))
    ).one()
    same = ("from_hub_id", "to_hub_id", "order_id", "number", "currency", "base", "rate_bps", "rule_key")
    move = ClearingMove(
        key=bookings.home_key(entry.key),
        kind=kind,
        amount=amount,
        occurred_at=entry.occurred_at,
        available_at=earned.available_at,
        **{name: getattr(earned, name) for name in same},
    )
    _send(move)


def _send(move: ClearingMove) -> None:
    db.session.add(move)
    db.session.flush()
    queue.enqueue(
        BOOK,
        hub_id=move.to_hub_id,
        lock=lock_of(hub_id=move.to_hub_id, order_id=move.order_id),
        arguments={"order_id": str(move.order_id)},
    )


def book_moves(*, order_id: UUID, now: datetime) -> int:
    """Book, in the home hub in scope, what is not booked yet of one order's moves; returns how many were."""
    moves = db.session.scalars(
        select(ClearingMove)
        .where(ClearingMove.to_hub_id == require_hub_id(), ClearingMove.order_id == order_id)
        .order_by(ClearingMove.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    waiting = [move for move in moves if move.booked_at is None]
    steps = {MoveKind.EARNED: _earn, MoveKind.TAKEN_BACK: _take_back, MoveKind.GIVEN_AGAIN: _give_again}
    for move in waiting:
        taken = steps[MoveKind(move.kind)](move)
        move.booked_at = now
        db.session.flush()
        _book(move, taken)
    return len(waiting)


def _book(move: ClearingMove, taken: Sequence[TakenBack]) -> None:
    """The home hub's entry: the selling hub's clearing account against those who have the share."""
    sign = -1 if move.kind == MoveKind.TAKEN_BACK else 1
    other = Leg(bookings.hub_owner(move.from_hub_id), Purpose.CLEARING, sign * move.amount, tag="clearing")
    legs = [Leg(part.owner, part.purpose, -sign * part.amount, part.available_at, tag=part.role) for part in taken]
    facts = (f"cross_hub_{move.kind}", f"order:{move.order_id}", move.currency, move.occurred_at)
    ledger.post(entry=NewEntry(move.key, *facts, legs=(other, *legs), memo=_number(move)))


def _number(move: ClearingMove) -> str:
    return f"{tenancy.hub_view(move.from_hub_id).slug}/{move.number}"


def _earn(move: ClearingMove) -> list[TakenBack]:
    """Rights of the connectors of today, by weight; without any the core's, marked vacant.

    The order itself is the other hub's: its row here has a price of zero, so that it is no turnover.
    """
    db.session.add(
        OrderShare(
            id=move.order_id,
            number=_number(move),
            currency=move.currency,
            gross=0,
            base=move.base,
            fee=0,
            source=Purpose.CLEARING,
            month=month_of(move.occurred_at),
            rule_key=move.rule_key,
            settled_at=move.occurred_at,
        )
    )
    db.session.flush()
    weights = {f"account:{member.account_id}": member.share_bps for member in membership.connectors()}
    parts = allocate(move.amount, weights) if weights else {policies.CORE: move.amount}
    whole = sum(weights.values())
    taken = []
    for position, (owner, amount) in enumerate(parts.items()):
        if not amount:
            continue
        explanation = {"kind": "cross_hub", "bps": move.rate_bps, "base": move.base}
        if len(weights) > 1:
            explanation |= {"pot": move.amount, "weight": [weights[owner], whole]}
        purpose = Purpose.OWED if weights else Purpose.VACANT_SHARE
        right = EarningRight(
            order_id=move.order_id,
            position=position,
            owner=owner,
            role=Role.CROSS_HUB,
            purpose=purpose,
            currency=move.currency,
            amount=amount,
            rate_bps=move.rate_bps,
            is_vacant=not weights,
            earned_at=move.occurred_at,
            available_at=move.available_at,
            explanation=explanation,
        )
        db.session.add(right)
        taken.append(_part(right, amount))
    return taken


def _part(right: EarningRight, amount: int) -> TakenBack:
    held = right.available_at if right.purpose == Purpose.OWED else None
    return TakenBack(right.owner, Purpose(right.purpose), right.role, amount, held)


def _take_back(move: ClearingMove) -> list[TakenBack]:
    """In proportion to what remains of each right."""
    rights = {right.position: right for right in locked_rights(EarningRight.order_id == move.order_id)}
    parts = allocate(move.amount, {position: right.amount - right.reversed for position, right in rights.items()})
    for position, part in parts.items():
        rights[position].reversed += part
    return [_part(rights[position], part) for position, part in parts.items() if part]


def _give_again(move: ClearingMove) -> list[TakenBack]:
    """To each what the failed refund took."""
    refund_id = UUID(move.key.split(":")[1])
    entry_id = books.entry_id_of(bookings.home_key(bookings.refunded_key(refund_id)))
    if entry_id is None:
        raise LookupError(f"{move.key}: the refund was never booked in this hub")
    given = {leg.owner: leg.amount for leg in books.entry(entry_id).legs if leg.tag == Role.CROSS_HUB}
    rights = [right for right in locked_rights(EarningRight.order_id == move.order_id) if right.owner in given]
    for right in rights:
        right.reversed -= given[right.owner]
    return [_part(right, given[right.owner]) for right in rights]
