"""Commands on payments: ask for one, give one back, close one, and look at what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from hubapp.jobs.events import publish
from hubapp.kernel import crash
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.money.payments import cards, disputes, errors, outbox, policies, queries, wiring
from hubapp.money.payments.asking import Line, request_checkout
from hubapp.money.payments.errors import AmountMismatch, NotRefundable, RefundTooLarge
from hubapp.money.payments.events import ChargeFailed, ChargeSettled, PaymentExpired, RefundFailed, RefundSettled
from hubapp.money.payments.gateway import (
    ChargeState,
    CheckoutSession,
    CheckoutState,
    IntentState,
    PaymentGateway,
    RefundState,
)
from hubapp.money.payments.gateway_models import CommandKind
from hubapp.money.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from hubapp.money.payments.policies import PAYMENT_MOVES, REFUND_MOVES, may_move

__all__ = [
    "Line",
    "apply_checkout",
    "apply_intent",
    "apply_refund",
    "close_checkout",
    "expire_checkout",
    "expire_unsent",
    "fail_checkout",
    "fail_refund",
    "gateway",
    "observe",
    "observe_refund",
    "open_checkout",
    "request_checkout",
    "request_refund",
]

LOOKED = crash.point("payment.looked", "the provider said what became of a payment; it is written nowhere")
LOOKED_AT_REFUND = crash.point("refund.looked", "the provider said what became of a refund; it is written nowhere")


def gateway() -> PaymentGateway:
    """The provider of the running application."""
    return wiring.gateway()


def request_refund(*, payment_id: UUID, amount: Money, reference: str, reason: str, now: datetime) -> UUID:
    """Give money back; it is reserved at once, so that two refunds together cannot exceed the payment.

    The same reference is the same refund. Refuses with NotRefundable, PaymentDisputed, WrongCurrency, RefundTooLarge.
    """
    payment = queries.payment_for_change(payment_id)
    if (known := queries.refund_of(reference)) is not None:
        return known.id
    if payment.status != PaymentStatus.SUCCEEDED:
        raise NotRefundable(_("This payment has not been made, so there is nothing to give back."))
    if disputes.is_taken_by_bank(payment_id):
        raise errors.PaymentDisputed(_("The buyer's bank disputes this payment: it decides where the money goes."))
    if amount.currency != payment.currency:
        raise errors.WrongCurrency(_("This payment was made in %(currency)s.", currency=payment.currency))
    left = Money(payment.amount - payment.refunded, payment.currency)
    if amount.amount <= 0 or left < amount:
        raise RefundTooLarge(_("That is more than what is left of this payment."))
    refund = Refund(
        payment_id=payment_id,
        amount=amount.amount,
        currency=amount.currency,
        reference=reference,
        reason=reason,
        created_at=now,
    )
    payment.refunded += amount.amount
    db.session.add(refund)
    db.session.flush()
    hub_id = require_hub_id()
    outbox.add(
        kind=CommandKind.REFUND_CREATE,
        key=f"refund:{refund.id}",
        subject=f"refund:{refund.id}",
        hub_id=hub_id,
        now=now,
        params={
            "charge_id": payment.charge_id,
            "amount": amount.amount,
            "metadata": {"hub": str(hub_id), "payment": str(payment_id), "refund": str(refund.id)},
        },
    )
    return refund.id


def expire_checkout(*, payment_id: UUID, now: datetime) -> None:
    """Close a card page whose time is over. What was paid meanwhile stays paid: the provider decides."""
    payment = queries.payment_for_change(payment_id)
    if payment.status != PaymentStatus.OPEN or payment.is_closing:
        return
    payment.is_closing = True
    payment.closings += 1
    outbox.add(
        kind=CommandKind.CHECKOUT_EXPIRE,
        key=f"checkout:{payment.id}:expire:{payment.closings}",
        subject=f"payment:{payment.id}",
        hub_id=require_hub_id(),
        now=now,
        params={"checkout_id": payment.checkout_id},
    )


def observe(*, payment_id: UUID, now: datetime) -> PaymentStatus:
    """Look at the provider's side of a payment and move ours along; safe to repeat, tells others once.

    Raises the gateway's errors. The provider is asked before the row is locked: nobody waits for a network.
    """
    payment = queries.payment(payment_id)
    if payment.status not in policies.UNFINISHED:
        return PaymentStatus(payment.status)
    if payment.intent_id is not None:
        return apply_intent(payment_id=payment_id, state=gateway().retrieve_intent(payment.intent_id), now=now)
    if payment.checkout_id is None:
        return PaymentStatus(payment.status)
    state = gateway().retrieve_checkout(payment.checkout_id)
    crash.reached(LOOKED)
    return apply_checkout(payment_id=payment_id, state=state, now=now)


def open_checkout(*, payment_id: UUID, session: CheckoutSession) -> None:
    """The provider made the card page."""
    payment = queries.payment_for_change(payment_id)
    if payment.checkout_id is None:
        payment.checkout_id, payment.checkout_url = session.id, session.url
    if may_move(PAYMENT_MOVES, payment.status, PaymentStatus.OPEN):
        payment.status = PaymentStatus.OPEN
    db.session.flush()


def apply_checkout(*, payment_id: UUID, state: CheckoutState, now: datetime) -> PaymentStatus:
    """Take over what a look at a hosted page showed, under the row's lock."""
    payment = queries.payment_for_change(payment_id)
    if payment.saves_card and state.card is not None and payment.payer_account_id is not None:
        payment.card_id = cards.keep(card=state.card, account_id=payment.payer_account_id, now=now)
    return _take_over(payment, policies.seen(state), now)


