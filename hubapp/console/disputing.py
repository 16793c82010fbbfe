"""What the central team does about disputes: each act in the dispute's hub, and in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.queries import ShareLine
from hubapp.kernel.files import Files
from hubapp.market.orders import refund_queries
from hubapp.market.orders.models import Order
from hubapp.money.payments import dispute_network, disputes, evidence
from hubapp.money.payments.dispute_models import Dispute, DisputeFile
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import in_hub


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute with everything behind it: its orders with their splits, and the files handed in."""

    dispute: Dispute
    files: list[DisputeFile]
    orders: list[tuple[Order, list[ShareLine]]]


def case(dispute_id: UUID) -> Case:
    """Refuses with DisputeNotFound."""
    found = dispute_network.find(dispute_id)
    with in_hub(found.hub_id):
        orders = [
            (order, shares.split_of(order.id) if shares.is_settled(order.id) else [])
            for order in refund_queries.orders_of_payment(found.payment_id)
        ]
        return Case(found, disputes.files_of(dispute_id), orders)


def save_draft(*, dispute_id: UUID, texts: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Keep what was written so far."""
    hub_id = dispute_network.find(dispute_id).hub_id
    with in_hub(hub_id):
        evidence.save_draft(dispute_id=dispute_id, texts=texts)
    _log(dispute_id, hub_id, "dispute.draft", actor, now)


def attach(
    *, dispute_id: UUID, field: str, filename: str, content: bytes, files: Files, actor: Actor, now: datetime
) -> None:
    """Hand a file in."""
    hub_id = dispute_network.find(dispute_id).hub_id
    with in_hub(hub_id):
        evidence.attach(
            dispute_id=dispute_id, field=field, filename=filename, content=content, by=actor.id, files=files, now=now
        )
    _log(dispute_id, hub_id, "dispute.attach", actor, now, field=field, size=len(content))


def detach(*, dispute_id: UUID, field: str, actor: Actor, now: datetime) -> None:
    """Leave a file out."""
    hub_id = dispute_network.find(dispute_id).hub_id
    with in_hub(hub_id):
        evidence.detach(dispute_id=dispute_id, field=field)
    _log(dispute_id, hub_id, "dispute.detach", actor, now, field=field)


def submit(*, dispute_id: UUID, texts: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Hand everything to the bank."""
    hub_id = dispute_network.find(dispute_id).hub_id
    with in_hub(hub_id):
        evidence.submit(dispute_id=dispute_id, texts=texts, now=now)
    _log(dispute_id, hub_id, "dispute.submit", actor, now)


def accept_loss(*, dispute_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Leave the money to the buyer."""
    hub_id = dispute_network.find(dispute_id).hub_id
    with in_hub(hub_id):
        evidence.accept_loss(dispute_id=dispute_id, now=now)
    _log(dispute_id, hub_id, "dispute.accept", actor, now, reason=reason)


def _log(
    dispute_id: UUID, hub_id: int, action: str, actor: Actor, now: datetime, *, reason: str = "", **details: object
) -> None:
    audit.record(
        actor=actor,
        action=action,
        now=now,
        hub_id=hub_id,
        subject=f"dispute:{dispute_id}",
        reason=reason,
        details=details,
    )
