"""The documents of payouts, their numbers, and what they say of payees: central tables."""

from __future__ import annotations

import enum
import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class TaxForm(enum.StrEnum):
    """What a payee is to the tax office."""

    PERSON = "person"
    SMALL_BUSINESS = "small_business"
    BUSINESS = "business"


class PayeeTax(db.Model):  # type: ignore[name-defined]
    """What a payee's documents say of them."""

    __tablename__ = "payee_tax"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    country: Mapped[str]
    vat_id: Mapped[str]
    form: Mapped[str]
    updated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("form IN ('person', 'small_business', 'business')", name="form"),)


class DocumentCounter(db.Model):  # type: ignore[name-defined]
    """The last number of an issuer's year; its row lock keeps numbers without gaps."""

    __tablename__ = "document_counter"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]

    __table_args__ = (CheckConstraint("last >= 0", name="last"),)


class PayoutDocument(db.Model):  # type: ignore[name-defined]
    """A document about a payout, with everything that it says: it never changes, and a bounce cancels it by another."""

    __tablename__ = "payout_document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    payout_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payout.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str]
    issuer: Mapped[str]
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]

    __table_args__ = (
        UniqueConstraint("issuer", "year", "number"),
        UniqueConstraint("payout_id", "kind"),
        CheckConstraint("kind IN ('invoice', 'cancellation')", name="kind"),
        CheckConstraint("number > 0", name="number"),
    )

    @property
    def day(self) -> date:
        """The day that it bears, in whichever hub it is read: the network's, like the year of its number."""
        return self.issued_at.astimezone(UTC).date()
