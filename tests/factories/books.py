"""Entries for tests."""

from __future__ import annotations

from datetime import datetime

from hubapp.money.ledger.services import Leg, NewEntry, Purpose
from tests.factories.hubs import NOW


def sale(
    key: str = "sale:1",
    amount: int = 1000,
    *,
    owner: str = "account:anna",
    available_at: datetime | None = None,
    **values: str,
) -> NewEntry:
    """A sale: the provider holds the money, the seller is owed it."""
    legs = (
        Leg("provider", Purpose.PROVIDER_PENDING, amount),
        Leg(owner, Purpose.OWED, -amount, available_at),
    )
    return NewEntry(
        key=key,
        kind=values.get("kind", "sale"),
        ref=values.get("ref", key),
        currency=values.get("currency", "EUR"),
        occurred_at=NOW,
        legs=legs,
    )
