"""Reports as CSV: one line each, amounts in the currency's own unit, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from hubapp.kernel.money import Money
from hubapp.market.books.policies import Month
from hubapp.market.books.reports import TaxRow

MONTH_FIGURES = (
    "turnover",
    "refunds",
    "lost",
    "fees",
    "recovered",
    "kept",
    "tax",
    "seller",
    "connector",
    "referrer",
    "core",
    "cross_hub",
    "received",
    "own",
)


def _text(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _major(amount: int, currency: str) -> str:
    return str(Money(amount, currency).major)


def months(rows: Iterable[Month], shipping: Mapping[tuple[date, str], int]) -> str:
    """A hub's months."""
    lines: list[Sequence[object]] = [("month", "currency", *MONTH_FIGURES, "shipping")]
    for month in rows:
        amounts = [_major(month[figure], month.currency) for figure in MONTH_FIGURES]
        sent = _major(shipping.get((month.first, month.currency), 0), month.currency)
        lines.append((f"{month.first:%Y-%m}", month.currency, *amounts, sent))
    return _text(lines)


def taxes(rows: Iterable[TaxRow], currency: str, first: date, last: date) -> str:
    """A hub's taxes in a period."""
    lines: list[Sequence[object]] = [
        ("from", "to", "currency", "remitted_by", "category", "rate", "net", "tax", "gross")
    ]
    for row in rows:
        amounts = [_major(amount, currency) for amount in (row.net, row.tax, row.gross)]
        rate = f"{row.rate / 100:.2f}"
        remits = "network" if row.is_core else "seller"
        lines.append((first, last, currency, remits, row.category, rate, *amounts))
    return _text(lines)
