"""Reading the books: balances with what is held, entries with their legs, statements paged by key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.errors import NotFound
from hubapp.money.ledger.models import LedgerAccount, LedgerBalance, LedgerEntry, LedgerPosting
from hubapp.money.ledger.policies import Purpose

__all__ = [
    "Balance",
    "EntryView",
    "LegView",
    "Purpose",
    "StatementLine",
    "balance",
    "balances_of",
    "entries_of",
    "entry",
    "entry_id_of",
    "known_keys",
    "statement",
]


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's sums in minor units, debit positive: what is owed to the owner is negative.

    `held` is the part that becomes available later; `available` = `posted` − `held`.
    """

    owner: str
    purpose: str
    currency: str
    posted: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        """What may move now."""
        return self.posted - self.held


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg of a booked entry."""

    owner: str
    purpose: str
    amount: int
    available_at: datetime | None
    tag: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """A booked entry with its legs in their order."""

    id: UUID
    seq: int
    key: str
    kind: str
    ref: str
    currency: str
    occurred_at: datetime
    memo: str
    legs: tuple[LegView, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting on an account, with the entry it belongs to."""

    seq: int
    entry_id: UUID
    kind: str
    ref: str
    occurred_at: datetime
    memo: str
    amount: int
    available_at: datetime | None
    tag: str


def _balances(now: datetime) -> Select[Any]:
    held = (
        select(func.coalesce(func.sum(LedgerPosting.amount), 0))
        .where(
            LedgerPosting.hub_id == LedgerAccount.hub_id,
            LedgerPosting.account_id == LedgerAccount.id,
            LedgerPosting.available_at > now,
        )
        .correlate(LedgerAccount)
        .scalar_subquery()
    )
    return (
        select(
            LedgerAccount.owner, LedgerAccount.purpose, LedgerAccount.currency, LedgerBalance.amount, held.label("held")
        )
        .join(LedgerBalance, (LedgerBalance.hub_id == LedgerAccount.hub_id) & (LedgerBalance.id == LedgerAccount.id))
        .where(LedgerAccount.hub_id == require_hub_id())
    )


def balance(*, owner: str, purpose: Purpose, currency: str, now: datetime) -> Balance:
    """An account's balance in the hub in scope; zero when nothing was ever booked on it."""
    asked = (LedgerAccount.owner == owner, LedgerAccount.purpose == purpose, LedgerAccount.currency == currency)
    row = db.session.execute(_balances(now).where(*asked)).one_or_none()
    if row is None:
        return Balance(owner, purpose, currency)
    return Balance(owner, purpose, currency, row.amount, int(row.held))


def balances_of(*, owner: str | None = None, now: datetime) -> list[Balance]:
    """All balances of one owner, or of the whole hub, by owner, purpose and currency."""
    statement = _balances(now).order_by(LedgerAccount.owner, LedgerAccount.purpose, LedgerAccount.currency)
    if owner is not None:
        statement = statement.where(LedgerAccount.owner == owner)
    rows = db.session.execute(statement)
    return [Balance(row.owner, row.purpose, row.currency, row.amount, int(row.held)) for row in rows]


def entry(entry_id: UUID) -> EntryView:
    """One entry of the hub in scope. Raises NotFound."""
    found = _views(select(LedgerEntry).where(LedgerEntry.hub_id == require_hub_id(), LedgerEntry.id == entry_id))
    if not found:
        raise NotFound("There is no such entry in these books.")
    return found[0]


def entries_of(ref: str) -> list[EntryView]:
    """All entries about `ref`, oldest first."""
    return _views(
        select(LedgerEntry)
        .where(LedgerEntry.hub_id == require_hub_id(), LedgerEntry.ref == ref)
        .order_by(LedgerEntry.seq)
    )


def entry_id_of(key: str) -> UUID | None:
    """Id of the entry booked under an idempotency key, if there is one."""
    return db.session.scalar(
        select(LedgerEntry.id).where(LedgerEntry.hub_id == require_hub_id(), LedgerEntry.idempotency_key == key)
    )


def known_keys(keys: Collection[str]) -> set[str]:
    """Those of `keys` under which an entry is booked."""
    booked = select(LedgerEntry.idempotency_key).where(LedgerEntry.hub_id == require_hub_id())
    return set(db.session.scalars(booked.where(LedgerEntry.idempotency_key.in_(keys))))


def _views(statement: Select[Any]) -> list[EntryView]:
    entries = db.session.scalars(statement).all()
    legs = _legs([found.id for found in entries])
    return [
        EntryView(
            found.id,
            found.seq,
            found.idempotency_key,
            found.kind,
            found.ref,
            found.currency,
            found.occurred_at,
            found.memo,
            tuple(legs.get(found.id, ())),
        )
        for found in entries
    ]


def _legs(entry_ids: Sequence[UUID]) -> dict[UUID, list[LegView]]:
    rows = db.session.execute(
        select(LedgerPosting, LedgerAccount.owner, LedgerAccount.purpose)
        .join(
            LedgerAccount,
            (LedgerAccount.hub_id == LedgerPosting.hub_id) & (LedgerAccount.id == LedgerPosting.account_id),
        )
        .where(LedgerPosting.hub_id == require_hub_id(), LedgerPosting.entry_id.in_(entry_ids))
        .order_by(LedgerPosting.seq, LedgerPosting.position)
    )
    legs: dict[UUID, list[LegView]] = {}
    for posting, owner, purpose in rows:
        legs.setdefault(posting.entry_id, []).append(
            LegView(owner, purpose, posting.amount, posting.available_at, posting.tag)
        )
    return legs


def statement(
    *, owner: str, purpose: Purpose, currency: str, before: int | None = None, limit: int = 50
) -> list[StatementLine]:
    """Postings on one account, newest first; `before` is the `seq` of the last line seen.

    All lines of an entry come together, so that a page may be a little longer than `limit`.
    """
    hub_id = require_hub_id()
    account_id = db.session.scalar(
        select(LedgerAccount.id).where(
            LedgerAccount.hub_id == hub_id,
            LedgerAccount.owner == owner,
            LedgerAccount.purpose == purpose,
            LedgerAccount.currency == currency,
        )
    )
    on_account = [LedgerPosting.hub_id == hub_id, LedgerPosting.account_id == account_id]
    if before is not None:
        on_account.append(LedgerPosting.seq < before)
    page = select(LedgerPosting.seq).where(*on_account).order_by(LedgerPosting.seq.desc()).limit(limit).subquery()
    rows = db.session.execute(
        select(LedgerPosting, LedgerEntry)
        .join(LedgerEntry, (LedgerEntry.hub_id == LedgerPosting.hub_id) & (LedgerEntry.id == LedgerPosting.entry_id))
        .where(*on_account, LedgerPosting.seq >= select(func.min(page.c.seq)).scalar_subquery())
        .order_by(LedgerPosting.seq.desc(), LedgerPosting.position)
    )
    return [
        StatementLine(
            posting.seq,
            posting.entry_id,
            booked.kind,
            booked.ref,
            booked.occurred_at,
            booked.memo,
            posting.amount,
            posting.available_at,
            posting.tag,
        )
        for posting, booked in rows
    ]
