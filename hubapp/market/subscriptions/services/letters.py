"""Letters about subscriptions, written with plain values; days as ISO texts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from hubapp.market.subscriptions import policies
from hubapp.market.subscriptions.models import EndReason, Subscription
from hubapp.people.notifications import services as notifications
from hubapp.tenancy import queries as tenancy


def started(*, subscription: Subscription, now: datetime) -> None:
    """It began: what is charged when, and how to stop it."""
    _send(subscription, "subscription_started", now, next_on=_day(subscription.next_at, subscription))


def failed(*, subscription: Subscription, code: str | None, retry_at: datetime, now: datetime) -> None:
    """A renewal could not be charged; when we try again."""
    _send(subscription, "subscription_failed", now, code=code, retry_on=_day(retry_at, subscription))


def confirm(*, subscription: Subscription, until: datetime, now: datetime) -> None:
    """The bank wants to ask its client; the page behind the link leads there."""
    _send(subscription, "subscription_confirm", now, until=_day(until, subscription))


def suspended(*, subscription: Subscription, now: datetime) -> None:
    """We stopped trying; paying takes it up again."""
    _send(subscription, "subscription_suspended", now)


def sold_out(*, subscription: Subscription, now: datetime) -> None:
    """There was not enough of it: this month is left out and not charged."""
    _send(subscription, "subscription_sold_out", now, next_on=_day(subscription.next_at, subscription))


def price_changes(*, subscription: Subscription, now: datetime) -> None:
    """What a renewal will cost, and from which day on."""
    period = subscription.new_price_period
    coming = subscription.coming_price
    if period is None or coming is None:
        return
    first = policies.due_on(subscription.starts_on, period)
    _send(subscription, "subscription_price", now, new_amount=coming.amount, from_on=first.isoformat())


def ended(*, subscription: Subscription, reason: EndReason, now: datetime) -> None:
    """It is over, and why; nothing more is charged."""
    _send(subscription, "subscription_ended", now, reason=str(reason))


def _day(moment: datetime, subscription: Subscription) -> str:
    day: date = moment.astimezone(tenancy.hub_view(subscription.hub_id).zone).date()
    return day.isoformat()


def _send(subscription: Subscription, template: str, now: datetime, **values: Any) -> None:
    notifications.tell_by_letter(
        to_account_id=subscription.account_id,
        template=template,
        hub_id=subscription.hub_id,
        about=f"subscription:{subscription.id}",
        path=f"/me/subscriptions/{subscription.id}",
        context={
            "subscription_id": str(subscription.id),
            "title": subscription.title,
            "quantity": subscription.quantity,
            "currency": subscription.currency,
            "amount": subscription.price.amount,
            **values,
        },
        now=now,
    )
