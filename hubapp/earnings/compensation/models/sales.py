"""Sales of the core's product line as the plan sees them, what was given back, and volumes between closes."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db

FROZEN = text("plan_frozen()")
# By the moment that counts for a plan: which number tells when it became known.
NUMBERS = {"ordered_at": "after_freeze", "paid_at": "after_freeze", "handed_over_at": "handed_after_freeze"}
KINDS = ("product", "shipping", "entry_fee", "kit", "training", "gift_card", "donation")


class PlanSale(HubScoped, db.Model):  # type: ignore[name-defined]
    """An order line of the core's product line; `id` is the line's. Amounts in minor units of `currency`.

    `amount` is what was paid for it with tax, without shipping; `cv` the same net of tax; `pv` its points. `seller_id`
    is the participant who brought the customer, None where nobody did. `handed_over_at` is set once.

    `after_freeze`, `handed_after_freeze`: the last freeze before it was recorded, as sold and as handed over; the
    database sets them.
    """

    __tablename__ = "plan_sale"

    order_id: Mapped[uuid.UUID]
    number: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    cv: Mapped[int] = mapped_column(BigInteger)
    pv: Mapped[int] = mapped_column(BigInteger)
    seller_id: Mapped[uuid.UUID | None]
    buyer_id: Mapped[uuid.UUID]
    ordered_at: Mapped[datetime]
    paid_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    after_freeze: Mapped[int] = mapped_column(server_default=FROZEN)
    handed_after_freeze: Mapped[int] = mapped_column(server_default=FROZEN)

    __table_args__: Any = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "id"], ["order_line.hub_id", "order_line.id"]),
        CheckConstraint("amount >= 0 AND cv BETWEEN 0 AND amount AND pv >= 0", name="amounts"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index("ix_plan_sale_order", "hub_id", "order_id"),
        Index("ix_plan_sale_handed_over_at", "currency", "handed_over_at"),
        Index("ix_plan_sale_paid_at", "currency", "paid_at"),
        Index("ix_plan_sale_hub_handed_over_at", "hub_id", "handed_over_at"),
        Index("ix_plan_sale_hub_paid_at", "hub_id", "paid_at"),
        Index("ix_plan_sale_seller_id", "seller_id", "id"),
        Index("ix_plan_sale_after_freeze", "after_freeze"),
        Index("ix_plan_sale_handed_after_freeze", "handed_after_freeze"),
        Index("ix_plan_sale_buyer_id", "buyer_id", "currency"),
    )


class PlanRefund(HubScoped, db.Model):  # type: ignore[name-defined]
    """What was taken back of a sale, or, below zero, given again where a refund failed. Added, never changed.

    `key` is the refund's (or the lost dispute's) together with the sale's: the same news twice is one row.
    """

    __tablename__ = "plan_refund"

    sale_id: Mapped[uuid.UUID]
    key: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    cv: Mapped[int] = mapped_column(BigInteger)
    pv: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    after_freeze: Mapped[int] = mapped_column(server_default=FROZEN)

    __table_args__: Any = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "sale_id"], ["plan_sale.hub_id", "plan_sale.id"]),
        Index("uq_plan_refund_key", "hub_id", "sale_id", "key", unique=True),
        Index("ix_plan_refund_at", "at"),
        Index("ix_plan_refund_after_freeze", "after_freeze"),
    )


class PlanVolume(db.Model):  # type: ignore[name-defined]
    """Somebody's volumes in one open period, folded from the deltas. Central, because a group crosses hubs.

    `own` and `group`: cv that counts, `own_pv` and `group_pv` its points; `outside`: the group's cv of customers and
    `all_group` of anybody, what does not count included (the majority rule needs both).
    """

    __tablename__ = "plan_volume"

    currency: Mapped[str] = mapped_column(primary_key=True)
    first_day: Mapped[date] = mapped_column(Date, primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    own: Mapped[int] = mapped_column(BigInteger, default=0)
    own_pv: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    group: Mapped[int] = mapped_column("group_cv", BigInteger, default=0)
    group_pv: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    outside: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    all_group: Mapped[int] = mapped_column(BigInteger, default=0)


class PlanVolumeDelta(db.Model):  # type: ignore[name-defined]
    """What one sale or refund adds to one person's volumes: only inserted, so that nobody waits for a busy root."""

    __tablename__ = "plan_volume_delta"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    currency: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    account_id: Mapped[uuid.UUID]
    own: Mapped[int] = mapped_column(BigInteger)
    own_pv: Mapped[int] = mapped_column(BigInteger, server_default="0")
    group: Mapped[int] = mapped_column("group_cv", BigInteger)
    group_pv: Mapped[int] = mapped_column(BigInteger, server_default="0")
    outside: Mapped[int] = mapped_column(BigInteger, server_default="0")
    all_group: Mapped[int] = mapped_column(BigInteger)

    __table_args__: Any = (Index("ix_plan_volume_delta_account", "currency", "first_day", "account_id"),)
