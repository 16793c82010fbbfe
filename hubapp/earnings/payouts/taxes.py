"""A year's documents as a table for the tax office: one person's, or everybody's (platform scope)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.payouts.models import PayoutDocument
from hubapp.kernel.db import db
from hubapp.kernel.money import Money

COLUMNS = (
    "payee", "name", "address", "country", "vat_id", "form", "document", "kind", "date", "payout", "currency",
    "own_sales", "tax_remitted", "shares", "retainers", "kept_back", "paid",
)  # fmt: skip
KINDS = {"seller": "own", "tax": "tax", "retainer": "retainers"}


def tax_rows(*, year: int, account_id: UUID | None = None) -> Iterator[list[Any]]:
    """A row per document, amounts in the currency's own unit: own sales passed on, shares, retainers, kept back.

    `paid` is the sum of the five before it, so that a spreadsheet can prove each row.
    """
    statement = select(PayoutDocument).where(PayoutDocument.year == year)
    if account_id is not None:
        statement = statement.where(PayoutDocument.account_id == account_id)
    statement = statement.order_by(PayoutDocument.issuer, PayoutDocument.number).execution_options(yield_per=500)
    with db.session.scalars(statement) as result:  # closed even when the reader stops early
        for document in result:
            yield _row(document)


@dataclass(frozen=True, slots=True)
class Taxed:
    """A document with what it paid, in minor units: own sales, tax, shares, retainers, and what was kept back."""

    document: PayoutDocument
    own: int
    tax: int
    shares: int
    retainers: int
    kept: int  # below zero

    @property
    def number(self) -> str:
        """As it is printed on the document."""
        return f"{self.document.year}-{self.document.number:05d}"


def tax_year(*, year: int, account_id: UUID) -> dict[str, list[Taxed]]:
    """One person's documents of a year by currency, in the order of their numbers."""
    statement = select(PayoutDocument).where(PayoutDocument.year == year, PayoutDocument.account_id == account_id)
    found: dict[str, list[Taxed]] = {}
    for document in db.session.scalars(statement.order_by(PayoutDocument.issuer, PayoutDocument.number)):
        found.setdefault(document.currency, []).append(_taxed(document))
    return dict(sorted(found.items()))


def _taxed(document: PayoutDocument) -> Taxed:
    sign = -1 if document.amount < 0 else 1
    sums = {"own": 0, "tax": 0, "shares": 0, "retainers": 0, "kept": 0}
    for line in document.content["lines"]:
        kind = KINDS.get(line["role"], "shares")
        sums["kept" if line["amount"] < 0 else kind] += sign * line["amount"]
    return Taxed(document, **sums)


def _row(document: PayoutDocument) -> list[Any]:
    payee, sums = document.content["payee"], _taxed(document)
    parts = (sums.own, sums.tax, sums.shares, sums.retainers, sums.kept, document.amount)
    amounts = [Money(amount, document.currency).major for amount in parts]
    texts = [_plain(payee[name]) for name in ("name", "address", "country", "vat_id", "form")]
    account, payout = str(document.account_id), str(document.payout_id)
    return [account, *texts, sums.number, document.kind, document.day, payout, document.currency, *amounts]


def _plain(text: str) -> str:
    """One line, and no spreadsheet takes it for a formula."""
    flat = ", ".join(part.strip() for part in text.splitlines())
    return f"'{flat}" if flat[:1] in {"=", "+", "-", "@"} else flat
