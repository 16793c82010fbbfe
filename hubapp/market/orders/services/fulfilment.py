"""After the money: handing over, calling off with the money back, and what the provider says of a refund."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from hubapp.earnings.shares import services as shares
from hubapp.jobs.events import publish
from hubapp.kernel.db import db
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders.errors import NoSuchOrder, ReasonMissing, WrongMove
from hubapp.market.orders.events import OrderCanceled, OrderHandedOver
from hubapp.market.orders.models import Checkout, Order, OrderStatus, OrderStep
from hubapp.market.orders.services import letters, steps
from hubapp.money.payments import queries as paid
from hubapp.money.payments import services as payments
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def mark_handed_over(*, order_id: UUID, actor: Actor, now: datetime) -> None:
    """The buyer has it. Refuses with NoSuchOrder or WrongMove."""
    order = steps.locked_order(order_id=order_id)
    if order.status == OrderStatus.HANDED_OVER:
        return
    if order.status != OrderStatus.PAID:
        raise WrongMove
    order.handed_over_at = now
    steps.move(order=order, to=OrderStatus.HANDED_OVER, now=now, actor_id=actor.id)
    publish(OrderHandedOver(order.hub_id, order.id, buyer_of(order=order), order.seller_owner))


def cancel_order(*, order_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Call a paid order off and send its money back. Refuses with NoSuchOrder, ReasonMissing or WrongMove."""
    if not reason.strip():
        raise ReasonMissing
    order = steps.locked_order(order_id=order_id)
    send_money_back(order=order, reason=reason.strip()[:500], actor_id=actor.id, now=now)
    audit.record(
        actor=actor,
        action="order.cancel",
        now=now,
        hub_id=order.hub_id,
        subject=f"order:{order.id}",
        reason=reason.strip()[:500],
    )


def send_money_back(*, order: Order, reason: str, actor_id: UUID | None, now: datetime) -> None:
    """Cancel a locked order and ask for its refund. Refuses with WrongMove."""
    steps.move(order=order, to=OrderStatus.CANCELED, now=now, actor_id=actor_id, note=reason)
    payments.request_refund(
        payment_id=_payment_of(order),
        amount=order.money,
        reference=_refund_reference(order),
        reason=reason,
        now=now,
    )
    publish(OrderCanceled(order.hub_id, order.id, buyer_of(order=order), order.seller_owner))
    letters.order_canceled(order=order, reason=reason, now=now)


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
    steps.move(order=order, to=OrderStatus.REFUNDED, now=now)
    db.session.flush()


def refund_failed(*, order_id: UUID, refund_id: UUID, reference: str, message: str, now: datetime) -> None:
    """The money did not reach the buyer: the order is what it was before, so that cancelling can be tried again.

    A card may refuse a refund days after it was told as settled and booked: then shares and stock are taken back again.
    Safe to repeat: news of an earlier refund does not touch a later one.
    """
    order = steps.locked_order(order_id=order_id)
    catalogue.hold(lines=steps.quantities(orders=[order]))  # before the books, as everybody does
    shares.restore(order_id=order_id, refund_id=refund_id, now=now)
    if order.status not in {OrderStatus.CANCELED, OrderStatus.REFUNDED} or reference != _refund_reference(order):
        return
    before = OrderStatus.PAID if order.handed_over_at is None else OrderStatus.HANDED_OVER
    note: str = _("The refund failed: %(message)s", message=message)
    if not order.holds_stock and order.handed_over_at is None:
        order.holds_stock = catalogue.take_late(lines=steps.quantities(orders=[order]))
        if not order.holds_stock:
            note += " " + _("What was ordered has been sold to somebody else meanwhile.")
    steps.move(order=order, to=before, now=now, note=note)
    letters.refund_failed(order=order, now=now)


def buyer_of(*, order: Order) -> UUID:
    """The buyer's account; orders bought here always have one (CHECK bought_here)."""
    if order.buyer_account_id is None:
        raise NoSuchOrder
    return order.buyer_account_id


def _payment_of(order: Order) -> UUID:
    payment_id: UUID | None = db.session.scalar(select(Checkout.payment_id).where(Checkout.id == order.checkout_id))
    if payment_id is None:  # imported: paid elsewhere, refunded elsewhere
        raise WrongMove
    return payment_id


def _refund_reference(order: Order) -> str:
    """The latest refund of an order: one that failed may be asked for again, the same click twice may not."""
    attempt = db.session.scalar(
        select(func.count())
        .select_from(OrderStep)
        .where(OrderStep.order_id == order.id, OrderStep.status == OrderStatus.CANCELED)
    )
    return f"order:{order.id}:cancel:{attempt}"
