"""Subscribing: the first period is an ordinary order, paid on the card page that keeps the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue import services as stock
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import policies as order_rules
from hubapp.market.orders import services as orders
from hubapp.market.orders.errors import PriceChanged, QuantityOutOfRange
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions import policies, queries
from hubapp.market.subscriptions.errors import AlreadySubscribed, ConsentMissing, NotOfferedMonthly
from hubapp.market.subscriptions.models import PeriodStatus, Status, Subscription, SubscriptionPeriod
from hubapp.market.subscriptions.services import rows
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy import queries as tenancy


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody confirmed on the page: `shown` is the price of one and of shipping that they saw."""

    listing_id: UUID
    quantity: int
    account_id: UUID
    email: str
    choice: Delivery
    address: Mapping[str, str] | None
    shown: tuple[int, int | None]
    has_consented: bool
    touch: Touch | None


def subscribe(*, wish: Wish, now: datetime) -> UUID:
    """Begin: order the first period and ask for its payment; the same click twice is one subscription.

    Refuses with ConsentMissing, NotOfferedMonthly, AlreadySubscribed, PriceChanged, QuantityOutOfRange and whatever
    orders refuse; then nothing is reserved.
    """
    if not wish.has_consented:
        raise ConsentMissing
    with db.session.begin_nested():
        # The listing's lock first: a second click waits here, and then finds what the first one made.
        stock.hold(lines={wish.listing_id: wish.quantity})
        known = queries.alive(account_id=wish.account_id, listing_id=wish.listing_id)
        if known is not None and known.status == Status.PENDING:
            return known.id
        listing = catalogue.listing(wish.listing_id)
        _refuse(listing, known, wish)
        subscription = _write(listing, wish, now)
        _order(subscription, wish, now)
    return subscription.id


def _refuse(listing: Listing, known: Subscription | None, wish: Wish) -> None:
    if not listing.is_live or not listing.is_monthly:
        raise NotOfferedMonthly(listing.title)
    if known is not None:
        raise AlreadySubscribed
    if (listing.price, listing.shipping_price) != wish.shown:
        raise PriceChanged
    most = order_rules.MOST_PIECES if listing.is_sold_singly else 1
    if not 1 <= wish.quantity <= most:
        raise QuantityOutOfRange(most)


def _write(listing: Listing, wish: Wish, now: datetime) -> Subscription:
    hub = tenancy.hub_view(require_hub_id())
    starts_on = now.astimezone(hub.zone).date()
    is_sent = order_rules.is_shipped(listing.has_pickup, listing.shipping_price, wish.choice)
    subscription = Subscription(
        id=ids.uuid7(),
        account_id=wish.account_id,
        listing_id=listing.id,
        title=listing.title,
        status=Status.PENDING,
        quantity=wish.quantity,
        currency=listing.currency,
        unit_price=listing.price,
        shipping_price=listing.shipping_price if is_sent else None,
        delivery=Delivery.SHIP if is_sent and wish.address else Delivery.PICKUP,
        address=dict(wish.address) if is_sent and wish.address else None,
        starts_on=starts_on,
        next_period=1,
        next_at=policies.due_at(starts_on, 1, hub.zone),
        consented_at=now,
        created_at=now,
    )
    db.session.add(subscription)
    db.session.flush()
    return subscription


def _order(subscription: Subscription, wish: Wish, now: datetime) -> None:
    hub = tenancy.hub_view(subscription.hub_id)
    expires_at = now + order_rules.PAYMENT_WINDOW
    checkout_id = orders.place_standing_order(
        wanted=orders.StandingOrder(
            listing_id=subscription.listing_id,
            quantity=subscription.quantity,
            unit_price=subscription.unit_price,
            shipping_price=subscription.shipping_price,
            choice=wish.choice,
            tax_rates=hub.tax_rates,
            expires_at=expires_at,
        ),
        buyer=orders.Buyer(wish.account_id, subscription.currency, wish.address, wish.touch),
        now=now,
    )
    page = orders.Page(email=wish.email, path=rows.path_of(subscription_id=subscription.id), expires_at=expires_at)
    db.session.add(
        SubscriptionPeriod(
            id=ids.uuid7(),
            subscription_id=subscription.id,
            number=0,
            due_at=now,
            status=PeriodStatus.ORDERED,
            checkout_id=checkout_id,
            payment_id=orders.open_page(checkout_id=checkout_id, attempt=1, page=page, now=now),
            attempts=1,
            created_at=now,
        )
    )
    db.session.flush()
