"""What an import leaves beside orders and books: who bought, which documents are in, and lines that are no sale."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db

CUSTOMER_KEYS = (["hub_id", "customer_id"], ["history_customer.hub_id", "history_customer.id"])
DOCUMENT_KEYS = (["hub_id", "document_id"], ["history_document.hub_id", "history_document.id"])
ORDER_KEYS = (["hub_id", "order_id"], ["orders.hub_id", "orders.id"])
LINE_KEYS = (["hub_id", "order_line_id"], ["order_line.hub_id", "order_line.id"])


class HistoryCustomer(HubScoped, db.Model):  # type: ignore[name-defined]
    """Somebody who bought before this system, known by the file's number only; has no account."""

    __tablename__ = "history_customer"

    external_ref: Mapped[str]

    __table_args__ = (ForeignKeyConstraint(["hub_id"], ["hub.id"]), UniqueConstraint("hub_id", "external_ref"))


class HistoryDocument(HubScoped, db.Model):  # type: ignore[name-defined]
    """An invoice or cancellation of a file. Its number is the key that makes an import repeatable."""

    __tablename__ = "history_document"

    external_ref: Mapped[str]
    title: Mapped[str]
    is_cancellation: Mapped[bool]
    occurred_at: Mapped[datetime]
    customer_id: Mapped[uuid.UUID | None]
    order_id: Mapped[uuid.UUID | None]
    lines: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "external_ref"),
        ForeignKeyConstraint(*CUSTOMER_KEYS),
        ForeignKeyConstraint(*ORDER_KEYS),
        CheckConstraint("lines > 0", name="lines"),
        Index("ix_history_document_customer", "hub_id", "customer_id"),
        Index("ix_history_document_order", "hub_id", "order_id"),
    )


class HistoryLine(HubScoped, db.Model):  # type: ignore[name-defined]
    """A line, or a part of one, that is not a sale. `amount` in minor units, signed as in the file.

    `position` is its place among the document's lines; equal lines are told apart by it. `account` is set for
    adjustments, `order_line_id` for refunds (the sale that it takes back), `reason` for suspense.
    """

    __tablename__ = "history_line"

    document_id: Mapped[uuid.UUID]
    position: Mapped[int]
    part: Mapped[int]
    kind: Mapped[str]
    account: Mapped[str | None]
    reason: Mapped[str | None]
    article: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    order_line_id: Mapped[uuid.UUID | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "document_id", "position", "part"),
        ForeignKeyConstraint(*DOCUMENT_KEYS),
        ForeignKeyConstraint(*LINE_KEYS),
        CheckConstraint("kind IN ('refund', 'adjustment', 'suspense', 'stock')", name="kind"),
        CheckConstraint("(kind = 'refund') = (order_line_id IS NOT NULL)", name="refund_has_sale"),
        CheckConstraint("(kind = 'adjustment') = (account IS NOT NULL)", name="adjustment_has_account"),
        Index("ix_history_line_order_line", "hub_id", "order_line_id", postgresql_where="order_line_id IS NOT NULL"),
    )
