"""What becomes of a checkout: paid and split once, or its time over and its stock given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from hubapp.earnings.shares import services as shares
from hubapp.jobs.events import publish
from hubapp.kernel.db import db
from hubapp.kernel.money import allocate
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders.errors import PaymentMismatch
from hubapp.market.orders.events import OrderPaid
from hubapp.market.orders.models import Checkout, CheckoutStatus, Order, OrderStatus
from hubapp.market.orders.services import fulfilment, letters, regime, steps
from hubapp.money.payments import services as payments
from hubapp.people.membership import queries as membership
from hubapp.people.membership import tallies
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.models import Hub, HubStatus


def settle_orders(*, checkout_id: UUID, amount: int, fee: int, currency: str, now: datetime) -> None:
    """The money of a checkout is there: book every order once, tell buyer and sellers. Safe to repeat.

    Money that arrives for a checkout already given up is settled all the same, and goes back where the stock is gone.
    Raises PaymentMismatch when another amount was taken than asked for.
    """
    checkout = locked_checkout(checkout_id=checkout_id)
    if checkout is None or checkout.status == CheckoutStatus.PAID:
        return
    if (amount, currency) != (checkout.total, checkout.currency):
        raise PaymentMismatch(
            f"checkout {checkout_id} asks {checkout.total} {checkout.currency}, got {amount} {currency}"
        )
    was_open = checkout.status == CheckoutStatus.OPEN
    checkout.status = CheckoutStatus.PAID
    orders = steps.locked_orders(checkout_id=checkout_id)
    lines = steps.quantities(orders=orders)
    if was_open:
        catalogue.commit_sale(lines=lines)
    else:  # all listings before the books, as everybody locks them
        catalogue.hold(lines=lines)
    connectors = membership.connectors()
    fees = allocate(fee, {order.id: order.gross for order in orders})
    for order in orders:
        order.holds_stock = was_open or catalogue.take_late(lines=steps.quantities(orders=[order]))
        _settle(order, fee=fees[order.id], connectors=connectors, now=now)
        if not order.holds_stock:
            reason = _("Sold out before your payment arrived.")
            fulfilment.send_money_back(order=order, reason=reason, actor_id=None, now=now)


def _settle(order: Order, *, fee: int, connectors: Sequence[MemberView], now: datetime) -> None:
    order.fee, order.paid_at = fee, now
    steps.move(order=order, to=OrderStatus.PAID, now=now)
    by_plan = regime.lines_by_plan(order=order)
    shares.settle(
        order=shares.SettledOrder(
            order_id=order.id,
            number=str(order.number),
            currency=order.currency,
            gross=order.gross,
            tax=order.tax,
            shipping=order.shipping,
            base=0 if by_plan else order.base,
            fee=fee,
            seller_owner=order.seller_owner,
            connectors=tuple((f"account:{member.account_id}", member.share_bps) for member in connectors),
            referrer_owner=None if order.referrer_account_id is None else f"account:{order.referrer_account_id}",
            home_hub_id=order.home_hub_id,
            terms=shares.Terms.from_json(order.terms),
            occurred_at=now,
            held_from=order.takes_place_at,
        )
    )
    buyer_id = fulfilment.buyer_of(order=order)
    regime.record_sale(order=order, lines=by_plan, now=now)
    if order.referrer_account_id is not None:
        tallies.count_bought(account_id=order.referrer_account_id, channel=order.channel)
    publish(OrderPaid(order.hub_id, order.id, buyer_id, order.seller_owner))
    letters.order_paid(order=order, now=now)


def close_checkout(
    *, checkout_id: UUID, status: CheckoutStatus, now: datetime, failure: str | None = None, is_given_up: bool = False
) -> None:
    """The payment is dead (expired or failed): give the stock back. Safe to repeat; what was paid stays paid.

    A standing order may be tried again: whoever placed it gives it up (`is_given_up`), a dead payment does not.
    """
    checkout = locked_checkout(checkout_id=checkout_id)
    if checkout is None or checkout.status != CheckoutStatus.OPEN or (checkout.basket_id is None and not is_given_up):
        return
    checkout.status, checkout.failure = status, failure
    orders = steps.locked_orders(checkout_id=checkout_id)
    for order in orders:
        steps.move(order=order, to=OrderStatus.EXPIRED, now=now, note=failure or "")
    catalogue.release(lines=steps.quantities(orders=orders))
    db.session.flush()


def is_over(*, now: datetime) -> ColumnElement[bool]:
    """Open checkouts that are to be closed: their time is over, or their hub sells no more."""
    stopped = select(Hub.id).where(Hub.id == Checkout.hub_id, Hub.status != HubStatus.OPEN).exists()
    return and_(Checkout.status == CheckoutStatus.OPEN, or_(Checkout.expires_at < now, stopped))


def expire_due(*, now: datetime, limit: int = 500) -> int:
    """Ask the provider to close checkouts whose time is over, in a frozen hub all of them.

    The stock comes back when it says so; what was paid until then stays paid.
    """
    due = db.session.scalars(select(Checkout).where(is_over(now=now)).order_by(Checkout.expires_at).limit(limit)).all()
    # Payments one after the other by their orders: so does whoever else closes or gives back several at once.
    turn = _first_orders(due)
    for checkout in sorted(due, key=lambda checkout: turn.get(checkout.id, checkout.id)):
        if checkout.payment_id is not None:
            payments.expire_checkout(payment_id=checkout.payment_id, now=now)
    return len(due)


def _first_orders(checkouts: Sequence[Checkout]) -> dict[UUID, UUID]:
    """Checkout → the smallest id of its orders."""
    statement = select(Order.checkout_id, Order.id).where(
        Order.checkout_id.in_([checkout.id for checkout in checkouts])
    )
    return {row.checkout_id: row.id for row in db.session.execute(statement.order_by(Order.id.desc()))}


def locked_checkout(*, checkout_id: UUID) -> Checkout | None:
    """A checkout as it is now, locked until the transaction ends."""
    statement = select(Checkout).where(Checkout.id == checkout_id).with_for_update()
    found: Checkout | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found
