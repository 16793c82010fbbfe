"""Reading postings behind a figure or an account: the list paged by key, its sum, and sums by month (hub in scope)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import policies
from hubapp.money.ledger.figures import Figure
from hubapp.money.ledger.models import LedgerAccount, LedgerEntry, LedgerHead, LedgerPosting
from hubapp.money.ledger.policies import Leg, NewEntry, Purpose
from hubapp.money.ledger.queries import EntryView

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings: of an account (owner, purpose, currency), of a figure, of a span of time; all that is given."""

    owner: str | None = None
    purpose: str | None = None
    currency: str | None = None
    figure: Figure | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One posting with its entry and its account. `amount`: minor units, debit positive."""

    entry_id: UUID
    seq: int
    position: int
    kind: str
    ref: str
    memo: str
    occurred_at: datetime
    owner: str
    purpose: str
    currency: str
    amount: int
    available_at: datetime | None
    tag: str


@dataclass(frozen=True, slots=True)
class MonthSum:
    """A month's postings with one tag on accounts of one purpose, in one currency."""

    month: date
    currency: str
    tag: str
    purpose: str
    amount: int


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place in its hub's chain. `holds`: its content still gives the hash that was booked."""

    seq: int
    last: int
    previous: str
    hash: str
    holds: bool


_ACCOUNT = (LedgerAccount.hub_id == LedgerPosting.hub_id) & (LedgerAccount.id == LedgerPosting.account_id)
_ENTRY = (LedgerEntry.hub_id == LedgerPosting.hub_id) & (LedgerEntry.id == LedgerPosting.entry_id)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [LedgerPosting.hub_id == require_hub_id()]
    if wanted.owner is not None:
        conditions.append(LedgerAccount.owner == wanted.owner)
    if wanted.purpose is not None:
        conditions.append(LedgerAccount.purpose == wanted.purpose)
    if wanted.currency is not None:
        conditions.append(LedgerPosting.currency == wanted.currency)
    if wanted.figure is not None:
        conditions.append(LedgerPosting.tag.in_(wanted.figure.tags))
        if wanted.figure.purposes:
            conditions.append(LedgerAccount.purpose.in_(wanted.figure.purposes))
    if wanted.start is not None:
        conditions.append(LedgerEntry.occurred_at >= wanted.start)
    if wanted.end is not None:
        conditions.append(LedgerEntry.occurred_at < wanted.end)
    return conditions


def _of(statement: Any, wanted: Wanted) -> Select[Any]:
    joined: Select[Any] = statement.select_from(LedgerPosting).join(LedgerEntry, _ENTRY).join(LedgerAccount, _ACCOUNT)
    return joined.where(*_conditions(wanted))


def postings(wanted: Wanted, *, before: tuple[int, int] | None = None, limit: int = PAGE) -> list[PostingLine]:
    """Newest first; `before`: (seq, position) of the last line seen."""
    columns = (LedgerEntry.kind, LedgerEntry.ref, LedgerEntry.memo, LedgerEntry.occurred_at)
    statement = _of(select(LedgerPosting, *columns, LedgerAccount.owner, LedgerAccount.purpose), wanted)
    if before is not None:
        statement = statement.where(tuple_(LedgerPosting.seq, LedgerPosting.position) < before)
    newest_first = statement.order_by(LedgerPosting.seq.desc(), LedgerPosting.position.desc()).limit(limit)
    return [
        PostingLine(
            row.entry_id,
            row.seq,
            row.position,
            kind,
            ref,
            memo,
            occurred_at,
            owner,
            purpose,
            row.currency,
            row.amount,
            row.available_at,
            row.tag,
        )
        for row, kind, ref, memo, occurred_at, owner, purpose in db.session.execute(newest_first)
    ]


def total(wanted: Wanted) -> tuple[int, int]:
    """(sum in minor units, how many); of one currency only, so name it."""
    row = db.session.execute(_of(select(func.coalesce(func.sum(LedgerPosting.amount), 0), func.count()), wanted)).one()
    return int(row[0]), int(row[1])


def sums_by_month(*, timezone: str, start: datetime, end: datetime, owner: str | None = None) -> Sequence[MonthSum]:
    """Sums by month of `timezone`, currency, tag and purpose; of one owner's accounts where given."""
    month = func.date_trunc("month", func.timezone(timezone, LedgerEntry.occurred_at))
    columns = (month, LedgerPosting.currency, LedgerPosting.tag, LedgerAccount.purpose)
    statement = _of(select(*columns, func.sum(LedgerPosting.amount)), Wanted(owner=owner, start=start, end=end))
    rows = db.session.execute(statement.group_by(*columns))
    return [
        MonthSum(first.date(), currency, tag, purpose, int(amount)) for first, currency, tag, purpose, amount in rows
    ]


def place_of(entry: EntryView) -> Place:
    """Where an entry stands in its chain, proved again as it is read."""
    hub_id = require_hub_id()
    previous, hashed = db.session.execute(
        select(LedgerEntry.prev_hash, LedgerEntry.hash).where(LedgerEntry.hub_id == hub_id, LedgerEntry.id == entry.id)
    ).one()
    last = db.session.scalar(select(LedgerHead.seq).where(LedgerHead.hub_id == hub_id)) or 0
    legs = tuple(Leg(leg.owner, Purpose(leg.purpose), leg.amount, leg.available_at, leg.tag) for leg in entry.legs)
    facts = (entry.key, entry.kind, entry.ref, entry.currency, entry.occurred_at)
    linked = policies.link(hub_id=hub_id, seq=entry.seq, previous=previous, entry=NewEntry(*facts, legs, entry.memo))
    return Place(entry.seq, last, previous.hex(), hashed.hex(), linked == hashed)


def newest_entries(*, before: int | None = None, limit: int = PAGE) -> list[LedgerEntry]:
    """The hub's entries without their legs, newest first, paged by place."""
    statement = select(LedgerEntry).where(LedgerEntry.hub_id == require_hub_id())
    if before is not None:
        statement = statement.where(LedgerEntry.seq < before)
    return list(db.session.scalars(statement.order_by(LedgerEntry.seq.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class RefSum:
    """What postings with one tag about one thing add up to."""

    ref: str
    tag: str
    amount: int


def sums_by_ref(tags: Sequence[str], *, currency: str, start: datetime, end: datetime) -> Sequence[RefSum]:
    """Sums per thing that entries are about and tag, in one currency and a span of time."""
    columns = (LedgerEntry.ref, LedgerPosting.tag)
    statement = _of(select(*columns, func.sum(LedgerPosting.amount)), Wanted(currency=currency, start=start, end=end))
    rows = db.session.execute(statement.where(LedgerPosting.tag.in_(tags)).group_by(*columns).order_by(*columns))
    return [RefSum(ref, tag, int(amount)) for ref, tag, amount in rows]
