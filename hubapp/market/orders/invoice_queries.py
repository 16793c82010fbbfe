"""Reading sales documents and what buyers want on them; everything but a seller's year in the hub in scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text

from hubapp.kernel.db import db, require_hub_id
from hubapp.market.orders.errors import NoSuchDocument
from hubapp.market.orders.invoice_models import BillingDetail, DocumentKind, SalesDocument
from hubapp.market.orders.invoice_rules import Billing
from hubapp.tenancy import queries as tenancy

PAGE = 50


def document(document_id: UUID) -> SalesDocument:
    """A document of the hub in scope. Refuses with NoSuchDocument."""
    statement = select(SalesDocument).where(SalesDocument.hub_id == require_hub_id(), SalesDocument.id == document_id)
    found: SalesDocument | None = db.session.scalar(statement)
    if found is None:
        raise NoSuchDocument
    return found


def documents_of(order_id: UUID) -> Sequence[SalesDocument]:
    """An order's documents, in the order they were made."""
    statement = select(SalesDocument).where(SalesDocument.hub_id == require_hub_id())
    return db.session.scalars(statement.where(SalesDocument.order_id == order_id).order_by(SalesDocument.id)).all()


def current(documents: Sequence[SalesDocument]) -> SalesDocument | None:
    """The invoice that stands, of an order's documents."""
    return next((found for found in reversed(documents) if found.kind == DocumentKind.INVOICE), None)


def documents_by(issuer: str, *, year: int, before: int | None = None, limit: int = PAGE) -> Sequence[SalesDocument]:
    """A seller's documents of a year in this hub, the newest first, paged by number."""
    statement = select(SalesDocument).where(
        SalesDocument.hub_id == require_hub_id(), SalesDocument.issuer == issuer, SalesDocument.year == year
    )
    if before is not None:
        statement = statement.where(SalesDocument.number < before)
    return db.session.scalars(statement.order_by(SalesDocument.number.desc()).limit(limit)).all()


def year_of(seller_id: UUID, year: int) -> Sequence[SalesDocument]:
    """All documents of a member's year in all hubs, by number: the whole series."""
    rows = text("SELECT * FROM sales_documents_of(:seller, :year)").bindparams(seller=seller_id, year=year)
    return db.session.scalars(select(SalesDocument).from_statement(rows)).all()


def day_of(document: SalesDocument) -> date:
    """The day that it bears, wherever it is read: its hub's, like the year of its number."""
    return document.issued_at.astimezone(tenancy.hub_view(document.hub_id).zone).date()


def billing_of(account_id: UUID) -> Billing | None:
    """What a buyer wants on their next invoices here, once they have said so."""
    statement = select(BillingDetail).where(BillingDetail.hub_id == require_hub_id())
    found = db.session.scalar(statement.where(BillingDetail.account_id == account_id))
    return None if found is None else Billing(found.name, found.address, found.country, found.tax_id)


def documents_after(issued: UUID | None, *, buyer_id: UUID, limit: int) -> Sequence[SalesDocument]:
    """A buyer's documents in the order they were made, for work that goes through all of them."""
    statement = select(SalesDocument).where(
        SalesDocument.hub_id == require_hub_id(), SalesDocument.buyer_account_id == buyer_id
    )
    if issued is not None:
        statement = statement.where(SalesDocument.id > issued)
    return db.session.scalars(statement.order_by(SalesDocument.id).limit(limit)).all()
