"""Tables of sales documents: invoices and what corrects them, their numbers, and what buyers want to read on them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db
from hubapp.kernel.money import Money
from hubapp.market.orders.models import ORDER_KEYS


class DocumentKind(enum.StrEnum):
    """`credit_note`: takes an invoice back, whole or in part; `debit_note`: takes a credit note back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"


class SalesCounter(db.Model):  # type: ignore[name-defined]
    """Central: the last number of a seller's year, in all hubs; only the function that takes numbers writes it."""

    __tablename__ = "sales_counter"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("last > 0", name="last"),)


class SalesDocument(HubScoped, db.Model):  # type: ignore[name-defined]
    """An invoice, a credit note or a debit note, with everything that it says: it never changes.

    `cause`: what it was made for, the key of an entry in the books or a buyer's correction; each makes one. `gross`
    contains `tax`; both are below zero on credit notes, so that an order's documents add up to what is left of it.
    """

    __tablename__ = "sales_document"

    order_id: Mapped[uuid.UUID]
    cause: Mapped[str]
    kind: Mapped[str]
    issuer: Mapped[str]
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(BigInteger)
    corrects_id: Mapped[uuid.UUID | None]
    buyer_account_id: Mapped[uuid.UUID]
    currency: Mapped[str]
    gross: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "order_id", "cause"),
        ForeignKeyConstraint(*ORDER_KEYS),
        ForeignKeyConstraint(["hub_id", "corrects_id"], ["sales_document.hub_id", "sales_document.id"]),
        CheckConstraint("kind IN ('invoice', 'credit_note', 'debit_note')", name="kind"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("CASE kind WHEN 'credit_note' THEN gross <= 0 ELSE gross >= 0 END", name="sign"),
        CheckConstraint("kind = 'invoice' OR corrects_id IS NOT NULL", name="corrects"),
        # A seller's numbers are their own in all hubs, whatever the counter says.
        Index("uq_sales_document_number", "issuer", "year", "number", unique=True),
        Index("ix_sales_document_hub", "hub_id", "issuer", "year", "number"),
    )

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return f"S-{self.year}-{self.number:05d}"

    @property
    def money(self) -> Money:
        """What it is about, tax inside."""
        return Money(self.gross, self.currency)


class BillingDetail(HubScoped, db.Model):  # type: ignore[name-defined]
    """What a buyer wants to read of themselves on the next invoices of this hub."""

    __tablename__ = "billing_detail"

    account_id: Mapped[uuid.UUID]
    name: Mapped[str]
    address: Mapped[str]
    country: Mapped[str]
    tax_id: Mapped[str]
    updated_at: Mapped[datetime]

    __table_args__ = (ForeignKeyConstraint(["hub_id"], ["hub.id"]), UniqueConstraint("hub_id", "account_id"))
