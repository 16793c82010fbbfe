"""Proving a hub's books: every link of the chain, every entry's balance, every cached sum; read as a stream."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Row, select, text

from hubapp.kernel.db import db
from hubapp.money.ledger import policies
from hubapp.money.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from hubapp.money.ledger.policies import Leg, NewEntry

ROWS_AT_A_TIME = 2_000


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `first_bad_seq` is the place of the first entry that fails; None when the fault has no place.

    `head` is the hash at the end of the chain, in hexadecimal: noted elsewhere, it also proves that no tail was cut off
    together with the head.
    """

    hub_id: int
    entries: int = 0
    postings: int = 0
    ok: bool = True
    first_bad_seq: int | None = None
    reason: str = ""
    head: str = policies.GENESIS.hex()

    def failed(self, reason: str, seq: int | None = None) -> Verification:
        """The same counts with a fault."""
        return replace(self, ok=False, first_bad_seq=seq, reason=reason)


def verify(hub_id: int) -> Verification:
    """Check all books of one hub, in its scope or in the platform's. Memory does not grow with the books."""
    found = _chain(hub_id)
    for check in (_end, _strays, _cache):
        if not found.ok:
            return found
        found = check(found)
    return found


def _stream(hub_id: int) -> Generator[Row[Any], None, None]:
    statement = (
        select(
            LedgerEntry.seq,
            LedgerEntry.idempotency_key,
            LedgerEntry.kind,
            LedgerEntry.ref,
            LedgerEntry.currency,
            LedgerEntry.occurred_at,
            LedgerEntry.memo,
            LedgerEntry.legs,
            LedgerEntry.prev_hash,
            LedgerEntry.hash,
            LedgerPosting.amount,
            LedgerPosting.available_at,
            LedgerPosting.tag,
            LedgerPosting.currency.label("leg_currency"),
            LedgerAccount.owner,
            LedgerAccount.purpose,
            LedgerAccount.currency.label("account_currency"),
        )
        .outerjoin(
            LedgerPosting,
            (LedgerPosting.hub_id == LedgerEntry.hub_id) & (LedgerPosting.entry_id == LedgerEntry.id),
        )
        .outerjoin(
            LedgerAccount,
            (LedgerAccount.hub_id == LedgerPosting.hub_id) & (LedgerAccount.id == LedgerPosting.account_id),
        )
        .where(LedgerEntry.hub_id == hub_id)
        .order_by(LedgerEntry.seq, LedgerPosting.position)
        .execution_options(yield_per=ROWS_AT_A_TIME)
    )
    with db.session.execute(statement) as result:  # closed even when the reader stops at a fault
        yield from cast("Iterator[Row[Any]]", result)


def _chain(hub_id: int) -> Verification:
    found, previous = Verification(hub_id), policies.GENESIS
    with closing(_stream(hub_id)) as stream:
        for seq, group in groupby(stream, key=lambda row: row.seq):
            rows = list(group)
            expected = found.entries + 1
            if seq != expected:
                return found.failed(f"entry {expected} is missing", expected)
            if reason := _fault(hub_id, rows, previous):
                return found.failed(f"entry {seq} ({rows[0].idempotency_key}): {reason}", seq)
            previous = rows[0].hash
            found = replace(found, entries=expected, postings=found.postings + len(rows), head=previous.hex())
    return found


def _fault(hub_id: int, rows: list[Row[Any]], previous: bytes) -> str:
    """What is wrong with one entry, or nothing."""
    entry = rows[0]
    if entry.prev_hash != previous:
        return "it does not follow the entry before it"
    if any(row.owner is None for row in rows) or len(rows) != entry.legs:
        return f"it has {sum(row.owner is not None for row in rows)} of {entry.legs} postings"
    if any(not entry.currency == row.leg_currency == row.account_currency for row in rows):
        return "its currencies differ"
    if total := sum(row.amount for row in rows):
        return f"it is unbalanced by {total}"
    legs = tuple(Leg(row.owner, row.purpose, row.amount, row.available_at, row.tag) for row in rows)
    facts = (entry.idempotency_key, entry.kind, entry.ref, entry.currency, entry.occurred_at)
    told = NewEntry(*facts, legs=legs, memo=entry.memo)
    if policies.link(hub_id=hub_id, seq=entry.seq, previous=previous, entry=told) != entry.hash:
        return "its content is not what was booked"
    return ""


def _end(found: Verification) -> Verification:
    """The head points at the last entry. One statement: entries may arrive meanwhile."""
    row = db.session.execute(
        text(
            "SELECT head.seq, "
            "head.seq = coalesce(last.seq, 0) AND head.hash = coalesce(last.hash, :genesis) AS is_last "
            "FROM ledger_head AS head LEFT JOIN LATERAL (SELECT seq, hash FROM ledger_entry "
            "WHERE hub_id = head.hub_id ORDER BY seq DESC LIMIT 1) AS last ON true WHERE head.hub_id = :hub"
        ),
        {"hub": found.hub_id, "genesis": policies.GENESIS},
    ).one_or_none()
    if row is None and found.entries:
        return found.failed("the chain has lost its head")
    if row is not None and not row.is_last:
        return found.failed(f"the chain ends at entry {found.entries}, its head says {row.seq}", found.entries + 1)
    return found


def _strays(found: Verification) -> Verification:
    """No posting without its entry: it would change a balance and appear in no chain."""
    seq = db.session.scalar(
        text(
            "SELECT min(posting.seq) FROM ledger_posting AS posting WHERE posting.hub_id = :hub AND NOT EXISTS "
            "(SELECT FROM ledger_entry AS entry WHERE entry.hub_id = posting.hub_id AND entry.id = posting.entry_id "
            "AND entry.seq = posting.seq)"
        ),
        {"hub": found.hub_id},
    )
    return found if seq is None else found.failed(f"there are postings of entry {seq}, which is not theirs", seq)


def _cache(found: Verification) -> Verification:
    """Cached balances are the sums of the postings."""
    row = db.session.execute(
        text(
            "SELECT account.owner, account.purpose, account.currency, coalesce(balance.amount, 0) AS cached, "
            "coalesce(posted.amount, 0) AS posted FROM ledger_account AS account "
            "LEFT JOIN ledger_balance AS balance ON balance.hub_id = account.hub_id AND balance.id = account.id "
            "LEFT JOIN (SELECT account_id, sum(amount) AS amount FROM ledger_posting "
            "WHERE hub_id = :hub GROUP BY account_id) AS posted ON posted.account_id = account.id "
            "WHERE account.hub_id = :hub AND coalesce(balance.amount, 0) <> coalesce(posted.amount, 0) "
            "ORDER BY account.owner, account.purpose, account.currency LIMIT 1"
        ),
        {"hub": found.hub_id},
    ).one_or_none()
    if row is None:
        return found
    account = f"{row.owner}/{row.purpose} {row.currency}"
    return found.failed(f"the balance of {account} says {row.cached}, its postings {row.posted}")
