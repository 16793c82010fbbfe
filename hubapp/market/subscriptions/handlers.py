"""Reactions of subscriptions: to what payments say, and to the calendar."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, select

from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.market.catalogue.models import Listing
from hubapp.market.subscriptions import queries, services
from hubapp.market.subscriptions.models import Subscription, SubscriptionPeriod
from hubapp.money.payments.events import CardSaved, ChargeFailed, ChargeSettled, PaymentExpired

RENEW = "subscriptions.renew"
TRY_AGAIN = "subscriptions.try_again"
ANNOUNCE = "subscriptions.announce"
BATCH = 500


@on(ChargeSettled)
def paid(event: ChargeSettled) -> None:
    """A month is paid."""
    if (checkout_id := _id_in(event.reference, "checkout")) is not None:
        services.payment_settled(checkout_id=checkout_id, payment_id=event.payment_id, now=clock.now())


@on(ChargeFailed)
def refused(event: ChargeFailed) -> None:
    """A card was refused."""
    if (checkout_id := _id_in(event.reference, "checkout")) is not None:
        services.payment_failed(
            checkout_id=checkout_id,
            payment_id=event.payment_id,
            code=event.code,
            message=event.message,
            now=clock.now(),
        )


@on(PaymentExpired)
def expired(event: PaymentExpired) -> None:
    """Nobody came to the page."""
    if (checkout_id := _id_in(event.reference, "checkout")) is not None:
        services.payment_expired(checkout_id=checkout_id, payment_id=event.payment_id, now=clock.now())


@on(CardSaved)
def another_card(event: CardSaved) -> None:
    """A member put another card in."""
    if (subscription_id := _id_in(event.reference, "subscription")) is not None:
        services.use_card(
            subscription_id=subscription_id, account_id=event.account_id, card_id=event.card_id, now=clock.now()
        )


@queue.task(RENEW)
def renew(subscription_id: str) -> None:
    """Renew one subscription."""
    services.renew(subscription_id=UUID(subscription_id), now=clock.now())


@queue.task(TRY_AGAIN)
def try_again(subscription_id: str) -> None:
    """Try to charge one renewal again."""
    services.try_again(subscription_id=UUID(subscription_id), now=clock.now())


@queue.task(ANNOUNCE)
def announce(subscription_id: str) -> None:
    """Tell one member of a new price."""
    services.announce(subscription_id=UUID(subscription_id), now=clock.now())


@queue.periodic("15 * * * * *", "subscriptions.sweep", platform="renewals that are due, in all hubs")
def sweep() -> None:
    """Find what is due; each subscription gets a job in its own hub."""
    now = clock.now()
    due = select(Subscription.hub_id, Subscription.id).where(queries.is_due(now=now))
    _enqueue(RENEW, db.session.execute(due.order_by(Subscription.next_at).limit(BATCH)).all())
    again = select(Subscription.hub_id, Subscription.id).join(
        SubscriptionPeriod,
        and_(SubscriptionPeriod.hub_id == Subscription.hub_id, SubscriptionPeriod.subscription_id == Subscription.id),
    )
    again = again.where(queries.is_to_be_tried(now=now)).order_by(SubscriptionPeriod.retry_at)
    _enqueue(TRY_AGAIN, db.session.execute(again.limit(BATCH)).all())


@queue.periodic("45 */10 * * * *", "subscriptions.watch_prices", platform="prices that changed, in all hubs")
def watch_prices() -> None:
    """Find subscriptions whose listing costs something else now."""
    changed = select(Subscription.hub_id, Subscription.id).join(
        Listing, and_(Listing.hub_id == Subscription.hub_id, Listing.id == Subscription.listing_id)
    )
    _enqueue(ANNOUNCE, db.session.execute(changed.where(queries.has_other_price()).limit(BATCH)).all())


def _enqueue(task: str, rows: object) -> None:
    found = [(int(row[0]), str(row[1])) for row in rows]  # type: ignore[attr-defined]
    alive = queue.alive([f"{task}:{subscription_id}" for _hub, subscription_id in found])
    for hub_id, subscription_id in found:
        if f"{task}:{subscription_id}" not in alive:
            queue.enqueue(
                task,
                hub_id=hub_id,
                lock=f"{task}:{subscription_id}",
                arguments={"subscription_id": subscription_id},
            )


def _id_in(reference: str, kind: str) -> UUID | None:
    """The id in `checkout:<id>:<attempt>`; None for references of other slices."""
    word, _, rest = reference.partition(":")
    return UUID(rest.partition(":")[0]) if word == kind else None
