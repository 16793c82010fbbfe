"""Tables of shares: rule versions, the month's turnover, the split of each order, and who has a right to what."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import HubScoped, db


class ShareRuleVersion(db.Model):  # type: ignore[name-defined]
    """A version of the rules. Central; once an order was settled by it, it never changes (a trigger sees to that)."""

    __tablename__ = "share_rule_version"

    key: Mapped[str] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime]
    rules: Mapped[dict[str, Any]]
    # Published versions come into force by their date; others are used only where their key is named (imports).
    published: Mapped[bool] = mapped_column(Boolean)


class MonthTurnover(HubScoped, db.Model):  # type: ignore[name-defined]
    """What a hub has turned over in a month; its row lock puts settlements in order."""

    __tablename__ = "month_turnover"

    month: Mapped[date] = mapped_column(Date)
    currency: Mapped[str]
    turnover: Mapped[int] = mapped_column(BigInteger, default=0)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "month", "currency"),
        CheckConstraint("turnover >= 0", name="turnover"),
    )


class OrderShare(HubScoped, db.Model):  # type: ignore[name-defined]
    """An order that was settled; `id` is the order's. `fee` is the part of the provider's fee that the seller bore."""

    __tablename__ = "order_share"

    number: Mapped[str]
    currency: Mapped[str]
    gross: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    source: Mapped[str]
    month: Mapped[date] = mapped_column(Date)
    rule_key: Mapped[str] = mapped_column(ForeignKey("share_rule_version.key"))
    settled_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        Index("ix_order_share_rule_key", "rule_key"),
        # Turnover by month, read from the index alone.
        Index("ix_order_share_hub_id_month", "hub_id", "month", postgresql_include=["currency", "gross", "refunded"]),
        CheckConstraint("refunded >= 0 AND refunded <= gross", name="refunded"),
    )


class EarningRight(HubScoped, db.Model):  # type: ignore[name-defined]
    """One party's part of one order. `outstanding` is what no payout has taken: below zero it is owed back.

    `claimed` is the sum of its claims. It leaves the bounds of `amount` where a bank returns a payout after a later one
    has kept back, or given again, a part of the same right. Below zero stands only a fee that the owner owes.
    """

    __tablename__ = "earning_right"

    order_id: Mapped[uuid.UUID]
    position: Mapped[int] = mapped_column(SmallInteger)
    owner: Mapped[str]
    role: Mapped[str]
    purpose: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    reversed: Mapped[int] = mapped_column(BigInteger, default=0)
    claimed: Mapped[int] = mapped_column(BigInteger, default=0)
    rate_bps: Mapped[int | None]
    is_vacant: Mapped[bool] = mapped_column(Boolean, default=False)
    earned_at: Mapped[datetime]
    available_at: Mapped[datetime]
    explanation: Mapped[dict[str, Any]]
    payout_id: Mapped[uuid.UUID | None]
    # Whether a dispute of the order's payment is open: then no payout takes it.
    is_frozen: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))

    __table_args__ = (
        ForeignKeyConstraint(["hub_id", "order_id"], ["order_share.hub_id", "order_share.id"]),
        UniqueConstraint("hub_id", "order_id", "position"),
        Index("ix_earning_right_hub_id_owner_id", "hub_id", "owner", "id"),
        Index("uq_earning_right_plan", "hub_id", "order_id", unique=True, postgresql_where=text("role = 'plan'")),
        Index(
            "ix_earning_right_outstanding",
            "hub_id",
            "owner",
            "currency",
            "available_at",
            postgresql_where=text("amount - reversed <> claimed"),
        ),
        CheckConstraint(
            "role IN ('seller', 'connector', 'referrer', 'core', 'tax', 'cross_hub', 'retainer', 'dispute_fee',"
            " 'plan')",
            name="role",
        ),
        CheckConstraint("reversed >= 0 AND reversed <= greatest(amount, 0)", name="reversed"),
        CheckConstraint("amount >= 0 OR role = 'dispute_fee'", name="amount"),
    )


class FreezeState(enum.StrEnum):
    """`open`: the rights stand still; then the dispute took nothing, or what it disputed."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class EarningFreeze(HubScoped, db.Model):  # type: ignore[name-defined]
    """A dispute as the rights of one order feel it; `amount` is what it took of the order, once lost."""

    __tablename__ = "earning_freeze"

    dispute_id: Mapped[uuid.UUID]
    order_id: Mapped[uuid.UUID]
    state: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "order_id"], ["order_share.hub_id", "order_share.id"]),
        UniqueConstraint("hub_id", "dispute_id", "order_id"),
        CheckConstraint("state IN ('open', 'won', 'lost')", name="state"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_earning_freeze_hub_id_order_id", "hub_id", "order_id"),
    )


class MoveKind(enum.StrEnum):
    """What a cross-hub share does in the home hub's books."""

    EARNED = "earned"
    TAKEN_BACK = "taken_back"
    GIVEN_AGAIN = "given_again"


class ClearingMove(db.Model):  # type: ignore[name-defined]
    """Central: a cross-hub share on its way from the selling hub's books to the home hub's.

    Written with the selling hub's entry; `booked_at` is set with the home hub's. Both entries take their key from
    here, so that a crash between the two is made good by doing the second again. `amount` > 0; `kind` gives the sign.
    """

    __tablename__ = "clearing_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    from_hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"))
    to_hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"))
    order_id: Mapped[uuid.UUID]
    number: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int] = mapped_column(BigInteger)
    rate_bps: Mapped[int]
    rule_key: Mapped[str] = mapped_column(ForeignKey("share_rule_version.key"))
    occurred_at: Mapped[datetime]
    available_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("kind IN ('earned', 'taken_back', 'given_again')", name="kind"),
        CheckConstraint("amount > 0 AND base >= 0", name="amount"),
        CheckConstraint("from_hub_id <> to_hub_id", name="two_hubs"),
        Index("ix_clearing_move_order", "to_hub_id", "order_id", "id"),
        Index("ix_clearing_move_waiting", "id", postgresql_where=text("booked_at IS NULL")),
    )


class EarningClaim(HubScoped, db.Model):  # type: ignore[name-defined]
    """What one payout took of one right; below zero where it kept back what is owed since an earlier payout."""

    __tablename__ = "earning_claim"

    payout_id: Mapped[uuid.UUID]
    right_id: Mapped[uuid.UUID]
    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id", "right_id"], ["earning_right.hub_id", "earning_right.id"]),
        UniqueConstraint("hub_id", "payout_id", "right_id"),
        CheckConstraint("amount <> 0", name="amount"),
    )
