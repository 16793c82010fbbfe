"""Sums of a month over all hubs, each by its own calendar (platform scope); currencies are never added up here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.money.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from hubapp.tenancy.models import Hub

ZONES = timedelta(hours=15)  # no calendar is further from UTC


@dataclass(frozen=True, slots=True)
class HubSum:
    """A hub's postings of a month with one tag on accounts of one purpose, in one currency."""

    hub_id: int
    currency: str
    tag: str
    purpose: str
    amount: int


def sums_of(month: date, following: date) -> Sequence[HubSum]:
    """Sums of all hubs between two firsts of a month."""
    local = func.timezone(Hub.timezone, LedgerEntry.occurred_at)
    columns = (LedgerPosting.hub_id, LedgerPosting.currency, LedgerPosting.tag, LedgerAccount.purpose)
    start, end = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (month, following))
    rows = db.session.execute(
        select(*columns, func.sum(LedgerPosting.amount))
        .join(LedgerEntry, (LedgerEntry.hub_id == LedgerPosting.hub_id) & (LedgerEntry.id == LedgerPosting.entry_id))
        .join(
            LedgerAccount,
            (LedgerAccount.hub_id == LedgerPosting.hub_id) & (LedgerAccount.id == LedgerPosting.account_id),
        )
        .join(Hub, Hub.id == LedgerPosting.hub_id)
        .where(LedgerEntry.occurred_at >= start - ZONES, LedgerEntry.occurred_at < end + ZONES)
        .where(local >= month, local < following)
        .group_by(*columns)
    )
    return [HubSum(*row[:4], int(row[4])) for row in rows]
