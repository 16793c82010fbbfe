"""One account's postings in a stretch of time, with what stood before and after: statements are read from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from hubapp.money.ledger.policies import Purpose
from hubapp.money.ledger.queries import StatementLine


@dataclass(frozen=True, slots=True)
class Period:
    """Amounts in minor units, debit positive; `opening` plus all lines is `closing`."""

    opening: int
    lines: Sequence[StatementLine]

    @property
    def closing(self) -> int:
        """What stood on the account at the end."""
        return self.opening + sum(line.amount for line in self.lines)


def period(*, owner: str, purpose: Purpose, currency: str, begin: datetime, end: datetime) -> Period:
    """The postings that occurred from `begin` until just before `end`, in the hub in scope, the oldest first."""
    hub_id = require_hub_id()
    of_account = (
        LedgerAccount.hub_id == hub_id,
        LedgerAccount.owner == owner,
        LedgerAccount.purpose == purpose,
        LedgerAccount.currency == currency,
    )
    postings = (
        select(LedgerPosting, LedgerEntry)
        .join(LedgerEntry, (LedgerEntry.hub_id == LedgerPosting.hub_id) & (LedgerEntry.id == LedgerPosting.entry_id))
        .join(
            LedgerAccount,
            (LedgerAccount.hub_id == LedgerPosting.hub_id) & (LedgerAccount.id == LedgerPosting.account_id),
        )
        .where(*of_account)
    )
    opening = postings.where(LedgerEntry.occurred_at < begin)
    total = db.session.scalar(opening.with_only_columns(func.coalesce(func.sum(LedgerPosting.amount), 0)))
    rows = db.session.execute(
        postings.where(LedgerEntry.occurred_at >= begin, LedgerEntry.occurred_at < end).order_by(
            LedgerEntry.occurred_at, LedgerPosting.seq, LedgerPosting.position
        )
    )
    return Period(
        int(total or 0),
        [
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
        ],
    )
