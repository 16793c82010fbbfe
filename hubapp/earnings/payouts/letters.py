"""Letters about payouts to the payee, written with plain values only (platform scope)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.earnings.payouts import queries
from hubapp.earnings.payouts.models import Payout, PayoutStatus
from hubapp.kernel.db import db
from hubapp.people.notifications import services as notifications


def paid(*, payout_id: UUID, now: datetime) -> None:
    """The money has arrived."""
    _send(db.session.get_one(Payout, payout_id), "payout_paid", now)


def failed(*, payout_id: UUID, now: datetime) -> None:
    """The money did not arrive, or was sent back. Whom a run could not pay did not ask, and reads it on their page."""
    payout = db.session.get_one(Payout, payout_id)
    if payout.status == PayoutStatus.FAILED or payout.run_item_id is None:
        _send(payout, "payout_failed", now)


def _send(payout: Payout, template: str, now: datetime) -> None:
    """In the look of the hub that gives most of it, whose page has the statement."""
    parts = sorted(queries.parts_of(payout.id), key=lambda part: (-part.amount, part.hub_id))
    hub_id = parts[0].hub_id if parts else None
    notifications.tell_by_letter(
        to_account_id=payout.account_id,
        template=template,
        hub_id=hub_id,
        about=f"payout:{payout.id}",
        path=f"/me/earnings/{payout.id}" if hub_id is not None else "/me",
        context={
            "payout_id": str(payout.id),
            "amount": payout.amount or 0,
            "currency": payout.currency,
            "bank_last4": payout.bank_last4 or "",
            "reason": payout.reason or "",
            "is_returned": payout.status == PayoutStatus.FAILED,
        },
        now=now,
    )
