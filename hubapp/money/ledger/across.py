"""Reading the provider's accounts in the books of all hubs, for whoever compares them (platform scope)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hubapp.kernel.db import db
from hubapp.money.ledger.policies import Purpose

PROVIDER = "provider"
ACCOUNTS = (Purpose.PROVIDER_PENDING.value, Purpose.PROVIDER_BALANCE.value)

# `amount`: what the entry does to our money at the provider; `usable`: the part of it that may be spent at once.
_ENTRIES = """
SELECT entry.hub_id, entry.id, entry.seq, entry.idempotency_key AS key, entry.kind, entry.ref, entry.currency,
  entry.occurred_at, sum(posting.amount)::bigint AS amount,
  coalesce(sum(posting.amount) FILTER (WHERE account.purpose = 'provider_balance'), 0)::bigint AS usable,
  coalesce(sum(posting.amount) FILTER (WHERE posting.tag = 'charge'), 0)::bigint AS charged,
  coalesce(sum(posting.amount) FILTER (WHERE posting.tag = 'fee'), 0)::bigint AS fee
FROM ledger_entry AS entry
JOIN ledger_posting AS posting ON posting.hub_id = entry.hub_id AND posting.entry_id = entry.id
JOIN ledger_account AS account ON account.hub_id = posting.hub_id AND account.id = posting.account_id
WHERE {whose} AND {condition}
GROUP BY entry.hub_id, entry.id ORDER BY entry.hub_id, entry.seq {limit}
"""
_OURS = "account.owner = 'provider' AND account.purpose IN ('provider_pending', 'provider_balance')"
_ABOUT = text(
    _ENTRIES.format(
        whose=_OURS,
        condition="(entry.hub_id, entry.ref) IN (SELECT * FROM unnest(CAST(:hubs AS bigint[]), CAST(:refs AS text[])))",
        limit="",
    )
)
_UNDER = text(
    _ENTRIES.format(
        whose=_OURS,
        condition="entry.hub_id IN (SELECT id FROM hub) AND entry.idempotency_key = ANY(CAST(:keys AS text[]))",
        limit="",
    )
)
_SINCE = text(
    _ENTRIES.format(
        whose=_OURS,
        condition="entry.occurred_at >= :since AND (entry.hub_id, entry.seq) > (:hub, :seq)",
        limit="LIMIT :limit",
    )
)
_KNOWN = text(
    _ENTRIES.format(
        whose=_OURS,
        condition="(entry.hub_id, entry.id) IN (SELECT * FROM unnest(CAST(:hubs AS bigint[]), CAST(:ids AS uuid[])))",
        limit="",
    )
)
_TOTALS = text(
    "SELECT account.currency, sum(posting.amount)::bigint AS amount FROM ledger_account AS account"
    " JOIN ledger_posting AS posting ON posting.hub_id = account.hub_id AND posting.account_id = account.id"
    " WHERE account.owner = 'provider' AND account.purpose IN ('provider_pending', 'provider_balance')"
    " GROUP BY account.currency"
)

# The same columns for payees' money at the provider: their connected balances, one payout to a `ref`.
_CONNECTED = text(
    _ENTRIES.format(
        whose="account.purpose = 'connected_balance'",
        condition="entry.hub_id IN (SELECT id FROM hub) AND entry.ref = ANY(CAST(:refs AS text[]))",
        limit="",
    )
)
_CONNECTED_TOTALS = text(
    "SELECT account.currency, sum(posting.amount)::bigint AS amount FROM ledger_account AS account"
    " JOIN ledger_posting AS posting ON posting.hub_id = account.hub_id AND posting.account_id = account.id"
    " WHERE account.purpose = 'connected_balance' AND account.owner IN (SELECT a.owner FROM ledger_entry AS e"
    "  JOIN ledger_posting AS p ON p.hub_id = e.hub_id AND p.entry_id = e.id"
    "  JOIN ledger_account AS a ON a.hub_id = p.hub_id AND a.id = p.account_id AND a.purpose = 'connected_balance'"
    "  WHERE e.hub_id IN (SELECT id FROM hub) AND e.ref = ANY(CAST(:refs AS text[])))"
    " GROUP BY account.currency"
)


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """An entry that touches our money at the provider, in minor units, debit positive.

    `amount` is its whole effect, `usable` the part on the usable balance; `charged` and `fee` (negative) are parts of a
    sale.
    """

    hub_id: int
    entry_id: UUID
    seq: int
    key: str
    kind: str
    ref: str
    currency: str
    occurred_at: datetime
    amount: int
    usable: int
    charged: int
    fee: int


def entries_about(refs: Collection[tuple[int, str]]) -> list[ProviderEntry]:
    """Entries about these things: (hub, ref)."""
    if not refs:
        return []
    hubs, names = zip(*sorted(refs), strict=True)
    return _read(_ABOUT, hubs=list(hubs), refs=list(names))


def entries_under(keys: Collection[str]) -> list[ProviderEntry]:
    """Entries with these idempotency keys, in any hub."""
    return _read(_UNDER, keys=sorted(keys)) if keys else []


def entries_known(entries: Collection[tuple[int, UUID]]) -> list[ProviderEntry]:
    """These entries: (hub, id)."""
    if not entries:
        return []
    hubs, ids = zip(*sorted(entries), strict=True)
    return _read(_KNOWN, hubs=list(hubs), ids=list(ids))


def entries_since(since: datetime, *, after: tuple[int, int], limit: int) -> list[ProviderEntry]:
    """A page of entries that happened since a moment, by hub and place; `after`: (hub, seq) of the last one seen."""
    return _read(_SINCE, since=since, hub=after[0], seq=after[1], limit=limit)


def provider_totals() -> dict[str, int]:
    """Currency → what all books together say we have at the provider: from the postings, not from the cache."""
    rows = db.session.execute(_TOTALS).all()
    return {row.currency: row.amount for row in rows}


def _read(statement: Any, **values: Any) -> list[ProviderEntry]:
    rows: Sequence[Any] = db.session.execute(statement, values).all()
    return [ProviderEntry(*row) for row in rows]


def connected_entries(refs: Collection[str]) -> list[ProviderEntry]:
    """Entries about these payouts that touch a payee's balance at the provider; `amount` is what they do to that."""
    return _read(_CONNECTED, refs=sorted(refs)) if refs else []


def connected_totals(refs: Collection[str]) -> dict[str, int]:
    """Currency → what all books say that those have at the provider whom these payouts are for."""
    rows = db.session.execute(_CONNECTED_TOTALS, {"refs": sorted(refs)}).all() if refs else ()
    return {row.currency: row.amount for row in rows}
