"""What a dispute means for its payment's orders: they are brought to where it is now, however late news come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.rules import FeeBearer
from hubapp.jobs.events import publish
from hubapp.kernel.db import db
from hubapp.kernel.money import allocate
from hubapp.market.orders import policies
from hubapp.market.orders.errors import NotSettledYet
from hubapp.market.orders.events import OrderReversed
from hubapp.market.orders.models import Checkout, CheckoutStatus, Order
from hubapp.market.orders.services import letters, regime, steps
from hubapp.money.payments import disputes
from hubapp.money.payments.dispute_models import Dispute, Outcome


def follow_dispute(*, dispute_id: UUID, now: datetime) -> None:
    """Freeze, free or take back the shares of a disputed payment's orders, and tell seller and connectors once.

    Raises NotSettledYet while the orders themselves are not booked: the news is told again then.
    """
    checkout = db.session.execute(
        select(Checkout.id, Checkout.status).where(Checkout.payment_id == disputes.dispute(dispute_id).payment_id)
    ).one_or_none()
    if checkout is None:
        return
    if checkout.status != CheckoutStatus.PAID:
        raise NotSettledYet(f"checkout {checkout.id}")
    orders = steps.locked_orders(checkout_id=checkout.id)
    # Read under the orders' locks: whoever comes second sees how it ended, and never freezes what was freed.
    dispute = disputes.dispute(dispute_id)
    if dispute.outcome == Outcome.LOST:
        _lose(orders, dispute, now)
    elif dispute.outcome == Outcome.WON:
        _win(orders, dispute, now)
    elif not dispute.is_inquiry:
        _hold(orders, dispute, now)
    db.session.flush()


def _hold(orders: Sequence[Order], dispute: Dispute, now: datetime) -> None:
    for order in orders:
        if shares.freeze(order_id=order.id, dispute_id=dispute.id, now=now):
            steps.note(order=order, text=_("The buyer's bank disputes the payment."), now=now)
            letters.dispute_opened(order=order, dispute=dispute, now=now)


def _win(orders: Sequence[Order], dispute: Dispute, now: datetime) -> None:
    for order in orders:
        if shares.thaw(order_id=order.id, dispute_id=dispute.id, now=now):
            steps.note(order=order, text=_("The dispute was won: the money stays here."), now=now)
            letters.dispute_closed(order=order, dispute=dispute, now=now)


def _lose(orders: Sequence[Order], dispute: Dispute, now: datetime) -> None:
    """Each order bears its part of what the bank took, at most what of it was not given back already."""
    left = {order.id: order.left.amount for order in orders}
    taken = min(dispute.withdrawn, sum(left.values()))
    parts = allocate(taken, left)
    beyond = dispute.withdrawn - taken
    fees = policies.dispute_fees(dispute.fee, taken=parts, gross={order.id: order.gross for order in orders})
    for order in orders:
        is_new = shares.claw_back(
            order_id=order.id,
            dispute_id=dispute.id,
            amount=parts[order.id],
            beyond=beyond if order is orders[0] else 0,
            fee=fees[order.id] if policies.fee_bearer(order.terms) == FeeBearer.SELLER else 0,
            currency=dispute.currency,
            now=now,
        )
        if is_new:
            regime.record_loss(order=order, dispute_id=dispute.id, amount=parts[order.id], now=now)
            order.refunded += parts[order.id]
            publish(OrderReversed(order.hub_id, order.id))
            text = _("The dispute was lost: the buyer's bank keeps the money.")
            steps.note(order=order, text=text, now=now)
            letters.dispute_closed(order=order, dispute=dispute, now=now)
