"""Tables of the books; what no program may break is enforced by triggers and grants in their migration."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import HubScoped, db


class LedgerHead(db.Model):  # type: ignore[name-defined]
    """The end of a hub's chain; its row lock makes the hub's entries follow one another."""

    __tablename__ = "ledger_head"

    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerAccount(HubScoped, db.Model):  # type: ignore[name-defined]
    """An account of a hub's books. `owner`: "core", "hub", "provider" or "account:<uuid>"."""

    __tablename__ = "ledger_account"

    owner: Mapped[str]
    purpose: Mapped[str]
    currency: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "owner", "purpose", "currency"),
        UniqueConstraint("hub_id", "id", "currency"),
    )


class LedgerBalance(HubScoped, db.Model):  # type: ignore[name-defined]
    """Sum of an account's postings, kept by a trigger; `id` is the account's."""

    __tablename__ = "ledger_balance"

    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (ForeignKeyConstraint(["hub_id", "id"], ["ledger_account.hub_id", "ledger_account.id"]),)


class LedgerEntry(HubScoped, db.Model):  # type: ignore[name-defined]
    """One thing that happened to money. `legs` is how many postings it has, for ever."""

    __tablename__ = "ledger_entry"

    seq: Mapped[int] = mapped_column(BigInteger)
    idempotency_key: Mapped[str]
    kind: Mapped[str]
    ref: Mapped[str]
    currency: Mapped[str]
    occurred_at: Mapped[datetime]
    memo: Mapped[str]
    legs: Mapped[int] = mapped_column(SmallInteger)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "seq"),
        UniqueConstraint("hub_id", "idempotency_key"),
        UniqueConstraint("hub_id", "id", "seq", "legs", "currency"),
        Index("ix_ledger_entry_hub_id_ref", "hub_id", "ref"),
        Index("ix_ledger_entry_hub_id_occurred_at", "hub_id", "occurred_at"),
        CheckConstraint("legs >= 2", name="two_legs"),
        CheckConstraint("seq >= 1", name="seq"),
    )


class LedgerPosting(HubScoped, db.Model):  # type: ignore[name-defined]
    """A leg of an entry: `amount` minor units on one account, held until `available_at`."""

    __tablename__ = "ledger_posting"

    entry_id: Mapped[uuid.UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    legs: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    account_id: Mapped[uuid.UUID]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    available_at: Mapped[datetime | None]
    tag: Mapped[str]

    __table_args__ = (
        UniqueConstraint("hub_id", "entry_id", "position"),
        ForeignKeyConstraint(
            ["hub_id", "entry_id", "seq", "legs", "currency"],
            [f"ledger_entry.{name}" for name in ("hub_id", "id", "seq", "legs", "currency")],
        ),
        ForeignKeyConstraint(
            ["hub_id", "account_id", "currency"],
            [f"ledger_account.{name}" for name in ("hub_id", "id", "currency")],
        ),
        Index("ix_ledger_posting_hub_id_account_id_seq", "hub_id", "account_id", "seq"),
        Index(
            "ix_ledger_posting_held",
            "hub_id",
            "account_id",
            "available_at",
            postgresql_where=text("available_at IS NOT NULL"),
        ),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("position >= 0 AND position < legs", name="position"),
    )


class LedgerCheck(db.Model):  # type: ignore[name-defined]
    """Central: what the last proof of a hub's books found; `checked_at` None or before `asked_at`: it is waited for."""

    __tablename__ = "ledger_check"

    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    ok: Mapped[bool | None]
    entries: Mapped[int] = mapped_column(BigInteger)
    postings: Mapped[int] = mapped_column(BigInteger)
    first_bad_seq: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    head: Mapped[str]

    __table_args__ = (
        CheckConstraint("(checked_at IS NULL) = (ok IS NULL)", name="result"),
        Index("ix_ledger_check_failed", "hub_id", postgresql_where=text("NOT ok")),
    )

    @property
    def is_waiting(self) -> bool:
        """Whether a proof was asked for that is not done yet."""
        return self.checked_at is None or self.asked_at > self.checked_at


class ProposalStatus(enum.StrEnum):
    """`proposed` waits for a second person."""

    PROPOSED = "proposed"
    POSTED = "posted"
    REFUSED = "refused"


class ManualEntry(db.Model):  # type: ignore[name-defined]
    """Central: an entry that one person proposes and another approves or refuses; never the same (CHECK two_people).

    `legs`: [owner, purpose, amount in minor units, debit positive]. Once written only the decision is added.
    """

    __tablename__ = "manual_entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), index=True)
    currency: Mapped[str]
    memo: Mapped[str]
    reason: Mapped[str]
    legs: Mapped[list[list[Any]]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(default=ProposalStatus.PROPOSED)
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    entry_id: Mapped[uuid.UUID | None]

    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'posted', 'refused')", name="status"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        CheckConstraint("(status = 'posted') = (entry_id IS NOT NULL)", name="posted"),
        CheckConstraint("memo <> '' AND reason <> ''", name="says_why"),
    )


class ExchangeRate(db.Model):  # type: ignore[name-defined]
    """Central: what one unit of `currency` is worth in `target` on a day, and who says so. Added, never changed."""

    __tablename__ = "exchange_rate"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    currency: Mapped[str]
    target: Mapped[str]
    rate: Mapped[Decimal] = mapped_column(Numeric(24, 12))
    as_of: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("currency", "target", "as_of"),
        CheckConstraint("rate > 0 AND currency <> target AND source <> ''", name="rate"),
    )
