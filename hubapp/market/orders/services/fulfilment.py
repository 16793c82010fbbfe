"""After the money: handing over, calling off with the money back, and what the provider says of a refund."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.earnings.shares import services as shares
from hubapp.jobs.events import publish
from hubapp.kernel.db import db
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders import refund_queries
from hubapp.market.orders.errors import BeyondLimits, NoSuchOrder, ReasonMissing, WrongMove
from hubapp.market.orders.events import OrderCanceled, OrderHandedOver, OrderReversed
from hubapp.market.orders.models import Checkout, Order, OrderStatus
from hubapp.market.orders.refund_models import RefundRequest, RequestStatus
from hubapp.market.orders.services import letters, regime, steps
from hubapp.money.payments import queries as paid
from hubapp.money.payments import services as payments
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor
from hubapp.web.render import money


def mark_handed_over(*, order_id: UUID, actor: Actor, now: datetime) -> None:
    """The buyer has it. Refuses with NoSuchOrder or WrongMove."""
    order = steps.locked_order(order_id=order_id)
    if order.status == OrderStatus.HANDED_OVER:
        return
    if order.status != OrderStatus.PAID:
        raise WrongMove
    order.handed_over_at = now
    steps.move(order=order, to=OrderStatus.HANDED_OVER, now=now, actor_id=actor.id)
    regime.record_handover(order=order, now=now)
    publish(OrderHandedOver(order.hub_id, order.id, buyer_of(order=order), order.seller_owner))


def cancel_order(*, order_id: UUID, reason: str, actor: Actor, now: datetime, by_hub: bool = False) -> None:
    """Call a paid order off and send its money back.

    Refuses with NoSuchOrder, ReasonMissing, WrongMove or PaymentDisputed; `by_hub` also with BeyondLimits.
    """
    if not reason.strip():
        raise ReasonMissing
    order = steps.locked_order(order_id=order_id)
    limits = refund_queries.limits()
    if by_hub and not limits.allow(amount=order.left, paid_at=order.paid_at, now=now):
        raise BeyondLimits(money(limits.most(order.currency)), limits.days)
    send_money_back(order=order, reason=reason.strip()[:500], actor_id=actor.id, now=now)
    audit.record(
        actor=actor,
        action="order.cancel",
        now=now,
        hub_id=order.hub_id,
        subject=f"order:{order.id}",
        reason=reason.strip()[:500],
    )


def send_money_back(*, order: Order, reason: str, actor_id: UUID | None, now: datetime) -> UUID:
    """Cancel a locked order and ask for the refund of what is left of it. Refuses with WrongMove or PaymentDisputed."""
    amount = order.left
    steps.move(order=order, to=OrderStatus.CANCELED, now=now, actor_id=actor_id, note=reason)
    refund_id = payments.request_refund(
        payment_id=payment_of(order=order),
        amount=amount,
        reference=_cancellation(order, _cancellations(order) + 1),
        reason=reason,
        now=now,
    )
    _answer_open_request(order, amount.amount, refund_id, actor_id, now)
    order.refunded = order.gross
    publish(OrderCanceled(order.hub_id, order.id, buyer_of(order=order), order.seller_owner))
    letters.order_canceled(order=order, reason=reason, now=now)
    return refund_id


def _answer_open_request(order: Order, amount: int, refund_id: UUID, actor_id: UUID | None, now: datetime) -> None:
    """Whoever asked for a part gets the whole."""
    if (request := refund_queries.open_of(order.id)) is not None:
        request.status, request.granted, request.refund_id = RequestStatus.GRANTED, amount, refund_id
        request.decided_by, request.decided_at = actor_id, now


def refund_settled(*, order_id: UUID, refund_id: UUID, amount: int, currency: str, now: datetime) -> None:
    """The buyer has the money back: take the shares back, and put up for sale again what was not handed over."""
    order = steps.locked_order(order_id=order_id)
    # Asked under the lock: this news may come after that of the refund's failure, which then must have the last word.
    if order.status == OrderStatus.REFUNDED or paid.has_refund_failed(refund_id):
        return
    # Listings before the books: a sale locks them in this order, and two that wait in a circle wait for ever.
    if order.holds_stock and order.handed_over_at is None:
        order.holds_stock = False
        catalogue.restock(lines=steps.quantities(orders=[order]))
    shares.reverse(order_id=order_id, refund_id=refund_id, amount=amount, currency=currency, now=now)
    regime.record_refund(order=order, refund_id=refund_id, amount=amount, now=now)
    publish(OrderReversed(order.hub_id, order_id))
    steps.move(order=order, to=OrderStatus.REFUNDED, now=now)
    _close_request(refund_id, RequestStatus.PAID)
    db.session.flush()


def _close_request(refund_id: UUID, status: RequestStatus) -> None:
    """What became of a request whose answer was the whole order; most cancellations answer none."""
    request = db.session.scalar(select(RefundRequest).where(RefundRequest.refund_id == refund_id))
    if request is not None:
        request.status = status


def refund_failed(*, order_id: UUID, refund_id: UUID, reference: str, amount: int, message: str, now: datetime) -> None:
    """The money did not reach the buyer: the order is what it was before, so that cancelling can be tried again.

    A card may refuse a refund days after it was told as settled and booked: then shares and stock are taken back again.
    Safe to repeat: news of an earlier refund does not touch a later one.
    """
    order = steps.locked_order(order_id=order_id)
    catalogue.hold(lines=steps.quantities(orders=[order]))  # before the books, as everybody does
    shares.restore(order_id=order_id, refund_id=refund_id, now=now)
    regime.record_failed_refund(order=order, refund_id=refund_id, now=now)
    publish(OrderReversed(order.hub_id, order_id))
    is_latest = reference == _cancellation(order, _cancellations(order))
    if order.status not in {OrderStatus.CANCELED, OrderStatus.REFUNDED} or not is_latest:
        return
    order.refunded = max(0, order.refunded - amount)
    before = OrderStatus.PAID if order.handed_over_at is None else OrderStatus.HANDED_OVER
    note: str = _("The refund failed: %(message)s", message=message)
    if not order.holds_stock and order.handed_over_at is None:
        order.holds_stock = catalogue.take_late(lines=steps.quantities(orders=[order]))
        if not order.holds_stock:
            note += " " + _("What was ordered has been sold to somebody else meanwhile.")
    steps.move(order=order, to=before, now=now, note=note)
    _close_request(refund_id, RequestStatus.FAILED)
    letters.refund_failed(order=order, amount=amount, now=now)


def buyer_of(*, order: Order) -> UUID:
    """The buyer's account; orders bought here always have one (CHECK bought_here)."""
    if order.buyer_account_id is None:
        raise NoSuchOrder
    return order.buyer_account_id


def payment_of(*, order: Order) -> UUID:
    """The payment that an order is part of. Refuses with WrongMove for orders that were paid elsewhere."""
    payment_id: UUID | None = db.session.scalar(select(Checkout.payment_id).where(Checkout.id == order.checkout_id))
    if payment_id is None:  # imported: paid elsewhere, refunded elsewhere
        raise WrongMove
    return payment_id


def _cancellation(order: Order, attempt: int) -> str:
    """The reference of the refund that an order's nth cancellation asked for."""
    return f"order:{order.id}:cancel:{attempt}"


def _cancellations(order: Order) -> int:
    """How often an order was called off: one whose refund failed may be called off again.

    Counted in the refunds, under the order's lock. Its steps would not do: notes are steps too.
    """
    prefix = _cancellation(order, 0).removesuffix("0")
    known = [name for name in paid.refund_references(payment_of(order=order)) if name.startswith(prefix)]
    return max((int(name.removeprefix(prefix)) for name in known), default=0)
