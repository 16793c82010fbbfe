"""What payouts tell the tiers above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PayoutPaid:
    """The money is in the payee's bank account."""

    hub_id: int | None
    payout_id: UUID
    account_id: UUID
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class PayoutFailed:
    """The money came back and is the payee's again; `reason` is for people."""

    hub_id: int | None
    payout_id: UUID
    account_id: UUID
    reason: str