def apply_intent(*, payment_id: UUID, state: IntentState, now: datetime) -> PaymentStatus:
    """Take over what the provider says of a charge of a saved card, under the row's lock."""
    payment = queries.payment_for_change(payment_id)
    payment.intent_id = state.id
    payment.failure_code, payment.failure_message = state.error_code, state.error_message
    return _take_over(payment, policies.seen_intent(state), now)


def _take_over(payment: Payment, seen: policies.Seen, now: datetime) -> PaymentStatus:
    payment.checked_at = now
    if seen.charge is not None and seen.charge.status == "failed":
        payment.failure_code, payment.failure_message = seen.charge.failure_code, seen.charge.failure_message
    if seen.foreign_currency is not None:
        payment.settled_currency = seen.foreign_currency
    if not may_move(PAYMENT_MOVES, payment.status, seen.status):
        return PaymentStatus(payment.status)
    payment.status = seen.status
    charge = seen.charge
    if seen.status is PaymentStatus.SUCCEEDED and charge is not None:
        _refuse_other_amount(payment, charge)
    if seen.status is PaymentStatus.SUCCEEDED and charge is not None and charge.fee is not None:
        payment.charge_id, payment.fee, payment.net = charge.id, charge.fee, payment.amount - charge.fee
        payment.available_on, payment.settled_at = charge.available_on or now, now
        payment.failure_code = payment.failure_message = None
        publish(
            ChargeSettled(payment.hub_id, payment.id, payment.reference, payment.amount, charge.fee, payment.currency)
        )
    elif seen.status is PaymentStatus.EXPIRED:
        publish(PaymentExpired(payment.hub_id, payment.id, payment.reference))
    elif seen.status is PaymentStatus.FAILED:
        code, message = payment.failure_code or "failed", payment.failure_message or ""
        publish(ChargeFailed(payment.hub_id, payment.id, payment.reference, code, message))
    db.session.flush()
    return seen.status


def _refuse_other_amount(payment: Payment, charge: ChargeState) -> None:
    if (charge.amount, charge.currency.upper()) != (payment.amount, payment.currency):
        asked, taken = f"{payment.amount} {payment.currency}", f"{charge.amount} {charge.currency}"
        raise AmountMismatch(f"payment {payment.id} asks {asked}, {charge.id} took {taken}")


def fail_checkout(*, payment_id: UUID, code: str, message: str) -> None:
    """The provider will never open a card page for this payment."""
    payment = queries.payment_for_change(payment_id)
    if not may_move(PAYMENT_MOVES, payment.status, PaymentStatus.FAILED):
        return
    payment.status = PaymentStatus.FAILED
    payment.failure_code, payment.failure_message = code, message
    publish(ChargeFailed(payment.hub_id, payment.id, payment.reference, code, message))
    db.session.flush()


def close_checkout(*, payment_id: UUID, is_expired: bool) -> None:
    """The provider closed the card page, or would not: then the page is looked at, and closed in another attempt."""
    payment = queries.payment_for_change(payment_id)
    payment.is_closing = False
    if is_expired and may_move(PAYMENT_MOVES, payment.status, PaymentStatus.EXPIRED):
        payment.status = PaymentStatus.EXPIRED
        publish(PaymentExpired(payment.hub_id, payment.id, payment.reference))
    db.session.flush()


def expire_unsent(*, payment_id: UUID) -> None:
    """The time to pay was over before the provider ever heard of the payment."""
    payment = queries.payment_for_change(payment_id)
    if not may_move(PAYMENT_MOVES, payment.status, PaymentStatus.EXPIRED):
        return
    payment.status = PaymentStatus.EXPIRED
    publish(PaymentExpired(payment.hub_id, payment.id, payment.reference))
    db.session.flush()


def observe_refund(*, refund_id: UUID, now: datetime) -> None:
    """Look at the provider's side of a refund. Raises the gateway's errors."""
    refund = db.session.get_one(Refund, (require_hub_id(), refund_id))
    if refund.provider_id is None or refund.status == RefundStatus.FAILED:
        return
    state = gateway().retrieve_refund(refund.provider_id)
    crash.reached(LOOKED_AT_REFUND)
    apply_refund(refund_id=refund_id, state=state, now=now)


def apply_refund(*, refund_id: UUID, state: RefundState, now: datetime) -> None:
    """Take over what the provider says about a refund, under the row's lock."""
    refund = queries.refund_for_change(refund_id)
    refund.provider_id, refund.checked_at = state.id, now
    status = policies.refund_status(state)
    if status is RefundStatus.FAILED:
        fail_refund(refund_id=refund_id, message=policies.refund_failure(state.failure_reason))
        return
    if not may_move(REFUND_MOVES, refund.status, status):
        return
    refund.status = status
    if status is RefundStatus.SUCCEEDED:
        refund.settled_at = now
        publish(
            RefundSettled(refund.hub_id, refund.id, refund.payment_id, refund.reference, refund.amount, refund.currency)
        )
    db.session.flush()


def fail_refund(*, refund_id: UUID, message: str) -> None:
    """The money did not go back: it can be refunded again."""
    refund = queries.refund_for_change(refund_id)
    if not may_move(REFUND_MOVES, refund.status, RefundStatus.FAILED):
        return
    was_settled = refund.status == RefundStatus.SUCCEEDED
    refund.status, refund.failure_message = RefundStatus.FAILED, message
    queries.payment_for_change(refund.payment_id).refunded -= refund.amount
    publish(
        RefundFailed(
            refund.hub_id,
            refund.id,
            refund.payment_id,
            refund.reference,
            refund.amount,
            refund.currency,
            message,
            was_settled,
        )
    )
    db.session.flush()
