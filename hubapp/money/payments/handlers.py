"""Jobs of payments: events become looks at the provider, and sweeps find what events forgot."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, TextClause, func, or_, select, text

from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.money.payments import (
    availability,
    cards,
    delivery,
    dispatch,
    dispute_rules,
    disputes,
    inbox,
    policies,
    queries,
    services,
    wiring,
)
from hubapp.money.payments.dispute_models import Dispute
from hubapp.money.payments.errors import CardNotFound
from hubapp.money.payments.gateway import GatewayUnavailable
from hubapp.money.payments.gateway_models import GatewayEvent, GatewaySeen
from hubapp.money.payments.models import (
    REFUND_MAY_FAIL,
    CardSetup,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    SetupStatus,
)

log = structlog.get_logger(__name__)

BATCH = 500
COMMANDS_AT_ONCE = 50
BOOK_AVAILABLE = "payments.book_available"
DISPUTES = "disputes"


@queue.task(inbox.HANDLE, platform="the provider's events belong to no hub until they are read")
def handle_event(source: str, external_id: str) -> None:
    """Pass an event's hint on; raises while what it speaks of is not committed yet, so that the queue tries again."""
    inbox.handle(source=source, external_id=external_id, now=clock.now())


@queue.task(inbox.OBSERVE)
def observe(payment_id: str) -> None:
    """Look at one payment; if its time is over and it is still open, close it."""
    now = clock.now()
    try:
        status = services.observe(payment_id=UUID(payment_id), now=now)
    except GatewayUnavailable:
        log.warning("provider does not answer; the sweep will ask again", payment=payment_id)
        return
    if status is PaymentStatus.OPEN and queries.payment(UUID(payment_id)).expires_at <= now:
        services.expire_checkout(payment_id=UUID(payment_id), now=now)


@queue.task(inbox.OBSERVE_REFUND)
def observe_refund(refund_id: str) -> None:
    """Look at one refund."""
    try:
        services.observe_refund(refund_id=UUID(refund_id), now=clock.now())
    except GatewayUnavailable:
        log.warning("provider does not answer; the sweep will ask again", refund=refund_id)


@queue.task(inbox.OBSERVE_SETUP)
def observe_setup(setup_id: str) -> None:
    """Look at one page that saves a card."""
    try:
        cards.observe_setup(setup_id=UUID(setup_id), now=clock.now())
    except GatewayUnavailable:
        log.warning("provider does not answer; the sweep will ask again", setup=setup_id)
    except CardNotFound:
        log.warning("an event speaks of a page that is not here", setup=setup_id)


@queue.task(inbox.OBSERVE_DISPUTE)
def observe_dispute(payment_id: str, provider_id: str) -> None:
    """Look at one dispute; raises while its payment has not been seen as paid, so that the queue tries again."""
    try:
        disputes.observe_dispute(payment_id=UUID(payment_id), provider_id=provider_id, now=clock.now())
    except GatewayUnavailable:
        log.warning("provider does not answer; the sweep will ask again", dispute=provider_id)


@queue.periodic("15 */10 * * * *", "payments.sweep_disputes", platform="open disputes of all hubs")
def sweep_disputes() -> None:
    """Look again at disputes that are not over, and for those of which no event ever came."""
    now = clock.now()
    _look_again_at_disputes(now)
    _look_for_unknown_disputes(now)


def _look_again_at_disputes(now: datetime) -> None:
    is_stale = or_(Dispute.checked_at.is_(None), Dispute.checked_at < now - dispute_rules.POLL_EVERY)
    rows = db.session.execute(
        select(Dispute.hub_id, Dispute.payment_id, Dispute.provider_id)
        .where(Dispute.outcome.is_(None), is_stale)
        .limit(BATCH)
    ).all()
    for hub_id, payment_id, provider_id in sorted(rows):
        arguments = {"payment_id": str(payment_id), "provider_id": provider_id}
        lock = f"{inbox.OBSERVE_DISPUTE}:{provider_id}"
        queue.enqueue(inbox.OBSERVE_DISPUTE, hub_id=hub_id, lock=lock, arguments=arguments)


def _look_for_unknown_disputes(now: datetime) -> None:
    """From where the last look ended: however long nobody looked, none is missed."""
    seen = db.session.get(GatewaySeen, DISPUTES)
    since = policies.BEGINNING if seen is None else min(seen.until, now) - dispute_rules.LOOK_BACK
    try:
        found = list(wiring.gateway().disputes(created_after=since))
    except GatewayUnavailable:
        log.warning("provider does not answer; the next sweep will ask again")
        return
    known = set(db.session.scalars(select(Dispute.provider_id).where(Dispute.provider_id.in_([s.id for s in found]))))
    # Asked before the charges: a payment that ends in between is known to one of the two.
    unfinished = db.session.scalar(select(func.min(Payment.created_at)).where(Payment.status.in_(policies.UNFINISHED)))
    unplaced = [
        state.created
        for state in found
        if state.id not in known and not inbox.look_at_dispute(charge_id=state.charge_id, provider_id=state.id)
    ]
    # A charge that nobody here knows may be that of a payment from before whose end is not known.
    held = [created for created in unplaced if unfinished is not None and unfinished <= created]
    db.session.merge(GatewaySeen(what=DISPUTES, until=min([now, *held])))


