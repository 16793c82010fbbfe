"""Giving back a part of an order: asked for, answered by who may, paid by payments, taken from the shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select

from hubapp.earnings.shares import services as shares
from hubapp.jobs.events import publish
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.market.orders import errors as refusals
from hubapp.market.orders import queries, refund_queries, refund_rules
from hubapp.market.orders.events import OrderReversed
from hubapp.market.orders.models import Order, OrderStatus
from hubapp.market.orders.refund_models import Level, RefundPolicy, RefundRequest, RequestStatus
from hubapp.market.orders.refund_rules import LONGEST_REASON, Bought, Limits
from hubapp.market.orders.services import fulfilment, letters, regime, steps
from hubapp.money.payments import queries as paid
from hubapp.money.payments import services as payments
from hubapp.people.membership import queries as membership
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor
from hubapp.web.render import money

STANDS = (OrderStatus.PAID, OrderStatus.HANDED_OVER)


def ask_refund(
    *, order_id: UUID, buyer_id: UUID, amount: Money | None, quantities: Mapping[UUID, int], reason: str, now: datetime
) -> UUID:
    """A buyer asks for pieces or an amount back.

    Refuses with NoSuchOrder, NothingLeft, AlreadyAsked, SayWhy, NotAnAmount, MoreThanLeft, MoreThanBought,
    SeatsAreNotPieces or OtherCurrency.
    """
    order = steps.locked_order(order_id=order_id)
    if order.buyer_account_id != buyer_id:
        raise refusals.NoSuchOrder
    if order.status not in STANDS or order.checkout_id is None:
        raise refusals.NothingLeft
    if refund_queries.open_of(order_id) is not None:
        raise refusals.AlreadyAsked
    if not reason.strip():
        raise refusals.SayWhy
    if amount is None and order.takes_place_at is not None:
        raise refusals.SeatsAreNotPieces
    wanted = amount if amount is not None else _value(order, quantities)
    _check(order, wanted)
    limits = refund_queries.limits()
    level = refund_rules.first_level(seller_id=order.seller_account_id, has_connector=bool(membership.connectors()))
    pieces = {str(line_id): pieces for line_id, pieces in quantities.items() if pieces} if amount is None else {}
    request = _add(order, level, wanted, reason, now, asked_by=buyer_id, lines=pieces, due_at=limits.due(now))
    letters.refund_asked(order=order, request=request, now=now)
    return request.id


def _value(order: Order, quantities: Mapping[UUID, int]) -> Money:
    lines = [Bought(line.id, line.quantity, line.gross, line.shipping) for line in queries.lines_of(order.id)]
    try:
        total = refund_rules.value_of(lines, quantities)
    except ValueError as error:
        raise refusals.MoreThanBought from error
    return Money(total, order.currency)


def _check(order: Order, amount: Money) -> None:
    if amount.currency != order.currency:
        raise refusals.OtherCurrency(order.currency)
    if amount.amount <= 0:
        raise refusals.NotAnAmount
    if order.left < amount:
        raise refusals.MoreThanLeft(money(order.left))


def _add(
    order: Order,
    level: Level,
    amount: Money,
    reason: str,
    now: datetime,
    *,
    due_at: datetime,
    asked_by: UUID | None = None,
    lines: dict[str, int] | None = None,
) -> RefundRequest:
    request = RefundRequest(
        order_id=order.id,
        status=RequestStatus.OPEN,
        level=level,
        currency=order.currency,
        asked=amount.amount,
        lines=lines or {},
        reason=reason.strip()[:LONGEST_REASON],
        answer="",
        asked_by=asked_by,
        created_at=now,
        due_at=due_at,
    )
    db.session.add(request)
    db.session.flush()
    return request


def decline_refund(*, request_id: UUID, words: str, by: Level, actor: Actor, now: datetime) -> None:
    """Say no, with words that the buyer reads. Refuses with NoSuchRequest, WrongMove, NotYours or SayWhy."""
    order, request = _open(request_id, by)
    if not words.strip():
        raise refusals.SayWhy(field="words")
    request.status, request.answer = RequestStatus.DECLINED, words.strip()[:LONGEST_REASON]
    request.decided_by, request.decided_at = actor.id, now
    steps.note(order=order, text=_("A refund was declined: %(words)s", words=request.answer), now=now)
    _log(order, request, "refund.decline", actor, now)
    letters.refund_answered(order=order, request=request, now=now)


def grant_refund(
    *, request_id: UUID, amount: Money, words: str = "", by: Level, actor: Actor, now: datetime
) -> RequestStatus:
    """Give the whole or less back. Above its limits a hub's yes is a request to the core: then the answer is `open`.

    Refuses with NoSuchRequest, WrongMove, NotYours, NotAnAmount, MoreThanLeft, OtherCurrency or PaymentDisputed.
    """
    order, request = _open(request_id, by)
    _check(order, amount)
    if _must_ask_core(order, amount, by, now):
        _hand_up(order, request, now)
        return RequestStatus.OPEN
    _give(order, request, amount, words, actor, now)
    letters.refund_answered(order=order, request=request, now=now)
    return RequestStatus.GRANTED


def refund_part(*, order_id: UUID, amount: Money, reason: str, by: Level, actor: Actor, now: datetime) -> RequestStatus:
    """Give a part back unasked; above its limits a hub's wish goes to the core, and the answer is `open`.

    Refuses with NoSuchOrder, NothingLeft, AlreadyAsked, SayWhy, NotAnAmount, MoreThanLeft, OtherCurrency or
    PaymentDisputed.
    """
    order = steps.locked_order(order_id=order_id)
    if order.checkout_id is None or not order.left or order.status == OrderStatus.PLACED:
        raise refusals.NothingLeft
    if refund_queries.open_of(order_id) is not None:
        raise refusals.AlreadyAsked
    if not reason.strip():
        raise refusals.SayWhy
    _check(order, amount)
    must_ask = _must_ask_core(order, amount, by, now)
    due_at = refund_queries.limits().due(now)
    request = _add(order, Level.CORE if must_ask else by, amount, reason, now, due_at=due_at)
    if must_ask:
        return RequestStatus.OPEN
    _give(order, request, amount, request.reason, actor, now)
    letters.refund_answered(order=order, request=request, now=now)
    return RequestStatus.GRANTED


def may_decide(*, order: Order, amount: Money, now: datetime) -> bool:
    """Whether the hub may give this back without the core."""
    return refund_queries.limits().allow(amount=amount, paid_at=order.paid_at, now=now)


def _must_ask_core(order: Order, amount: Money, by: Level, now: datetime) -> bool:
    return by == Level.HUB and not may_decide(order=order, amount=amount, now=now)


def _open(request_id: UUID, by: Level) -> tuple[Order, RefundRequest]:
    order = steps.locked_order(order_id=refund_queries.request(request_id).order_id)
    # Read again under the order's lock: two answers at once are one.
    request = refund_queries.request(request_id)
    if request.status != RequestStatus.OPEN:
        raise refusals.WrongMove
    if request.level == Level.CORE and by != Level.CORE:
        raise refusals.NotYours
    return order, request


def _hand_up(order: Order, request: RefundRequest, now: datetime) -> None:
    request.level, request.due_at = Level.CORE, refund_queries.limits().due(now)
    steps.note(order=order, text=_("The refund is above the hub's limits: the network decides."), now=now)
    db.session.flush()


def _give(order: Order, request: RefundRequest, amount: Money, words: str, actor: Actor, now: datetime) -> None:
    request.status, request.granted, request.answer = RequestStatus.GRANTED, amount.amount, words.strip()[:500]
    request.decided_by, request.decided_at = actor.id, now
    _log(order, request, "refund.grant", actor, now)
    if amount == order.left and order.status in STANDS:
        request.refund_id = fulfilment.send_money_back(order=order, reason=request.reason, actor_id=actor.id, now=now)
        return
    order.refunded += amount.amount
    request.refund_id = payments.request_refund(
        payment_id=fulfilment.payment_of(order=order),
        amount=amount,
        reference=f"order:{order.id}:part:{request.id}",
        reason=request.reason,
        now=now,
    )
    db.session.flush()


def _log(order: Order, request: RefundRequest, action: str, actor: Actor, now: datetime) -> None:
    details = {"order": str(order.id), "asked": request.asked, "granted": request.granted, "level": request.level}
    audit.record(
        actor=actor,
        action=action,
        now=now,
        hub_id=order.hub_id,
        subject=f"refund:{request.id}",
        reason=request.answer or request.reason,
        details=details,
    )


def part_settled(*, order_id: UUID, refund_id: UUID, amount: int, currency: str, now: datetime) -> None:
    """A part is back with the buyer: take it from the shares that remain. Safe to repeat."""
    order = steps.locked_order(order_id=order_id)
    request = _of_refund(refund_id)
    if request is None or request.status != RequestStatus.GRANTED or paid.has_refund_failed(refund_id):
        return
    shares.reverse(order_id=order_id, refund_id=refund_id, amount=amount, currency=currency, now=now)
    regime.record_refund(order=order, refund_id=refund_id, amount=amount, now=now, pieces=request.lines)
    publish(OrderReversed(order.hub_id, order_id))
    request.status = RequestStatus.PAID
    text: str = _("%(amount)s went back to the buyer.", amount=money(Money(amount, currency)))
    steps.note(order=order, text=text, now=now)
    db.session.flush()


def part_failed(*, order_id: UUID, refund_id: UUID, amount: int, message: str, now: datetime) -> None:
    """A part did not reach the buyer: the shares are what they were, and it can be given again. Safe to repeat."""
    order = steps.locked_order(order_id=order_id)
    request = _of_refund(refund_id)
    if request is None or request.status == RequestStatus.FAILED:
        return
    shares.restore(order_id=order_id, refund_id=refund_id, now=now)
    regime.record_failed_refund(order=order, refund_id=refund_id, now=now)
    publish(OrderReversed(order.hub_id, order_id))
    order.refunded -= amount
    request.status = RequestStatus.FAILED
    steps.note(order=order, text=_("The refund failed: %(message)s", message=message), now=now)
    letters.refund_failed(order=order, amount=amount, now=now)
    db.session.flush()


def _of_refund(refund_id: UUID) -> RefundRequest | None:
    statement = select(RefundRequest).where(RefundRequest.refund_id == refund_id)
    found: RefundRequest | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def escalate_due(*, now: datetime, limit: int = 200) -> int:
    """Requests that nobody answered in time go to the next one above; answers how many did.

    Where nobody looks after the hub, what waited for its connector goes to the network at once.
    """
    has_connector = bool(membership.connectors())
    is_left = RefundRequest.level == Level.HUB
    is_due = RefundRequest.due_at <= now if has_connector else or_(RefundRequest.due_at <= now, is_left)
    due = db.session.execute(
        select(RefundRequest.id, RefundRequest.order_id)
        .where(RefundRequest.status == RequestStatus.OPEN, is_due)
        .where(RefundRequest.level != Level.CORE)
        .order_by(RefundRequest.order_id)
        .limit(limit)
    ).all()
    count = 0
    for request_id, order_id in due:
        order, request = steps.locked_order(order_id=order_id), refund_queries.request(request_id)
        if request.status != RequestStatus.OPEN or request.level == Level.CORE:
            continue
        if request.due_at > now and (has_connector or request.level != Level.HUB):
            continue
        request.level = refund_rules.next_level(request.level, has_connector=has_connector)
        request.due_at = refund_queries.limits().due(now)
        letters.refund_escalated(order=order, request=request, now=now)
        count += 1
    db.session.flush()
    return count


def set_limits(*, hub_id: int, limits: Limits, actor: Actor, now: datetime) -> None:
    """How far a hub gives back by itself from now on (the core sets it, in the hub's scope)."""
    found = db.session.scalar(select(RefundPolicy).where(RefundPolicy.hub_id == hub_id))
    if found is None:
        found = RefundPolicy(hub_id=hub_id)
        db.session.add(found)
    found.days, found.units, found.answer_days, found.changed_at = limits.days, limits.units, limits.answer_days, now
    db.session.flush()
    details = {"days": limits.days, "units": limits.units, "answer_days": limits.answer_days}
    audit.record(actor=actor, action="refund.limits", now=now, hub_id=hub_id, subject=f"hub:{hub_id}", details=details)
