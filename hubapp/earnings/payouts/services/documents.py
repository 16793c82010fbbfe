"""The document of a payout: numbered without gaps, never changed, cancelled by another when the money comes back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.payouts import queries
from hubapp.earnings.payouts.models import DocumentCounter, PayeeTax, Payout, PayoutDocument
from hubapp.earnings.shares import network as earned
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import network as hubs

INVOICE, CANCELLATION = "invoice", "cancellation"


@dataclass(frozen=True, slots=True)
class TaxData:
    """What a payee's documents say of them."""

    name: str
    address: str
    country: str
    form: str
    vat_id: str


def save_tax(*, account_id: UUID, data: TaxData, now: datetime) -> None:
    """Keep what the next documents say; those that exist stay as they are."""
    values = {**asdict(data), "updated_at": now}
    statement = insert(PayeeTax).values(account_id=account_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


def issue(*, payout_id: UUID, now: datetime) -> UUID | None:
    """Make the document of a payout that was paid, once (platform scope); None for one that was not, or came back."""
    payout = _locked(payout_id)
    known = _document(payout_id, INVOICE)
    if known is not None or payout.paid_at is None or payout.bounced_at is not None:
        return known.id if known else None
    return _write(payout, INVOICE, payout.amount or 0, _content(payout), now)


def revoke(*, payout_id: UUID, now: datetime) -> UUID | None:
    """Cancel the document of a payout that the bank returned, by another with its own number, once."""
    payout = _locked(payout_id)
    invoice, known = _document(payout_id, INVOICE), _document(payout_id, CANCELLATION)
    if invoice is None or known is not None or payout.bounced_at is None:
        return known.id if known else None
    content = {**invoice.content, "cancels": f"{invoice.year}-{invoice.number:05d}", "reason": payout.reason or ""}
    return _write(payout, CANCELLATION, -invoice.amount, content, now)


def _locked(payout_id: UUID) -> Payout:
    return db.session.scalars(
        select(Payout).where(Payout.id == payout_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _document(payout_id: UUID, kind: str) -> PayoutDocument | None:
    return db.session.scalar(
        select(PayoutDocument).where(PayoutDocument.payout_id == payout_id, PayoutDocument.kind == kind)
    )


def _write(payout: Payout, kind: str, amount: int, content: dict[str, Any], now: datetime) -> UUID:
    issuer, year = queries.owner_of(payout.account_id), now.astimezone(UTC).year  # the document's day is of it
    document = PayoutDocument(
        id=ids.uuid7(),
        payout_id=payout.id,
        account_id=payout.account_id,
        kind=kind,
        issuer=issuer,
        year=year,
        number=_next(issuer, year),
        currency=payout.currency,
        amount=amount,
        issued_at=now,
        content=content,
    )
    db.session.add(document)
    db.session.flush()
    return document.id


def _next(issuer: str, year: int) -> int:
    """The counter's row is locked from here to the commit: a number is either used or was never taken."""
    statement = insert(DocumentCounter).values(issuer=issuer, year=year, last=1)
    counted = statement.on_conflict_do_update(
        index_elements=["issuer", "year"], set_={"last": DocumentCounter.last + 1}
    )
    return db.session.execute(counted.returning(DocumentCounter.last)).scalar_one()


def _content(payout: Payout) -> dict[str, Any]:
    """Everything that the document says, as it is on the day it is made."""
    tax, account = queries.tax_of(payout.account_id), accounts.account(payout.account_id)
    taken = earned.taken_by(payout.id)
    names = hubs.names([line.hub_id for line in taken])
    payee = {"name": tax.name, "address": tax.address, "country": tax.country} if tax else {}
    return {
        "payee": {
            "name": account.name if account else "",
            "address": "",
            "country": "",
            **payee,
            "vat_id": tax.vat_id if tax else "",
            "form": tax.form if tax else "",
        },
        "bank_last4": payout.bank_last4 or "",
        "paid_at": payout.paid_at.isoformat() if payout.paid_at else "",
        "lines": [
            {
                "hub": names[line.hub_id][1] if line.hub_id in names else "",
                "role": line.role,
                "lines": line.lines,
                "amount": line.amount,
            }
            for line in taken
        ],
    }
