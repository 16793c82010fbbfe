"""What an entry is, when it is well formed, and what its hash covers: pure values."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from hubapp.kernel.money import MAX_MINOR
from hubapp.money.ledger.errors import LedgerError, Unbalanced

GENESIS = bytes(32)
MIN_LEGS, MAX_LEGS = 2, 32_767


class Purpose(enum.StrEnum):
    """What an account is for. Sign of the usual balance in brackets: debit +, credit −."""

    PROVIDER_PENDING = "provider_pending"  # + charged, not yet usable
    PROVIDER_BALANCE = "provider_balance"  # + usable at the payment provider
    CONNECTED_BALANCE = "connected_balance"  # + transferred to a payee's own account, not yet paid out
    OWED = "owed"  # − owed to the owner
    TAX = "tax"  # − collected, to be remitted by the owner
    SALES = "sales"  # − the core's own sales
    PLATFORM_REVENUE = "platform_revenue"  # − the core's part of members' sales
    VACANT_SHARE = "vacant_share"  # − connector's part of a hub that has none
    PROCESSOR_FEES = "processor_fees"  # + paid to the provider and not recovered from a seller
    DISPUTE_HOLD = "dispute_hold"
    CLEARING = "clearing"  # what two hubs owe each other
    BAD_DEBT = "bad_debt"
    IMPORTED = "imported"  # + paid elsewhere, before this system
    SUSPENSE = "suspense"  # not yet explained
    ADJUSTMENT = "adjustment"
    ROUNDING = "rounding"
    POSTAGE = "postage"
    DISCOUNTS = "discounts"
    BANK_CHARGES = "bank_charges"
    SAMPLES = "samples"
    RETAINERS = "retainers"  # + the core's cost of what it pays people by agreement
    COMPENSATION = "compensation"  # + the core's cost of what the pay plan pays


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting to be made: `amount` in minor units, debit positive; held until `available_at`."""

    owner: str
    purpose: Purpose
    amount: int
    available_at: datetime | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be made. `key` comes from a domain row and makes posting repeatable; `ref` names what it is about."""

    key: str
    kind: str
    ref: str
    currency: str
    occurred_at: datetime
    legs: tuple[Leg, ...]
    memo: str = ""


def check(entry: NewEntry) -> None:
    """Refuse with Unbalanced, or LedgerError for what cannot be booked at all."""
    if not MIN_LEGS <= len(entry.legs) <= MAX_LEGS:
        raise Unbalanced(f"{entry.key}: an entry has at least two legs, this one {len(entry.legs)}")
    if any(leg.amount == 0 for leg in entry.legs):
        raise Unbalanced(f"{entry.key}: a leg of zero says nothing")
    if total := sum(leg.amount for leg in entry.legs):
        raise Unbalanced(f"{entry.key}: off by {total} {entry.currency}")
    if any(abs(leg.amount) > MAX_MINOR for leg in entry.legs):
        raise LedgerError(f"{entry.key}: an amount is too large")
    if not entry.key or not entry.kind or not entry.currency:
        raise LedgerError("an entry has a key, a kind and a currency")


def stamp(value: datetime | None) -> str | None:
    """A time as the hash sees it: UTC, to the microsecond. Raises LedgerError without a time zone."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise LedgerError("times in the books carry their time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def content(entry: NewEntry) -> bytes:
    """Everything an entry says, in one spelling; without the ids that chance gave to its rows."""
    legs = [[leg.owner, str(leg.purpose), leg.amount, stamp(leg.available_at), leg.tag] for leg in entry.legs]
    facts = [entry.key, entry.kind, entry.ref, entry.currency, stamp(entry.occurred_at), entry.memo, legs]
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def link(*, hub_id: int, seq: int, previous: bytes, entry: NewEntry) -> bytes:
    """The entry's hash: its place in the chain, the hash before it, and its content."""
    return hashlib.sha256(b"%d %d %s " % (hub_id, seq, previous.hex().encode()) + content(entry)).digest()
