"""A subscription's rows under their lock, its moves, and the day of its next renewal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select

from hubapp.kernel.db import db
from hubapp.market.subscriptions import policies
from hubapp.market.subscriptions.errors import MovedOn, NoSuchSubscription
from hubapp.market.subscriptions.models import (
    EndReason,
    PeriodStatus,
    Status,
    Subscription,
    SubscriptionPeriod,
)
from hubapp.tenancy import queries as tenancy


def locked(*, statement: Select[Subscription]) -> Select[Subscription]:
    """Make others wait for the row: renewal, cancellation and every change go one after the other."""
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)


def for_change(*, subscription_id: UUID) -> Subscription:
    """A subscription as it is now, locked until the transaction ends. Raises NoSuchSubscription."""
    found: Subscription | None = db.session.scalar(
        locked(statement=select(Subscription).where(Subscription.id == subscription_id))
    )
    if found is None:
        raise NoSuchSubscription
    return found


def fresh_period(*, period_id: UUID) -> SubscriptionPeriod:
    """A month as it is now; its subscription is locked, so that nobody else changes it."""
    statement = select(SubscriptionPeriod).where(SubscriptionPeriod.id == period_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def fresh_open_period(*, subscription_id: UUID) -> SubscriptionPeriod | None:
    """The month that waits for its money, as it is now."""
    statement = select(SubscriptionPeriod).where(
        SubscriptionPeriod.subscription_id == subscription_id,
        SubscriptionPeriod.status.in_((PeriodStatus.ORDERED, PeriodStatus.UNPAID)),
    )
    statement = statement.order_by(SubscriptionPeriod.number.desc()).limit(1)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def waits_for_money(*, subscription_id: UUID) -> bool:
    """Whether nobody knows yet if a month that was ordered is paid; its subscription is locked."""
    ordered = exists().where(
        SubscriptionPeriod.subscription_id == subscription_id, SubscriptionPeriod.status == PeriodStatus.ORDERED
    )
    return bool(db.session.scalar(select(ordered)))


def move(*, subscription: Subscription, to: Status) -> None:
    """Change the status of a locked subscription. Refuses with MovedOn."""
    if not policies.can_move(subscription.status, to):
        raise MovedOn
    subscription.status = to
    if to == Status.ACTIVE:
        subscription.behind_since = None
    db.session.flush()


def end(*, subscription: Subscription, reason: EndReason, now: datetime) -> None:
    """It is over. Refuses with MovedOn."""
    # Together, as the database wants them: a status without its day is refused there.
    if not policies.can_move(subscription.status, Status.CANCELED):
        raise MovedOn
    subscription.status, subscription.ended_at, subscription.end_reason = Status.CANCELED, now, reason
    db.session.flush()


def schedule(*, subscription: Subscription, at_least: int, now: datetime) -> None:
    """Set the next renewal: the first period from `at_least` on that is still ahead."""
    zone = tenancy.hub_view(subscription.hub_id).zone
    period = policies.next_period(subscription.starts_on, after=now, at_least=at_least, zone=zone)
    subscription.next_period = period
    subscription.next_at = policies.due_at(subscription.starts_on, period, zone)
    db.session.flush()


def path_of(*, subscription_id: UUID) -> str:
    """The page of a subscription in its hub."""
    return f"/me/subscriptions/{subscription_id}"
