"""Money of seats that are no more: a payment not made is given up, one that was made goes back, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select

from hubapp.community.gatherings import paid_queries
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Why
from hubapp.community.gatherings.policies import paying
from hubapp.community.gatherings.services import rows
from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import queries as order_queries
from hubapp.market.orders import services as orders
from hubapp.market.orders.models import CheckoutStatus, OrderStatus
from hubapp.money.payments import services as payments
from hubapp.tenancy.audit import SYSTEM

REFUND = "gatherings.refund"
AT_ONCE = 50
HELD = frozenset({OrderStatus.PAID, OrderStatus.HANDED_OVER})


def give_up(*, registration: GatheringRegistration, now: datetime) -> None:
    """Nobody pays these seats any more: close the order, or first the card page if one is open."""
    if registration.checkout_id is None:
        return
    if orders.is_payment_dead(payment_id=registration.payment_id):
        close = CheckoutStatus.EXPIRED
        orders.close_checkout(checkout_id=registration.checkout_id, status=close, now=now, is_given_up=True)
    elif registration.payment_id is not None:
        payments.expire_checkout(payment_id=registration.payment_id, now=now)


def give_up_all(*, registrations: Iterable[GatheringRegistration], now: datetime) -> None:
    """The same of several: orders are closed before payments, each in turn by the order's id.

    Whoever freezes the hub closes its card pages at the same moment, in the same turn: else both would wait for ever.
    """
    due = sorted((one for one in registrations if one.order_id is not None), key=lambda one: str(one.order_id))
    living = [one for one in due if not orders.is_payment_dead(payment_id=one.payment_id)]
    for registration in (*(one for one in due if one not in living), *living):
        give_up(registration=registration, now=now)


def owe(*, registration: GatheringRegistration, now: datetime) -> None:
    """What was paid for these seats goes back in whole, by a job that is safe to repeat."""
    registration.refund_due_at = now
    db.session.flush()
    arguments = {"gathering_id": str(registration.gathering_id)}
    queue.enqueue(REFUND, hub_id=registration.hub_id, arguments=arguments)


def owe_all(*, gathering: Gathering, now: datetime) -> None:
    """A locked gathering does not take place: nobody pays any more, and who has paid gets it back.

    Also who gave their seats back too late for that: what they paid for never was.
    """
    statement = select(GatheringRegistration).where(
        GatheringRegistration.gathering_id == gathering.id,
        or_(
            GatheringRegistration.paid_at.is_not(None),
            (GatheringRegistration.status == Seat.PAYING) & GatheringRegistration.unit_price.is_not(None),
        ),
    )
    found = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    unpaid = [registration for registration in found if registration.status == Seat.PAYING]
    for registration in found:
        if registration.status == Seat.PAYING:
            registration.pay_until = now
        else:
            registration.refund_due_at = now
    give_up_all(registrations=unpaid, now=now)
    db.session.flush()
    if found:
        queue.enqueue(REFUND, hub_id=gathering.hub_id, arguments={"gathering_id": str(gathering.id)})


def send_back(*, gathering_id: UUID, now: datetime) -> bool:
    """Give back what is due of a gathering, some at a time; answers whether there is more. Safe to repeat.

    What a bank is looking into is tried again a day later: giving it back as well would pay twice.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    statement = (
        select(GatheringRegistration)
        .where(GatheringRegistration.gathering_id == gathering_id, GatheringRegistration.refund_due_at <= now)
        .order_by(GatheringRegistration.order_id)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    )
    due = db.session.scalars(statement).all()
    for registration in due:
        try:
            with db.session.begin_nested():
                _send(gathering, registration, now)
        except Refusal:
            registration.refund_due_at = now + paying.TRY_AGAIN
        else:
            registration.refund_due_at = None
    db.session.flush()
    return len(due) == AT_ONCE


def refund_failed(*, order_id: UUID, now: datetime) -> None:
    """The money did not reach the buyer, and their seats are gone: it is tried again. Safe to repeat."""
    found = paid_queries.registration_of_order(order_id)
    if found is None:
        return
    gathering = rows.for_change(gathering_id=found.gathering_id)
    registration = paid_queries.fresh(found.id)
    if registration is not None and (registration.status == Seat.CANCELED or gathering.is_canceled):
        registration.refund_due_at = now + paying.TRY_AGAIN
        db.session.flush()


def _send(gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    if registration.order_id is None:
        return
    order = order_queries.order(registration.order_id)
    if order.status in HELD and order.left.amount:
        reason = _reason(gathering, registration)
        orders.cancel_order(order_id=order.id, reason=reason, actor=SYSTEM, now=now)


def _reason(gathering: Gathering, registration: GatheringRegistration) -> str:
    if gathering.is_canceled:
        return str(_("%(title)s does not take place.", title=gathering.title))
    if registration.canceled_why == Why.LAPSED:
        return str(_("The seats had been given away before your payment arrived."))
    return str(_("The seats were given back."))


def hand_over(*, gathering_id: UUID, now: datetime) -> int:
    """It is over: those who paid had what they paid for, or gave it back too late. Answers how many orders.

    Safe to repeat.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    if gathering.is_canceled or gathering.is_hidden or gathering.ends_at > now:
        return 0
    statement = select(GatheringRegistration).where(
        GatheringRegistration.gathering_id == gathering_id,
        GatheringRegistration.paid_at.is_not(None),
        GatheringRegistration.refund_due_at.is_(None),
        GatheringRegistration.handed_over_at.is_(None),
    )
    statement = statement.order_by(GatheringRegistration.order_id).execution_options(populate_existing=True)
    found, count = db.session.scalars(statement).all(), 0
    for registration in found:
        registration.handed_over_at = now
        order = None if registration.order_id is None else order_queries.order(registration.order_id)
        if order is not None and order.status == OrderStatus.PAID:
            orders.mark_handed_over(order_id=order.id, actor=SYSTEM, now=now)
            count += 1
    db.session.flush()
    return count
