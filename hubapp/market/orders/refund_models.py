"""What buyers want back of an order, and how far a hub may decide that without the core."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db
from hubapp.kernel.money import Money
from hubapp.market.orders.models import ORDER_KEYS


class RequestStatus(enum.StrEnum):
    """`granted`: the money is on its way; `paid`: it went back; `failed`: the buyer's bank did not take it."""

    OPEN = "open"
    GRANTED = "granted"
    PAID = "paid"
    DECLINED = "declined"
    FAILED = "failed"


class Level(enum.StrEnum):
    """Who has to answer: the seller first, then the hub's connector, then the core."""

    SELLER = "seller"
    HUB = "hub"
    CORE = "core"


class RefundRequest(HubScoped, db.Model):  # type: ignore[name-defined]
    """A part of an order that somebody wants back, or gave back unasked (`asked_by` None). Amounts in minor units."""

    __tablename__ = "refund_request"

    order_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(default=RequestStatus.OPEN)
    level: Mapped[str]
    currency: Mapped[str]
    asked: Mapped[int] = mapped_column(BigInteger)
    granted: Mapped[int | None] = mapped_column(BigInteger)
    # Line → pieces, where the buyer named any.
    lines: Mapped[dict[str, int]] = mapped_column(default=dict)
    reason: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[uuid.UUID | None]
    decided_by: Mapped[uuid.UUID | None]
    refund_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(*ORDER_KEYS),
        CheckConstraint("status IN ('open', 'granted', 'paid', 'declined', 'failed')", name="status"),
        CheckConstraint("level IN ('seller', 'hub', 'core')", name="level"),
        CheckConstraint("asked > 0 AND (granted IS NULL OR granted > 0)", name="amounts"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("status IN ('open', 'declined') OR granted IS NOT NULL", name="granted"),
        Index("uq_refund_request_open", "hub_id", "order_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_refund_request_order", "hub_id", "order_id", "id"),
        Index("ix_refund_request_due", "hub_id", "due_at", postgresql_where=text("status = 'open'")),
        # As the central team pages them, across hubs.
        Index("ix_refund_request_nearest", "due_at", "id", postgresql_where=text("decided_at IS NULL")),
        Index("ix_refund_request_decided", "decided_at", "id", postgresql_where=text("decided_at IS NOT NULL")),
    )

    @property
    def money(self) -> Money:
        """What is asked for."""
        return Money(self.asked, self.currency)

    @property
    def given(self) -> Money:
        """What was granted; nothing yet is zero."""
        return Money(self.granted or 0, self.currency)


class RefundPolicy(HubScoped, db.Model):  # type: ignore[name-defined]
    """A hub's own limits, where they differ from the network's; `units`: of the hub's currency."""

    __tablename__ = "refund_policy"

    days: Mapped[int]
    units: Mapped[int]
    answer_days: Mapped[int]
    changed_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id"),
        CheckConstraint(
            "days BETWEEN 0 AND 3650 AND units BETWEEN 0 AND 1000000 AND answer_days BETWEEN 1 AND 60", name="limits"
        ),
    )
