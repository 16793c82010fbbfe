"""Sales documents as CSV: one line each, amounts in the currency's own unit, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from hubapp.kernel.money import Money
from hubapp.market.orders import invoice_queries
from hubapp.market.orders.invoice_models import SalesDocument

COLUMNS = (
    "number", "date", "kind", "corrects", "hub", "order", "seller", "seller_tax_id", "buyer", "address", "country",
    "buyer_tax_id", "currency", "net", "tax", "gross", "by_rate",
)  # fmt: skip


def as_csv(documents: Iterable[SalesDocument]) -> str:
    """A series of documents, in its order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(document) for document in documents)
    return out.getvalue()


def _row(document: SalesDocument) -> Sequence[object]:
    content, currency = document.content, document.currency
    seller, buyer = content["seller"], content["buyer"]
    texts = (seller["name"], seller["tax_id"], buyer["name"], buyer["address"], buyer["country"], buyer["tax_id"])
    amounts = [
        Money(amount, currency).major for amount in (document.gross - document.tax, document.tax, document.gross)
    ]
    rates = "; ".join(
        f"{part['rate'] / 100:.2f} %: {Money(part['tax'], currency).major} of {Money(part['gross'], currency).major}"
        for part in content["rates"]
    )
    return (
        document.label,
        invoice_queries.day_of(document),
        document.kind,
        content.get("corrects", {}).get("label", ""),
        _plain(content["hub"]),
        content["order"],
        *map(_plain, texts),
        currency,
        *amounts,
        rates,
    )


def _plain(text: str) -> str:
    """One line, and no spreadsheet takes it for a formula."""
    flat = ", ".join(part.strip() for part in text.splitlines())
    return f"'{flat}" if flat[:1] in {"=", "+", "-", "@", "\t"} else flat
