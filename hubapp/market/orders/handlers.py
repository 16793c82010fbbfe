"""Reactions of orders: to what payments say of charges and refunds, and to the clock."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.market.orders import accounting, services
from hubapp.market.orders.events import OrderPaid, OrderReversed
from hubapp.market.orders.models import Checkout, CheckoutStatus
from hubapp.market.orders.refund_models import Level, RefundRequest, RequestStatus
from hubapp.money.payments.events import (
    ChargeFailed,
    ChargeSettled,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    PaymentExpired,
    RefundFailed,
    RefundSettled,
)
from hubapp.money.reconciliation import references
from hubapp.people.membership.events import ConnectorChanged
from hubapp.tenancy.events import HubFrozen

references.register(accounting.PREFIX, accounting.refs_of)

EXPIRE = "orders.expire"
ESCALATE = "orders.escalate_refunds"
PART = ":part:"


@on(ChargeSettled)
def settle(event: ChargeSettled) -> None:
    """The money of a checkout is there."""
    checkout_id = _id_in(event.reference, "checkout")
    if checkout_id is not None:
        services.settle_orders(
            checkout_id=checkout_id, amount=event.amount, fee=event.fee, currency=event.currency, now=clock.now()
        )


@on(ChargeFailed)
def fail(event: ChargeFailed) -> None:
    """The payment of a checkout can no longer succeed."""
    checkout_id = _id_in(event.reference, "checkout")
    if checkout_id is not None:
        services.close_checkout(
            checkout_id=checkout_id, status=CheckoutStatus.FAILED, failure=event.message, now=clock.now()
        )


@on(PaymentExpired)
def expire(event: PaymentExpired) -> None:
    """Nobody paid in time."""
    checkout_id = _id_in(event.reference, "checkout")
    if checkout_id is not None:
        services.close_checkout(checkout_id=checkout_id, status=CheckoutStatus.EXPIRED, now=clock.now())


@on(RefundSettled)
def refund(event: RefundSettled) -> None:
    """A canceled order's money is back."""
    order_id = _id_in(event.reference, "order")
    if order_id is None:
        return
    settled = services.part_settled if PART in event.reference else services.refund_settled
    settled(
        order_id=order_id,
        refund_id=event.refund_id,
        amount=event.amount,
        currency=event.currency,
        now=clock.now(),
    )


@on(RefundFailed)
def refund_failed(event: RefundFailed) -> None:
    """A canceled order's money did not arrive, or came back after it had been told as arrived."""
    order_id = _id_in(event.reference, "order")
    if order_id is None:
        return
    if PART in event.reference:
        services.part_failed(
            order_id=order_id, refund_id=event.refund_id, amount=event.amount, message=event.message, now=clock.now()
        )
        return
    services.refund_failed(
        order_id=order_id,
        refund_id=event.refund_id,
        reference=event.reference,
        amount=event.amount,
        message=event.message,
        now=clock.now(),
    )


@on(DisputeOpened)
def dispute_opened(event: DisputeOpened) -> None:
    """A buyer's bank wants the money of a checkout back."""
    services.follow_dispute(dispute_id=event.dispute_id, now=clock.now())


@on(DisputeWon)
def dispute_won(event: DisputeWon) -> None:
    """It took nothing."""
    services.follow_dispute(dispute_id=event.dispute_id, now=clock.now())


@on(DisputeLost)
def dispute_lost(event: DisputeLost) -> None:
    """It keeps what it took."""
    services.follow_dispute(dispute_id=event.dispute_id, now=clock.now())


@on(OrderPaid)
def invoice(event: OrderPaid) -> None:
    """In a job of its own: the seller's next number is waited for by nobody who settles or pays."""
    services.follow_books(order_id=event.order_id, now=clock.now())


@on(OrderReversed)
def correct_invoice(event: OrderReversed) -> None:
    """A credit note for what went back, a debit note for what came here again."""
    services.follow_books(order_id=event.order_id, now=clock.now())


@queue.task(ESCALATE)
def escalate_due() -> None:
    """Pass on what nobody answered in time, in one hub."""
    services.escalate_due(now=clock.now())


@queue.periodic("40 */10 * * * *", "orders.sweep_refunds", platform="unanswered refund requests, in all hubs")
def sweep_refunds() -> None:
    """Find the hubs where a request waits too long."""
    late = select(RefundRequest.hub_id).where(
        RefundRequest.status == RequestStatus.OPEN,
        RefundRequest.level != Level.CORE,
        RefundRequest.due_at <= clock.now(),
    )
    for hub_id in db.session.scalars(late.distinct()):
        queue.enqueue(ESCALATE, hub_id=hub_id, lock=f"{ESCALATE}:{hub_id}")


@on(HubFrozen)
def stop(event: HubFrozen) -> None:  # noqa: ARG001  the hub is the scope
    """Card pages that are open close at once: nobody pays a hub that sells no more."""
    services.expire_due(now=clock.now())


@queue.task(EXPIRE)
def expire_due() -> None:
    """Close what nobody paid in time, or may pay no more, in one hub."""
    services.expire_due(now=clock.now())


@queue.periodic("*/30 * * * * *", "orders.sweep", platform="checkouts past their time, in all hubs")
def sweep() -> None:
    """Find the hubs where something is to be closed; each gets a job in its own scope."""
    hubs = select(Checkout.hub_id).where(services.is_over(now=clock.now()))
    for hub_id in sorted(db.session.scalars(hubs.distinct())):
        queue.enqueue(EXPIRE, hub_id=hub_id, lock=f"{EXPIRE}:{hub_id}")


def _id_in(reference: str, kind: str) -> UUID | None:
    """The id in `checkout:<id>` or `order:<id>:cancel:1`; None for references of other slices."""
    word, _, rest = reference.partition(":")
    return UUID(rest.partition(":")[0]) if word == kind else None


@on(ConnectorChanged)
def hand_up_what_waited(event: ConnectorChanged) -> None:  # noqa: ARG001  the hub is in scope
    """Where the last connector went, the network answers what waited for them."""
    services.escalate_due(now=clock.now())
