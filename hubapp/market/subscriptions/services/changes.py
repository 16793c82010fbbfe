"""What a member changes: skip, pause, quantity, card, pay now, stop. All under the lock that renewals take."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import policies as order_rules
from hubapp.market.orders import services as orders
from hubapp.market.orders.errors import PaymentUnderWay, QuantityOutOfRange
from hubapp.market.orders.models import CheckoutStatus
from hubapp.market.subscriptions import policies, queries
from hubapp.market.subscriptions.errors import MovedOn, NoSuchSubscription
from hubapp.market.subscriptions.models import EndReason, PeriodStatus, Status, Subscription, SubscriptionPeriod
from hubapp.market.subscriptions.services import letters, outcomes, renewing, rows
from hubapp.money.payments import cards
from hubapp.money.payments import queries as paid
from hubapp.money.payments import services as payments
from hubapp.money.payments.models import PaymentStatus


def skip(*, subscription_id: UUID, account_id: UUID, period: int, now: datetime) -> None:
    """Leave out the period that the page showed as the next one. Refuses with MovedOn: a double click skips once."""
    subscription = _own(subscription_id, account_id)
    if subscription.status != Status.ACTIVE or subscription.next_period != period:
        raise MovedOn
    db.session.add(
        SubscriptionPeriod(
            id=ids.uuid7(),
            subscription_id=subscription_id,
            number=period,
            due_at=subscription.next_at,
            status=PeriodStatus.SKIPPED,
            created_at=now,
        )
    )
    rows.schedule(subscription=subscription, at_least=period + 1, now=now)


def pause(*, subscription_id: UUID, account_id: UUID) -> None:
    """Nothing is ordered until it is taken up again. Refuses with MovedOn."""
    rows.move(subscription=_own(subscription_id, account_id), to=Status.PAUSED)


def resume(*, subscription_id: UUID, account_id: UUID, now: datetime) -> None:
    """Go on after a pause, from the next day of the month on that counts; nothing is made up for."""
    subscription = _own(subscription_id, account_id)
    if subscription.status != Status.PAUSED:
        raise MovedOn
    rows.move(subscription=subscription, to=Status.ACTIVE)
    rows.schedule(subscription=subscription, at_least=subscription.next_period, now=now)


def change_quantity(*, subscription_id: UUID, account_id: UUID, quantity: int) -> None:
    """How many from the next renewal on. Refuses with MovedOn or QuantityOutOfRange."""
    subscription = _own(subscription_id, account_id)
    if subscription.status in {Status.PENDING, Status.CANCELED}:
        raise MovedOn
    most = order_rules.MOST_PIECES if catalogue.listing(subscription.listing_id).is_sold_singly else 1
    if not 1 <= quantity <= most:
        raise QuantityOutOfRange(most)
    subscription.quantity = quantity
    db.session.flush()


def cancel(*, subscription_id: UUID, account_id: UUID, now: datetime) -> None:
    """Stop at once; what is paid is still delivered. Twice is once."""
    subscription = _own(subscription_id, account_id)
    if subscription.status == Status.CANCELED:
        return
    was_pending = subscription.status == Status.PENDING
    period = rows.fresh_open_period(subscription_id=subscription_id)
    rows.end(subscription=subscription, reason=EndReason.MEMBER, now=now)
    if period is not None and period.status == PeriodStatus.ORDERED:
        if orders.is_payment_dead(payment_id=period.payment_id):
            outcomes.give_up(subscription=subscription, period=period, status=CheckoutStatus.FAILED, now=now)
        elif period.payment_id is not None:
            # Only a page can be closed; what the bank decides meanwhile is settled or given up when it is known.
            payments.expire_checkout(payment_id=period.payment_id, now=now)
    if not was_pending:
        letters.ended(subscription=subscription, reason=EndReason.MEMBER, now=now)


def pay_now(*, subscription_id: UUID, account_id: UUID, email: str, now: datetime) -> UUID:
    """A page to pay the month that waits, with a card that is kept from then on; answers the payment.

    Refuses with MovedOn, HubFrozen, or PaymentUnderWay while the bank has not answered.
    """
    subscription = _own(subscription_id, account_id)
    period = rows.fresh_open_period(subscription_id=subscription_id)
    if subscription.status not in {Status.PENDING, Status.PAST_DUE, Status.SUSPENDED} or period is None:
        raise MovedOn
    if not orders.is_payment_dead(payment_id=period.payment_id) and period.payment_id is not None:
        payment = paid.payment(period.payment_id)
        if payment.saves_card and payment.status in {PaymentStatus.NEW, PaymentStatus.OPEN}:
            return payment.id
        raise PaymentUnderWay
    if period.checkout_id is None:
        raise MovedOn
    page = orders.Page(
        email=email, path=rows.path_of(subscription_id=subscription_id), expires_at=now + policies.PAGE_LASTS
    )
    period.attempts += 1
    period.payment_id = orders.open_page(checkout_id=period.checkout_id, attempt=period.attempts, page=page, now=now)
    db.session.flush()
    return period.payment_id


def change_card(*, subscription_id: UUID, account_id: UUID, now: datetime) -> UUID:
    """A page that keeps another card; answers the setup. Refuses with MovedOn."""
    subscription = _own(subscription_id, account_id)
    if subscription.status in {Status.PENDING, Status.CANCELED}:
        raise MovedOn
    path = rows.path_of(subscription_id=subscription_id)
    return cards.request_setup(
        account_id=account_id,
        reference=f"subscription:{subscription_id}",
        currency=subscription.currency,
        success_path=path,
        cancel_path=path,
        now=now,
    )


def use_card(*, subscription_id: UUID, account_id: UUID, card_id: UUID, now: datetime) -> None:
    """Charge this card from now on; a month that waits for its money is charged at once. Safe to repeat."""
    subscription = _own(subscription_id, account_id)
    if subscription.status in {Status.PENDING, Status.CANCELED} or subscription.card_id == card_id:
        return
    subscription.card_id = card_id
    period = queries.open_period(subscription_id)
    if period is not None and subscription.status == Status.PAST_DUE:
        period = rows.fresh_period(period_id=period.id)
        if orders.is_payment_dead(payment_id=period.payment_id):
            period.failure_code = None
            renewing.charge(subscription=subscription, period=period, now=now)
    db.session.flush()


def _own(subscription_id: UUID, account_id: UUID) -> Subscription:
    subscription = rows.for_change(subscription_id=subscription_id)
    if subscription.account_id != account_id:
        raise NoSuchSubscription
    return subscription
