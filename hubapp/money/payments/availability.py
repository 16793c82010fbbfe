"""Booking that charged money has become usable: the provider's pending balance becomes its available one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.kernel.db import db
from hubapp.money.ledger import services as ledger
from hubapp.money.payments import queries

PROVIDER = "provider"


def book_available(*, payment_id: UUID, now: datetime) -> None:
    """Move a settled payment's net amount in the hub's books, once, when the provider lets us use it."""
    payment = queries.payment_for_change(payment_id)
    if payment.net is None or payment.booked_available_at is not None:
        return
    if payment.available_on is None or payment.available_on > now:
        return
    if payment.net:
        legs = (
            ledger.Leg(PROVIDER, ledger.Purpose.PROVIDER_BALANCE, payment.net),
            ledger.Leg(PROVIDER, ledger.Purpose.PROVIDER_PENDING, -payment.net),
        )
        entry = ledger.NewEntry(
            key=f"charge:{payment.charge_id}:available",
            kind="charge_available",
            ref=payment.reference,
            currency=payment.currency,
            occurred_at=payment.available_on,
            legs=legs,
        )
        ledger.post(entry=entry)
    payment.booked_available_at = now
    db.session.flush()
