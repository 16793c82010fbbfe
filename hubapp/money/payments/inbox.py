"""The inbox: events are stored once, answered at once, and taken as hints by a job."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.jobs import queue
from hubapp.jobs.events import publish
from hubapp.kernel import crash, ids
from hubapp.kernel.db import db
from hubapp.money.payments import wiring
from hubapp.money.payments.errors import NotYetKnown
from hubapp.money.payments.events import AccountChanged, PayoutChanged
from hubapp.money.payments.gateway import Endpoint, NoSuchObject
from hubapp.money.payments.gateway import GatewayEvent as Received
from hubapp.money.payments.gateway_models import GatewayEvent
from hubapp.money.payments.models import Payment, PaymentStatus, Refund

HANDLE = "payments.handle_event"
OBSERVE = "payments.observe"
OBSERVE_REFUND = "payments.observe_refund"
OBSERVE_SETUP = "payments.observe_setup"
OBSERVE_DISPUTE = "payments.observe_dispute"
ABOUT_PAYMENTS = ("checkout.session.", "charge.", "payment_intent.")
ABOUT_REFUNDS = ("refund.", "charge.refund.")
ABOUT_DISPUTES = "charge.dispute."
STORED = crash.point("event.stored", "the event is written in a transaction that is not over")
ROUTED = crash.point("event.routed", "whoever it concerns is asked to look, in a transaction that is not over")


@dataclass(frozen=True, slots=True)
class Hint:
    """Whose payment or refund an event speaks of, by the metadata that we gave the provider."""

    hub_id: int
    payment_id: UUID
    refund_id: UUID | None


def store(*, source: Endpoint, event: Received, payload: bytes, now: datetime) -> bool:
    """Keep a verified event and enqueue its handling; False when it was here before."""
    statement = (
        insert(GatewayEvent)
        .values(
            id=ids.uuid7(),
            source=source,
            external_id=event.id,
            type=event.type,
            object_id=event.object_id,
            account=event.account,
            payload=json.loads(payload),
            received_at=now,
        )
        # Without naming the columns: the app's role may add events and read none.
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )
    result: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    if result.rowcount == 0:
        return False
    enqueue(source=source, external_id=event.id)
    crash.reached(STORED)
    return True


def take(events: Iterable[Received], *, now: datetime) -> int:
    """Keep events of ours that were read from the provider's list because they never arrived; how many were new.

    Only one who may read the inbox can ask (platform scope).
    """
    count = 0
    for event in events:
        is_here = select(GatewayEvent.id).where(GatewayEvent.source == "platform", GatewayEvent.external_id == event.id)
        if event.body and db.session.scalar(is_here) is None:
            count += store(source="platform", event=event, payload=json.dumps(dict(event.body)).encode(), now=now)
    return count


def lock_of(source: str, external_id: str) -> str:
    """Under which lock an event is handled."""
    return f"{HANDLE}:{source}:{external_id}"


def enqueue(*, source: str, external_id: str) -> None:
    """Have an event handled."""
    arguments = {"source": source, "external_id": external_id}
    queue.enqueue(HANDLE, hub_id=None, lock=lock_of(source, external_id), arguments=arguments)


def look_at(*, hub_id: int | None, payment_id: UUID) -> None:
    """Have a payment looked at as soon as this transaction has committed."""
    queue.enqueue(OBSERVE, hub_id=hub_id, arguments={"payment_id": str(payment_id)})


def handle(*, source: str, external_id: str, now: datetime) -> None:
    """Pass a hint on to whom it concerns (platform scope).

    Raises NotYetKnown while what it speaks of is not committed here: the job is tried again.
    """
    event = db.session.scalar(
        select(GatewayEvent)
        .where(GatewayEvent.source == source, GatewayEvent.external_id == external_id)
        .with_for_update()
    )
    if event is None or event.handled_at is not None:
        return
    _route(event)
    event.handled_at = now
    db.session.flush()
    crash.reached(ROUTED)


def _route(event: GatewayEvent) -> None:
    if event.account and event.type == "account.updated":
        publish(AccountChanged(None, event.account))
    elif event.account and event.object_id and event.type.startswith("payout."):
        publish(PayoutChanged(None, event.account, event.object_id))
    elif event.type.startswith(ABOUT_DISPUTES):
        _dispute(event)
    elif event.type.startswith(ABOUT_REFUNDS):
        _refund(event)
    elif event.type.startswith(ABOUT_PAYMENTS):
        _payment(event)


def _payment(event: GatewayEvent) -> None:
    if _setup(event.payload):
        return
    # No hint: somebody else's payment on the same provider account.
    if (hint := _hint(event.payload)) is None:
        return
    status = db.session.scalar(
        select(Payment.status).where(Payment.hub_id == hint.hub_id, Payment.id == hint.payment_id)
    )
    if status is None or status == PaymentStatus.NEW:  # the provider's answer is not written down yet
        raise NotYetKnown(event.external_id)
    look_at(hub_id=hint.hub_id, payment_id=hint.payment_id)


def _setup(payload: dict[str, Any]) -> bool:
    """A page that saves a card: looked at. Whatever is not here yet is found by the sweep."""
    metadata = (payload.get("data", {}).get("object") or {}).get("metadata") or {}
    try:
        hub_id, setup_id = int(metadata["hub"]), str(UUID(metadata["setup"]))
    except (KeyError, ValueError, TypeError):
        return False
    queue.enqueue(OBSERVE_SETUP, hub_id=hub_id, arguments={"setup_id": setup_id})
    return True


def _refund(event: GatewayEvent) -> None:
    hint = _hint(event.payload)
    if hint is None or hint.refund_id is None:
        return
    row = db.session.execute(
        select(Refund.provider_id).where(Refund.hub_id == hint.hub_id, Refund.id == hint.refund_id)
    ).one_or_none()
    if row is None or row.provider_id is None:
        raise NotYetKnown(event.external_id)
    queue.enqueue(OBSERVE_REFUND, hub_id=hint.hub_id, arguments={"refund_id": str(hint.refund_id)})


def _dispute(event: GatewayEvent) -> None:
    body = event.payload.get("data", {}).get("object") or {}
    charge_id = str(body.get("charge") or "")
    if not look_at_dispute(charge_id=charge_id, provider_id=str(body.get("id") or "")):
        # A dispute carries no metadata of ours, its charge does.
        try:
            metadata = wiring.gateway().retrieve_charge(charge_id).metadata
        except NoSuchObject:
            return
        if "payment" in metadata:
            raise NotYetKnown(event.external_id)


def look_at_dispute(*, charge_id: str, provider_id: str) -> bool:
    """Have a dispute looked at in the hub of its charge; False when no payment here has that charge."""
    row = db.session.execute(select(Payment.hub_id, Payment.id).where(Payment.charge_id == charge_id)).one_or_none()
    if row is None:
        return False
    arguments = {"payment_id": str(row.id), "provider_id": provider_id}
    queue.enqueue(OBSERVE_DISPUTE, hub_id=row.hub_id, lock=f"{OBSERVE_DISPUTE}:{provider_id}", arguments=arguments)
    return True


def _hint(payload: dict[str, Any]) -> Hint | None:
    metadata = (payload.get("data", {}).get("object") or {}).get("metadata") or {}
    try:
        refund_id = UUID(metadata["refund"]) if "refund" in metadata else None
        return Hint(int(metadata["hub"]), UUID(metadata["payment"]), refund_id)
    except (KeyError, ValueError, TypeError):
        return None
