"""What the money says of a month: paid, refused, or nobody came to the page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.kernel.db import db
from hubapp.market.orders import services as orders
from hubapp.market.orders.models import CheckoutStatus
from hubapp.market.subscriptions import policies, queries
from hubapp.market.subscriptions.models import EndReason, PeriodStatus, Status, Subscription, SubscriptionPeriod
from hubapp.market.subscriptions.services import letters, rows
from hubapp.money.payments import queries as payments


def payment_settled(*, checkout_id: UUID, payment_id: UUID, now: datetime) -> None:
    """A month is paid: the subscription begins, or goes on. Safe to repeat; other checkouts do not concern us."""
    found = _locked(checkout_id)
    if found is None or found[1].status == PeriodStatus.PAID:
        return
    subscription, period = found
    period.status, period.payment_id, period.retry_at = PeriodStatus.PAID, payment_id, None
    period.failure_code = period.failure_message = None
    # Whoever pays on a page shows a card that works.
    subscription.card_id = payments.payment(payment_id).card_id or subscription.card_id
    if subscription.status not in {Status.PENDING, Status.PAST_DUE, Status.SUSPENDED}:
        db.session.flush()
        return
    if subscription.card_id is None:  # paid, but the provider has kept nothing to charge again
        rows.end(subscription=subscription, reason=EndReason.NO_CARD, now=now)
        letters.ended(subscription=subscription, reason=EndReason.NO_CARD, now=now)
        return
    is_new = subscription.status == Status.PENDING
    rows.move(subscription=subscription, to=Status.ACTIVE)
    rows.schedule(subscription=subscription, at_least=subscription.next_period, now=now)
    if is_new:
        letters.started(subscription=subscription, now=now)


def payment_failed(*, checkout_id: UUID, payment_id: UUID, code: str, message: str, now: datetime) -> None:
    """The card was refused: tell kindly when we try again, or stop. Safe to repeat."""
    found = _locked(checkout_id)
    if found is None or found[1].status != PeriodStatus.ORDERED or found[1].payment_id != payment_id:
        return
    subscription, period = found
    if period.failure_code is not None and period.retry_at is not None:
        return  # told before
    period.failure_code, period.failure_message = code, message
    fail(subscription=subscription, period=period, now=now)


def payment_expired(*, checkout_id: UUID, payment_id: UUID, now: datetime) -> None:
    """Nobody paid on the page. A first month that nobody pays never began; a later one is tried again as planned."""
    found = _locked(checkout_id)
    if found is None or found[1].status != PeriodStatus.ORDERED or found[1].payment_id != payment_id:
        return
    subscription, period = found
    if subscription.status in {Status.PENDING, Status.CANCELED}:
        give_up(subscription=subscription, period=period, status=CheckoutStatus.EXPIRED, now=now)
    db.session.flush()


def fail(*, subscription: Subscription, period: SubscriptionPeriod, now: datetime) -> None:
    """One more day on which a month could not be paid (rows locked)."""
    if subscription.status in {Status.PENDING, Status.CANCELED}:
        give_up(subscription=subscription, period=period, status=CheckoutStatus.FAILED, now=now)
        return
    if subscription.status != Status.PAST_DUE:
        rows.move(subscription=subscription, to=Status.PAST_DUE)
        subscription.behind_since = now
    period.failures += 1
    since = subscription.behind_since or now
    period.retry_at = policies.retry_at(since, now)
    db.session.flush()
    if period.retry_at is None:
        _suspend(subscription, period, now)
    elif period.failure_code in policies.NEEDS_OWNER:
        letters.confirm(subscription=subscription, until=policies.retries(since)[-1], now=now)
    else:
        letters.failed(subscription=subscription, code=period.failure_code, retry_at=period.retry_at, now=now)


def give_up(*, subscription: Subscription, period: SubscriptionPeriod, status: CheckoutStatus, now: datetime) -> None:
    """A month that will not be paid any more, of a subscription that never began or is over: its goods go back."""
    if period.checkout_id is not None:
        orders.close_checkout(checkout_id=period.checkout_id, status=status, now=now, is_given_up=True)
    period.status, period.retry_at = PeriodStatus.UNPAID, None
    if subscription.status == Status.PENDING:
        rows.end(subscription=subscription, reason=EndReason.NOT_PAID, now=now)
    db.session.flush()


def _suspend(subscription: Subscription, period: SubscriptionPeriod, now: datetime) -> None:
    rows.move(subscription=subscription, to=Status.SUSPENDED)
    give_up(subscription=subscription, period=period, status=CheckoutStatus.FAILED, now=now)
    letters.suspended(subscription=subscription, now=now)


def _locked(checkout_id: UUID) -> tuple[Subscription, SubscriptionPeriod] | None:
    period = queries.period_of(checkout_id)
    if period is None:
        return None
    subscription = rows.for_change(subscription_id=period.subscription_id)
    return subscription, rows.fresh_period(period_id=period.id)
