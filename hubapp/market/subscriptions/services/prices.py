"""New prices: announced by mail as soon as they are seen, counted from the next renewal but one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.kernel.db import db
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions.models import Status, Subscription
from hubapp.market.subscriptions.services import letters, rows


def announce(*, subscription_id: UUID, now: datetime) -> None:
    """Tell a member what the listing costs now, once per change: the next renewal still costs what was agreed."""
    subscription = rows.for_change(subscription_id=subscription_id)
    if subscription.status in {Status.PENDING, Status.SUSPENDED, Status.CANCELED}:
        return
    listing, known = catalogue.listing(subscription.listing_id), _known(subscription)
    # What is not sent any more keeps its agreement; the seller and the member sort that out.
    is_sent = subscription.delivery == Delivery.SHIP and listing.shipping_price is not None
    wanted = (listing.price, listing.shipping_price if is_sent else known[1])
    if wanted == known or listing.price <= 0:
        return
    subscription.new_price, subscription.new_shipping_price = wanted
    subscription.new_price_period = subscription.next_period + 1
    db.session.flush()
    letters.price_changes(subscription=subscription, now=now)


def apply(*, subscription: Subscription) -> None:
    """From its period on, the announced price is the agreed one (row locked)."""
    if subscription.new_price is None or subscription.new_price_period is None:
        return
    if subscription.next_period < subscription.new_price_period:
        return
    subscription.unit_price, subscription.shipping_price = subscription.new_price, subscription.new_shipping_price
    subscription.new_price = subscription.new_shipping_price = subscription.new_price_period = None
    db.session.flush()


def _known(subscription: Subscription) -> tuple[int, int | None]:
    if subscription.new_price is not None:
        return subscription.new_price, subscription.new_shipping_price
    return subscription.unit_price, subscription.shipping_price