@queue.task(BOOK_AVAILABLE)
def book_available(payment_id: str) -> None:
    """Book that a payment's money is usable now."""
    availability.book_available(payment_id=UUID(payment_id), now=clock.now())


@queue.periodic("*/10 * * * * *", "payments.sweep_commands", platform="commands to the provider belong to no hub")
def sweep_commands() -> None:
    """Send what the edge could not send, and what nobody knows the outcome of."""
    for command_id in dispatch.waiting(limit=COMMANDS_AT_ONCE):
        dispatch.dispatch_quietly(command_id)


@queue.periodic("*/20 * * * * *", "payments.sweep", platform="unfinished payments of all hubs")
def sweep() -> None:
    """Look again at what is not finished, although no event came."""
    sweep_unfinished(asked_before=clock.now() - policies.POLL_EVERY)


def sweep_unfinished(*, asked_before: datetime) -> int:
    """Enqueue a look at everything unfinished that nobody has looked at since; answers how many (platform scope)."""
    now = clock.now()
    is_stale = or_(Payment.checked_at.is_(None), Payment.checked_at < asked_before, Payment.expires_at <= now)
    unfinished = Payment.status.in_((PaymentStatus.OPEN, PaymentStatus.PROCESSING))
    count = _enqueue(Payment, inbox.OBSERVE, "payment_id", unfinished, is_stale)
    is_stale = or_(Refund.checked_at.is_(None), Refund.checked_at < asked_before)
    count += _enqueue(Refund, inbox.OBSERVE_REFUND, "refund_id", Refund.status == RefundStatus.PENDING, is_stale)
    # A card may refuse the money for weeks after it was called done, and word of that may be lost.
    is_old = Refund.checked_at < now - policies.LOOK_AGAIN_AFTER
    count += _enqueue(Refund, inbox.OBSERVE_REFUND, "refund_id", text(REFUND_MAY_FAIL), is_old)
    is_stale = or_(CardSetup.checked_at.is_(None), CardSetup.checked_at < asked_before)
    count += _enqueue(CardSetup, inbox.OBSERVE_SETUP, "setup_id", CardSetup.status == SetupStatus.OPEN, is_stale)
    is_usable = Payment.available_on <= now
    is_unbooked = Payment.booked_available_at.is_(None)
    count += _enqueue(
        Payment, BOOK_AVAILABLE, "payment_id", Payment.status == PaymentStatus.SUCCEEDED, is_unbooked, is_usable
    )
    return count + _take_up_forgotten(now)


def _take_up_forgotten(now: datetime) -> int:
    """Events whose job gave up, or was lost; what nobody here knows after two weeks never was ours."""
    events = select(GatewayEvent.source, GatewayEvent.external_id).where(
        GatewayEvent.handled_at.is_(None),
        GatewayEvent.received_at.between(now - policies.NEVER_OURS_AFTER, now - policies.FORGOTTEN_AFTER),
    )
    rows = db.session.execute(events.order_by(GatewayEvent.received_at.desc()).limit(BATCH)).all()
    alive = queue.alive([inbox.lock_of(*row) for row in rows])
    forgotten = [row for row in rows if inbox.lock_of(*row) not in alive]
    for source, external_id in forgotten:
        inbox.enqueue(source=source, external_id=external_id)
    return len(forgotten)


def _enqueue(
    table: type[Payment | Refund | CardSetup], task: str, argument: str, *conditions: ColumnElement[bool] | TextClause
) -> int:
    # The oldest of a hub first, wherever the table happens to keep them: the books number what comes of it.
    rows = sorted(db.session.execute(select(table.hub_id, table.id).where(*conditions).limit(BATCH)).all())
    alive = queue.alive([f"{task}:{row_id}" for _, row_id in rows])
    idle = [(hub_id, row_id) for hub_id, row_id in rows if f"{task}:{row_id}" not in alive]
    for hub_id, row_id in idle:
        queue.enqueue(task, hub_id=hub_id, lock=f"{task}:{row_id}", arguments={argument: str(row_id)})
    return len(idle)


@queue.periodic("*/2 * * * * *", "payments.deliver_sandbox_events", platform="the sandbox sends its events to us")
def deliver_sandbox_events() -> None:
    """In sandbox mode: let the provider's stand-in send what is due."""
    delivery.deliver(wiring.wiring())
