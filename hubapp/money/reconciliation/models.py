"""Central tables: the mirrors of the provider's books, their links to ours, runs, and the differences they found."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db

HUB = "hub.id"


class ItemStatus(enum.StrEnum):
    """`explained`: by a rule while it is young, or by a person; `resolved`: the counterpart was found."""

    OPEN = "open"
    EXPLAINED = "explained"
    RESOLVED = "resolved"


class BalanceTxn(db.Model):  # type: ignore[name-defined]
    """One line of the provider's books in our minor units. `altered_at`: it said something else before."""

    __tablename__ = "gateway_balance_txn"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    source_id: Mapped[str | None]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    net: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    available_on: Mapped[datetime]
    seen_at: Mapped[datetime]
    altered_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount - fee = net", name="net"),
        Index("ix_gateway_balance_txn_created_at", "created_at", "id"),
        Index("ix_gateway_balance_txn_source_id", "source_id"),
        Index("ix_gateway_balance_txn_new", "id", postgresql_where=text("compared_at IS NULL")),
    )


class ConnectedTxn(db.Model):  # type: ignore[name-defined]
    """One line of a connected account's books at the provider, in our minor units: `account` is the provider's id."""

    __tablename__ = "connected_balance_txn"

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    type: Mapped[str]
    source_id: Mapped[str | None]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    net: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    available_on: Mapped[datetime]
    seen_at: Mapped[datetime]
    altered_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount - fee = net", name="net"),
        Index("ix_connected_balance_txn_account", "account", "created_at"),
    )


class Match(db.Model):  # type: ignore[name-defined]
    """An entry of a hub's books and the provider's line that it stands for."""

    __tablename__ = "reconciliation_match"

    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(HUB), primary_key=True, autoincrement=False)
    entry_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    txn_id: Mapped[str] = mapped_column(ForeignKey("gateway_balance_txn.id"), primary_key=True, index=True)


class Run(db.Model):  # type: ignore[name-defined]
    """One comparison. `totals`: per currency what the provider has, what the books say, and what is known to differ.

    `followed`: how many connected accounts were compared.
    """

    __tablename__ = "reconciliation_run"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    since: Mapped[datetime]
    asked_by: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    fetched: Mapped[int] = mapped_column(BigInteger, default=0)
    undelivered: Mapped[int] = mapped_column(BigInteger, default=0)
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    entries: Mapped[int] = mapped_column(BigInteger, default=0)
    explained: Mapped[int] = mapped_column(BigInteger, default=0)
    open: Mapped[int] = mapped_column(BigInteger, default=0)
    followed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    totals: Mapped[list[Any]] = mapped_column(JSONB, default=list)

    __table_args__ = (Index("ix_reconciliation_run_started_at", "started_at"),)


class Item(db.Model):  # type: ignore[name-defined]
    """A difference, kept under its business key however many runs find it. Amounts: net effect on our provider money.

    `suspense_amount` is what the suspense account holds for it now, `suspense_entries` how often it was booked.
    `account`: the connected account whose money it is; None: ours.
    """

    __tablename__ = "reconciliation_item"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    key: Mapped[str]
    account: Mapped[str | None]
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reconciliation_run.id"))
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(HUB))
    kind: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    provider_amount: Mapped[int] = mapped_column(BigInteger)
    books_amount: Mapped[int] = mapped_column(BigInteger)
    txn_id: Mapped[str | None]
    txn_type: Mapped[str | None]
    source_id: Mapped[str | None]
    entry_key: Mapped[str | None]
    ref: Mapped[str | None]
    entry_id: Mapped[uuid.UUID | None]
    occurred_at: Mapped[datetime]
    found_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    explained_by: Mapped[uuid.UUID | None]
    explained_name: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    suspense_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    suspense_hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(HUB))
    suspense_entries: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("status IN ('open', 'explained', 'resolved')", name="status"),
        CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        CheckConstraint("suspense_amount = 0 OR suspense_hub_id IS NOT NULL", name="suspense"),
        Index("ix_reconciliation_item_unresolved", "status", postgresql_where=text("status <> 'resolved'")),
        Index("ix_reconciliation_item_found_at", "found_at", "id"),
        Index("ix_reconciliation_item_txn_id", "txn_id"),
        CheckConstraint("account IS NULL OR suspense_amount = 0", name="connected"),
    )

    @property
    def gap(self) -> int:
        """How much more the provider has than the books say, in minor units."""
        return self.provider_amount - self.books_amount
