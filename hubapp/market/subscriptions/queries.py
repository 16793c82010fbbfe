"""Reading subscriptions: a member's own, and those a hub has to look after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from hubapp.kernel.db import db
from hubapp.market.catalogue.models import Listing
from hubapp.market.subscriptions.errors import NoSuchSubscription
from hubapp.market.subscriptions.models import PeriodStatus, Status, Subscription, SubscriptionPeriod
from hubapp.tenancy.models import Hub, HubStatus

PAGE, MONTHS = 30, 36
BEHIND = (Status.PAST_DUE, Status.SUSPENDED)
SELLING = select(Hub.id).where(Hub.id == Subscription.hub_id, Hub.status == HubStatus.OPEN).exists()


def subscription(subscription_id: UUID) -> Subscription:
    """Any subscription of the hub. Raises NoSuchSubscription."""
    found: Subscription | None = db.session.scalar(select(Subscription).where(Subscription.id == subscription_id))
    if found is None:
        raise NoSuchSubscription
    return found


def own(subscription_id: UUID, *, account_id: UUID) -> Subscription:
    """A member's own subscription. Raises NoSuchSubscription for anybody else's."""
    found = subscription(subscription_id)
    if found.account_id != account_id:
        raise NoSuchSubscription
    return found


def subscriptions_of(
    account_id: UUID, *, after: tuple[bool, UUID] | None = None, limit: int | None = None
) -> Sequence[Subscription]:
    """A member's subscriptions, those that go on first, then the newest, paged by (is over, id); all without `limit`.

    Who leaves ends each of them, so that nobody may silently stop counting.
    """
    is_over = Subscription.status == Status.CANCELED
    statement = select(Subscription).where(Subscription.account_id == account_id)
    if after is not None:
        was_over, last = after
        older = Subscription.id < last
        statement = statement.where(and_(is_over, older) if was_over else or_(is_over, older))
    return db.session.scalars(statement.order_by(is_over, Subscription.id.desc()).limit(limit)).all()


def alive(*, account_id: UUID, listing_id: UUID) -> Subscription | None:
    """Somebody's subscription of a listing, unless it is over."""
    return db.session.scalar(
        select(Subscription).where(
            Subscription.account_id == account_id,
            Subscription.listing_id == listing_id,
            Subscription.status != Status.CANCELED,
        )
    )


def periods_of(
    subscription_id: UUID, *, before: int | None = None, limit: int = MONTHS
) -> Sequence[SubscriptionPeriod]:
    """The months of a subscription, newest first, paged by number."""
    statement = select(SubscriptionPeriod).where(SubscriptionPeriod.subscription_id == subscription_id)
    if before is not None:
        statement = statement.where(SubscriptionPeriod.number < before)
    return db.session.scalars(statement.order_by(SubscriptionPeriod.number.desc()).limit(limit)).all()


def open_period(subscription_id: UUID) -> SubscriptionPeriod | None:
    """The latest month that was ordered and not paid (yet): what `pay now` is about."""
    statement = select(SubscriptionPeriod).where(
        SubscriptionPeriod.subscription_id == subscription_id,
        SubscriptionPeriod.status.in_((PeriodStatus.ORDERED, PeriodStatus.UNPAID)),
    )
    return db.session.scalar(statement.order_by(SubscriptionPeriod.number.desc()).limit(1))


def open_periods(subscription_ids: Sequence[UUID]) -> dict[UUID, SubscriptionPeriod]:
    """Subscription → the latest month of it that is not paid."""
    statement = select(SubscriptionPeriod).where(
        SubscriptionPeriod.subscription_id.in_(subscription_ids),
        SubscriptionPeriod.status.in_((PeriodStatus.ORDERED, PeriodStatus.UNPAID)),
    )
    return {row.subscription_id: row for row in db.session.scalars(statement.order_by(SubscriptionPeriod.number))}


def period_of(checkout_id: UUID) -> SubscriptionPeriod | None:
    """The month that a checkout pays for."""
    return db.session.scalar(select(SubscriptionPeriod).where(SubscriptionPeriod.checkout_id == checkout_id))


def behind(*, after: tuple[datetime, UUID] | None = None, limit: int = PAGE) -> Sequence[Subscription]:
    """Who could not be charged, the longest ago first, paged by (since, id)."""
    statement = select(Subscription).where(Subscription.status.in_(BEHIND))
    return _from(statement, Subscription.behind_since, after, limit)


def count_behind() -> tuple[int, int]:
    """(subscriptions whose renewal is being tried again, those that are suspended)."""
    found = counts()
    return found.get(Status.PAST_DUE, 0), found.get(Status.SUSPENDED, 0)


def coming(*, until: datetime, after: tuple[datetime, UUID] | None = None, limit: int = PAGE) -> Sequence[Subscription]:
    """Renewals up to a moment, the next one first, paged by (moment, id)."""
    statement = select(Subscription).where(Subscription.status == Status.ACTIVE, Subscription.next_at <= until)
    return _from(statement, Subscription.next_at, after, limit)


def _from(
    statement: Select[Subscription],
    moment: InstrumentedAttribute[Any],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Subscription]:
    if after is not None:
        statement = statement.where(tuple_(moment, Subscription.id) > after)
    return db.session.scalars(statement.order_by(moment, Subscription.id).limit(limit)).all()


def sum_coming(*, until: datetime) -> int:
    """What all renewals up to a moment come to, on whatever page they are; in minor units of the hub's currency."""
    price = Subscription.unit_price * Subscription.quantity + func.coalesce(Subscription.shipping_price, 0)
    statement = select(func.coalesce(func.sum(price), 0))
    statement = statement.where(Subscription.status == Status.ACTIVE, Subscription.next_at <= until)
    return int(db.session.scalar(statement) or 0)


def counts() -> dict[str, int]:
    """Status → how many subscriptions of the hub are in it."""
    rows = db.session.execute(select(Subscription.status, func.count()).group_by(Subscription.status)).all()
    return {str(row[0]): int(row[1]) for row in rows}


def is_due(*, now: datetime) -> ColumnElement[bool]:
    """Renewals whose time has come, in hubs that sell."""
    return and_(Subscription.status == Status.ACTIVE, Subscription.next_at <= now, SELLING)


def is_to_be_tried(*, now: datetime) -> ColumnElement[bool]:
    """Months whose payment is to be tried again, in hubs that sell (joined with their subscriptions)."""
    return and_(SubscriptionPeriod.retry_at <= now, SELLING)


def has_other_price() -> ColumnElement[bool]:
    """Subscriptions whose listing costs something else than was agreed or announced (joined with it)."""
    announced = Subscription.new_price.is_not(None)
    price = case((announced, Subscription.new_price), else_=Subscription.unit_price)
    shipping = case((announced, Subscription.new_shipping_price), else_=Subscription.shipping_price)
    sent = and_(Subscription.delivery == "ship", Listing.shipping_price.is_not(None))
    differs = or_(Listing.price != price, and_(sent, Listing.shipping_price.is_distinct_from(shipping)))
    return and_(Subscription.status.in_((Status.ACTIVE, Status.PAUSED, Status.PAST_DUE)), differs)


def count_subscribers(seller_id: UUID) -> int:
    """How many subscriptions to a seller's listings are not over."""
    statement = (
        select(func.count())
        .select_from(Subscription)
        .join(Listing, (Listing.hub_id == Subscription.hub_id) & (Listing.id == Subscription.listing_id))
        .where(Listing.seller_account_id == seller_id, Subscription.status != Status.CANCELED)
    )
    return db.session.scalar(statement) or 0
