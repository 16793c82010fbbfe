"""Renewing: when a month is due, order it and charge the saved card; when that failed, try again by the schedule.

All of it in one transaction under the subscription's lock: after a crash it is either not there or complete.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.errors import NotForSale, OutOfStock
from hubapp.market.orders import services as orders
from hubapp.market.orders.errors import JoinFirst
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions import policies
from hubapp.market.subscriptions.models import EndReason, PeriodStatus, Status, Subscription, SubscriptionPeriod
from hubapp.market.subscriptions.services import letters, outcomes, prices, rows
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.selling import HubFrozen


def renew(*, subscription_id: UUID, now: datetime) -> None:
    """Order and charge the period that is due, once. Safe to repeat; does nothing while the hub is frozen."""
    subscription = rows.for_change(subscription_id=subscription_id)
    if subscription.status != Status.ACTIVE or subscription.next_at > now or subscription.card_id is None:
        return
    if rows.waits_for_money(subscription_id=subscription_id):
        return  # one month at a time: nobody would ever try again to charge the older of two that are open
    if not _is_offered(subscription):
        _end(subscription, EndReason.WITHDRAWN, now)
        return
    prices.apply(subscription=subscription)
    try:
        checkout_id = _order(subscription, now)
    except HubFrozen:
        return
    except OutOfStock:
        _leave_out(subscription, now)
    except NotForSale:
        _end(subscription, EndReason.WITHDRAWN, now)
    except JoinFirst:
        _end(subscription, EndReason.LEFT, now)
    else:
        _charge_first(subscription, checkout_id, now)


def try_again(*, subscription_id: UUID, now: datetime) -> None:
    """Charge a renewal again whose day has come. Safe to repeat; waits for a page that is open beside it."""
    subscription = rows.for_change(subscription_id=subscription_id)
    period = rows.fresh_open_period(subscription_id=subscription_id)
    if period is None or period.retry_at is None or period.retry_at > now or subscription.status != Status.PAST_DUE:
        return
    if not orders.is_payment_dead(payment_id=period.payment_id):
        period.retry_at = now + policies.WAIT_FOR_PAGE
    elif period.failure_code in policies.NEEDS_OWNER:
        outcomes.fail(subscription=subscription, period=period, now=now)
    else:
        charge(subscription=subscription, period=period, now=now)
    db.session.flush()


def charge(*, subscription: Subscription, period: SubscriptionPeriod, now: datetime) -> None:
    """Charge the saved card for a month that is ordered; nothing happens while the hub is frozen."""
    if subscription.card_id is None or period.checkout_id is None:
        return
    try:
        payment_id = orders.charge_card(
            checkout_id=period.checkout_id,
            card_id=subscription.card_id,
            attempt=period.attempts + 1,
            path=rows.path_of(subscription_id=subscription.id),
            now=now,
        )
    except HubFrozen:
        return
    period.payment_id, period.retry_at = payment_id, None
    period.attempts += 1
    db.session.flush()


def _is_offered(subscription: Subscription) -> bool:
    listing = catalogue.listing(subscription.listing_id)
    return listing.is_live and listing.is_monthly


def _order(subscription: Subscription, now: datetime) -> UUID:
    return orders.place_standing_order(
        wanted=orders.StandingOrder(
            listing_id=subscription.listing_id,
            quantity=subscription.quantity,
            unit_price=subscription.unit_price,
            shipping_price=subscription.shipping_price,
            choice=Delivery(subscription.delivery),
            tax_rates=tenancy.hub_view(subscription.hub_id).tax_rates,
            expires_at=now + policies.ORDER_LASTS,
        ),
        buyer=orders.Buyer(subscription.account_id, subscription.currency, subscription.address, None),
        now=now,
    )


def _charge_first(subscription: Subscription, checkout_id: UUID, now: datetime) -> None:
    period = _period(subscription, PeriodStatus.ORDERED, now, checkout_id)
    charge(subscription=subscription, period=period, now=now)
    rows.schedule(subscription=subscription, at_least=subscription.next_period + 1, now=now)


def _leave_out(subscription: Subscription, now: datetime) -> None:
    _period(subscription, PeriodStatus.SOLD_OUT, now)
    rows.schedule(subscription=subscription, at_least=subscription.next_period + 1, now=now)
    letters.sold_out(subscription=subscription, now=now)


def _period(
    subscription: Subscription, status: PeriodStatus, now: datetime, checkout_id: UUID | None = None
) -> SubscriptionPeriod:
    period = SubscriptionPeriod(
        id=ids.uuid7(),
        subscription_id=subscription.id,
        number=subscription.next_period,
        due_at=subscription.next_at,
        status=status,
        checkout_id=checkout_id,
        attempts=0,
        failures=0,
        created_at=now,
    )
    db.session.add(period)
    db.session.flush()
    return period


def _end(subscription: Subscription, reason: EndReason, now: datetime) -> None:
    rows.end(subscription=subscription, reason=reason, now=now)
    letters.ended(subscription=subscription, reason=reason, now=now)
