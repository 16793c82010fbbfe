"""Booking: entries go in whole, in order, once, under the lock of the hub's head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hubapp.kernel import bulk, ids
from hubapp.kernel.arrays import arrays_of
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import policies, statements
from hubapp.money.ledger.errors import KeyReused, LedgerError, Unbalanced
from hubapp.money.ledger.policies import Leg, NewEntry, Purpose

__all__ = ["KeyReused", "LedgerError", "Leg", "NewEntry", "Purpose", "Unbalanced", "post", "post_many"]

# Entries per statement: large enough that statements do not count, small enough that memory does not either.
BATCH = 1_000

AccountKey = tuple[str, str, str]


def post(*, entry: NewEntry) -> UUID:
    """Book one entry in the hub in scope and return its id; the same key and content again return the same id.

    Raises Unbalanced, LedgerError, and KeyReused when the key stands for another entry. The hub's head stays locked
    until the transaction ends: book last, and in one hub per transaction.
    """
    policies.check(entry)
    return _book([entry])[entry.key][0]


def post_many(*, entries: Sequence[NewEntry]) -> int:
    """Book many entries in their order, all or none; returns how many were new. Refuses like `post`."""
    for entry in entries:
        policies.check(entry)
    new = 0
    for start in range(0, len(entries), BATCH):
        new += sum(is_new for _, is_new in _book(entries[start : start + BATCH]).values())
        if start == 0 and new >= bulk.MANY:
            bulk.learn("ledger_entry")
            bulk.learn("ledger_posting")
    return new


def _book(entries: Sequence[NewEntry]) -> dict[str, tuple[UUID, bool]]:
    """Book a batch; answers per key (entry id, whether it is new)."""
    hub_id = require_hub_id()
    # What the session still holds goes first, so that a refusal by the database names the right statement.
    db.session.flush()
    seq, previous = db.session.execute(statements.TAKE_HEAD).one()
    done = _known(hub_id, entries)
    fresh: dict[str, NewEntry] = {}
    for entry in entries:
        if entry.key in done:
            continue
        first = fresh.setdefault(entry.key, entry)
        if first is not entry and policies.content(first) != policies.content(entry):
            raise KeyReused(f"{entry.key} is used twice, for different entries")
    if not fresh:
        return {key: (entry_id, False) for key, entry_id in done.items()}
    accounts = _accounts(hub_id, fresh.values())
    entry_rows: list[tuple[Any, ...]] = []
    posting_rows: list[tuple[Any, ...]] = []
    for place, entry in enumerate(fresh.values(), seq + 1):
        entry_id, legs, hashed = (
            ids.uuid7(),
            len(entry.legs),
            policies.link(hub_id=hub_id, seq=place, previous=previous, entry=entry),
        )
        facts = (entry.key, entry.kind, entry.ref, entry.currency, entry.occurred_at, entry.memo)
        entry_rows.append((entry_id, place, *facts, legs, previous, hashed))
        for position, leg in enumerate(entry.legs):
            account = accounts[leg.owner, leg.purpose, entry.currency]
            place_of_leg = (ids.uuid7(), entry_id, place, legs, position)
            posting_rows.append((*place_of_leg, account, entry.currency, leg.amount, leg.available_at, leg.tag))
        previous = hashed
    _write(hub_id, entry_rows, posting_rows)
    return {key: (entry_id, False) for key, entry_id in done.items()} | {row[2]: (row[0], True) for row in entry_rows}


def _write(hub_id: int, entry_rows: list[tuple[Any, ...]], posting_rows: list[tuple[Any, ...]]) -> None:
    db.session.execute(statements.ADD_ENTRIES, {"hub": hub_id, **arrays_of(statements.ENTRY, entry_rows)})
    db.session.execute(statements.ADD_POSTINGS, {"hub": hub_id, **arrays_of(statements.POSTING, posting_rows)})


def _known(hub_id: int, entries: Sequence[NewEntry]) -> dict[str, UUID]:
    """Ids of the entries that are booked already. Raises KeyReused where the content differs.

    Asked under the head's lock, so that two writers with one key meet here and not at a constraint.
    """
    found = {}
    rows = db.session.execute(statements.KNOWN_KEYS, {"hub": hub_id, "keys": [entry.key for entry in entries]})
    booked = {row.idempotency_key: row for row in rows}
    for entry in entries:
        row = booked.get(entry.key)
        if row is None:
            continue
        if policies.link(hub_id=hub_id, seq=row.seq, previous=row.prev_hash, entry=entry) != row.hash:
            raise KeyReused(f"{entry.key} is booked already, with other content")
        found[entry.key] = row.id
    return found


def _accounts(hub_id: int, entries: Any) -> dict[AccountKey, UUID]:
    """Ids of all accounts that the entries name; missing ones are opened."""
    wanted: set[AccountKey] = {(leg.owner, str(leg.purpose), entry.currency) for entry in entries for leg in entry.legs}
    asked = {"hub": hub_id, **arrays_of(statements.WANTED, sorted(wanted))}
    rows = db.session.execute(statements.FIND_ACCOUNTS, asked)
    found: dict[AccountKey, UUID] = {(row.owner, row.purpose, row.currency): row.id for row in rows}
    missing = [(ids.uuid7(), *key) for key in sorted(wanted - found.keys())]
    if missing:
        db.session.execute(statements.ADD_ACCOUNTS, {"hub": hub_id, **arrays_of(statements.ACCOUNT, missing)})
    return found | {row[1:]: row[0] for row in missing}
