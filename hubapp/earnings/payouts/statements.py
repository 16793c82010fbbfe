"""A person's statement for a month or a year in one hub, read from the ledger: what came, what went, what is owed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from hubapp.earnings.payouts import queries
from hubapp.earnings.payouts.errors import NoPeriod
from hubapp.kernel.money import Money
from hubapp.money.ledger import periods
from hubapp.money.ledger.queries import Purpose, StatementLine

_PERIOD = re.compile(r"(2\d{3})(?:-(0[1-9]|1[0-2]))?")
COLUMNS = ("date", "time", "entry", "what", "reference", "role", "amount", "balance", "currency")


@dataclass(frozen=True, slots=True)
class Row:
    """A posting as its owner reads it: what they are owed rises by `amount`."""

    seq: int
    kind: str
    ref: str
    memo: str
    role: str
    occurred_at: datetime
    amount: int
    balance: int
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class Statement:
    """Amounts in minor units from the owner's side: what the network owes them is above zero."""

    period: str
    currency: str
    begin: datetime
    end: datetime
    opening: int
    rows: Sequence[Row]

    def day(self, at: datetime) -> date:
        """The day of a moment by the hub's clock, wherever the statement is read."""
        return at.astimezone(self.begin.tzinfo).date()

    @property
    def closing(self) -> int:
        """What they are owed at the end."""
        return self.rows[-1].balance if self.rows else self.opening

    @property
    def earned(self) -> int:
        """Sales, and refunds taken off."""
        return sum(row.amount for row in self.rows if not row.kind.startswith("payout"))

    @property
    def paid(self) -> int:
        """Payouts, and what came back of them taken off."""
        return -sum(row.amount for row in self.rows if row.kind.startswith("payout"))


def bounds(period: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First moment of `2026-11` or `2026` in a time zone, and the first one after it. Refuses with NoPeriod."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise NoPeriod(_("Write a month like 2026-11, or a year like 2026."))
    year, month = int(found[1]), int(found[2] or 0)
    begin = datetime(year, month or 1, 1, tzinfo=zone)
    after = (year + 1, 1) if month in {0, 12} else (year, month + 1)
    return begin, datetime(*after, 1, tzinfo=zone)


def statement(*, account_id: UUID, currency: str, period: str, zone: ZoneInfo) -> Statement:
    """The statement of a person in the hub in scope. Refuses with NoPeriod."""
    begin, end = bounds(period, zone)
    found = periods.period(
        owner=queries.owner_of(account_id), purpose=Purpose.OWED, currency=currency, begin=begin, end=end
    )
    balance, rows = -found.opening, []
    for line in found.lines:
        balance -= line.amount
        rows.append(_row(line, balance))
    return Statement(period, currency, begin, end, -found.opening, rows)


def _row(line: StatementLine, balance: int) -> Row:
    return Row(
        line.seq, line.kind, line.ref, line.memo, line.tag, line.occurred_at, -line.amount, balance, line.entry_id
    )


def as_csv(found: Statement) -> str:
    """The statement as a table for a spreadsheet, amounts in the currency's own unit."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerow(_cells(found, found.begin, "", "opening", "", "", "", found.opening))
    for row in found.rows:
        amount = Money(row.amount, found.currency).major
        writer.writerow(
            _cells(found, row.occurred_at, row.seq, row.kind, row.memo or row.ref, row.role, amount, row.balance)
        )
    writer.writerow(_cells(found, found.end, "", "closing", "", "", "", found.closing))
    return out.getvalue()


def _cells(
    found: Statement, at: datetime, seq: int | str, what: str, reference: str, role: str, amount: Any, balance: int
) -> list[Any]:
    local = at.astimezone(found.begin.tzinfo)
    place = Money(balance, found.currency).major
    return [f"{local:%Y-%m-%d}", f"{local:%H:%M}", seq, what, _plain(reference), role, amount, place, found.currency]


def _plain(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
