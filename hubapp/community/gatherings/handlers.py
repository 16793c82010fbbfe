"""Jobs of gatherings: dates ahead, news of changes, reminders, and what the money of seats says."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select

from hubapp.community.gatherings import paid_queries, queries, services
from hubapp.community.gatherings.events import GatheringPublished
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, GatheringSeries, Seat, Status
from hubapp.community.gatherings.policies import seats
from hubapp.community.gatherings.services.letters import ANNOUNCE, REMIND_HELD, TELL
from hubapp.community.gatherings.services.owing import REFUND
from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.orders.events import OrderCanceled, OrderPaid, OrderReversed
from hubapp.money.payments.events import ChargeFailed, PaymentExpired, RefundFailed

REMIND = "gatherings.remind"
EXTEND = "gatherings.extend"
LAPSE = "gatherings.lapse"
HAND_OVER = "gatherings.hand_over"
BATCH = 500


@on(GatheringPublished)
def tell_everybody(event: GatheringPublished) -> None:
    """Of a series once, not of each date."""
    if queries.gathering(event.gathering_id).number == 0:
        _announce(event.hub_id, str(event.gathering_id), "")


@queue.task(ANNOUNCE)
def announce(gathering_id: str, after: str) -> None:
    """Tell some hundreds of members, and go on with the next."""
    last = services.announce(gathering_id=UUID(gathering_id), after=UUID(after) if after else None, now=clock.now())
    if last is not None:
        _announce(require_hub_id(), gathering_id, str(last))


def _announce(hub_id: int, gathering_id: str, after: str) -> None:
    queue.enqueue(ANNOUNCE, hub_id=hub_id, arguments={"gathering_id": gathering_id, "after": after})


@queue.task(TELL)
def tell(gathering_id: str) -> None:
    """Tell those registered of a change."""
    services.tell(gathering_id=UUID(gathering_id), now=clock.now())


@queue.task(REMIND)
def remind(gathering_id: str) -> None:
    """Remind those who come."""
    services.remind(gathering_id=UUID(gathering_id), now=clock.now(), wall=clock.wall())


@queue.task(REMIND_HELD)
def remind_held(gathering_id: str, until: str) -> None:
    """Remind those whose quiet hours are over."""
    services.remind_held(gathering_id=UUID(gathering_id), until=datetime.fromisoformat(until), now=clock.now())


@queue.task(EXTEND)
def extend(series_id: str) -> None:
    """Make the dates of a series that are due."""
    services.extend(series_id=UUID(series_id), now=clock.now())


@on(OrderPaid)
def take_seats(event: OrderPaid) -> None:
    """Somebody has paid; orders of anything else do not concern us."""
    services.paid(order_id=event.order_id, now=clock.now())


@on(OrderCanceled)
def free_seats(event: OrderCanceled) -> None:
    """Somebody gets their money back."""
    services.order_called_off(order_id=event.order_id, now=clock.now())


@on(OrderReversed)
def free_what_a_bank_took(event: OrderReversed) -> None:
    """A lost dispute takes the money from whoever sold the seats: they go to somebody who pays."""
    services.order_called_off(order_id=event.order_id, now=clock.now())


@on(RefundFailed)
def try_again(event: RefundFailed) -> None:
    """Money of seats that are gone did not arrive."""
    kind, _separator, rest = event.reference.partition(":")
    if kind == "order":
        services.refund_failed(order_id=UUID(rest.partition(":")[0]), now=clock.now())


@on(PaymentExpired)
def not_paid(event: PaymentExpired) -> None:
    """Nobody came to a card page."""
    _payment_died(event.reference, event.payment_id)


@on(ChargeFailed)
def refused(event: ChargeFailed) -> None:
    """A payment can no longer succeed."""
    _payment_died(event.reference, event.payment_id)


def _payment_died(reference: str, payment_id: UUID) -> None:
    word, _separator, rest = reference.partition(":")
    if word == "checkout":
        services.payment_died(checkout_id=UUID(rest.partition(":")[0]), payment_id=payment_id, now=clock.now())


@queue.task(LAPSE)
def lapse(gathering_id: str) -> None:
    """Give unpaid seats on."""
    services.lapse(gathering_id=UUID(gathering_id), now=clock.now())


@queue.task(REFUND)
def refund(gathering_id: str) -> None:
    """Give back what is due, some at a time."""
    if services.send_back(gathering_id=UUID(gathering_id), now=clock.now()):
        queue.enqueue(REFUND, hub_id=require_hub_id(), arguments={"gathering_id": gathering_id})


@queue.task(HAND_OVER)
def hand_over(gathering_id: str) -> None:
    """It is over."""
    services.hand_over(gathering_id=UUID(gathering_id), now=clock.now())


@queue.periodic("10,40 * * * * *", "gatherings.sweep_money", platform="seats not paid, owed back or used, in all hubs")
def sweep_money() -> None:
    """Find gatherings whose seats were not paid in time, are to be paid back, or were used; a job each, in its hub."""
    now = clock.now()
    for task, due in (
        (LAPSE, paid_queries.unpaid(now=now)),
        (REFUND, paid_queries.owed(now=now)),
        (HAND_OVER, paid_queries.over(now=now)),
    ):
        _enqueue(task, "gathering_id", sorted(db.session.execute(due.limit(BATCH)).all()))


@queue.periodic("25 * * * * *", "gatherings.sweep", platform="gatherings that begin soon, in all hubs")
def sweep() -> None:
    """Find what begins within a day, or an hour, and has somebody who was not reminded; a job each, in its hub."""
    now = clock.now()
    begins_in_an_hour = Gathering.starts_at <= now + seats.HOUR
    hour = (
        begins_in_an_hour
        & GatheringRegistration.hour_reminded_at.is_(None)
        & (GatheringRegistration.confirmed_at <= Gathering.starts_at - seats.HOUR)
    )
    day = (
        ~begins_in_an_hour
        & GatheringRegistration.day_reminded_at.is_(None)
        & (GatheringRegistration.confirmed_at <= Gathering.starts_at - seats.DAY)
    )
    waits = exists().where(
        queries.ITS_GATHERING,
        GatheringRegistration.status == Seat.CONFIRMED,
        or_(hour, day),
    )
    due = select(Gathering.hub_id, Gathering.id).where(
        Gathering.status == Status.PUBLISHED, Gathering.starts_at > now, Gathering.starts_at <= now + seats.DAY, waits
    )
    _enqueue(REMIND, "gathering_id", db.session.execute(due.order_by(Gathering.starts_at).limit(BATCH)).all())


@queue.periodic("50 7 * * * *", "gatherings.plan", platform="series whose dates are due, in all hubs")
def plan() -> None:
    """Every hour, series whose last date comes near; a job each, in its hub. What is not due makes nothing."""
    last = (
        select(Gathering.starts_at)
        .where(
            Gathering.hub_id == GatheringSeries.hub_id,
            Gathering.series_id == GatheringSeries.id,
            Gathering.number == GatheringSeries.next_number - 1,
        )
        .scalar_subquery()
    )
    near = clock.now() + timedelta(days=93)
    due = select(GatheringSeries.hub_id, GatheringSeries.id).where(
        GatheringSeries.is_published, GatheringSeries.ended_at.is_(None), or_(last.is_(None), last < near)
    )
    _enqueue(EXTEND, "series_id", sorted(db.session.execute(due.limit(BATCH)).all()))


def _enqueue(task: str, argument: str, rows: object) -> None:
    found = [(int(row[0]), str(row[1])) for row in rows]  # type: ignore[attr-defined]
    alive = queue.alive([f"{task}:{one_id}" for _hub, one_id in found])
    for hub_id, one_id in found:
        lock = f"{task}:{one_id}"
        if lock not in alive:
            queue.enqueue(task, hub_id=hub_id, lock=lock, arguments={argument: one_id})
