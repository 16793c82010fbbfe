"""Finding entries and accounts across hubs, for the central team (platform scope)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select

from hubapp.kernel.db import db
from hubapp.money.ledger.models import LedgerAccount, LedgerBalance, LedgerEntry

MOST = 50


@dataclass(frozen=True, slots=True)
class EntryFound:
    """An entry in some hub's books."""

    hub_id: int
    id: UUID
    seq: int
    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class AccountFound:
    """An account in some hub's books with its balance in minor units, debit positive."""

    hub_id: int
    owner: str
    purpose: str
    currency: str
    amount: int


def entries_with_key(key: str, *, hub_id: int | None) -> list[EntryFound]:
    """Entries with this idempotency key: at most one in each hub."""
    return _entries(LedgerEntry.idempotency_key == key, hub_id)


def entries_with_id(entry_id: UUID, *, hub_id: int | None) -> list[EntryFound]:
    """The entry with this id."""
    return _entries(LedgerEntry.id == entry_id, hub_id)


def entries_about(ref: str, *, hub_id: int | None) -> list[EntryFound]:
    """Entries about something, in all hubs: a payout and a cross-hub share have some in several."""
    return _entries(LedgerEntry.ref == ref, hub_id)


def _entries(condition: ColumnElement[bool], hub_id: int | None) -> list[EntryFound]:
    columns = (LedgerEntry.hub_id, LedgerEntry.id, LedgerEntry.seq, LedgerEntry.idempotency_key, LedgerEntry.kind)
    statement = select(*columns).where(condition).order_by(LedgerEntry.hub_id, LedgerEntry.seq).limit(MOST)
    if hub_id is not None:
        statement = statement.where(LedgerEntry.hub_id == hub_id)
    return [EntryFound(*row) for row in db.session.execute(statement)]


def accounts_of(
    owner: str, *, hub_id: int | None, currency: str | None = None, limit: int | None = MOST
) -> list[AccountFound]:
    """An owner's accounts in all hubs, with their balances."""
    statement = (
        select(
            LedgerAccount.hub_id,
            LedgerAccount.owner,
            LedgerAccount.purpose,
            LedgerAccount.currency,
            LedgerBalance.amount,
        )
        .join(LedgerBalance, (LedgerBalance.hub_id == LedgerAccount.hub_id) & (LedgerBalance.id == LedgerAccount.id))
        .where(LedgerAccount.owner == owner)
        .order_by(LedgerAccount.hub_id, LedgerAccount.purpose, LedgerAccount.currency)
        .limit(limit)
    )
    if hub_id is not None:
        statement = statement.where(LedgerAccount.hub_id == hub_id)
    if currency is not None:
        statement = statement.where(LedgerAccount.currency == currency)
    return [AccountFound(*row) for row in db.session.execute(statement)]
