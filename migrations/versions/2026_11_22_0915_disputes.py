"""Disputes of buyers' banks, their evidence, and refunds that buyers ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0015_disputes"
down_revision = "0014_subscriptions"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def keys() -> list[sa.Column[object]]:
    """The primary key of every hub table."""
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def create_disputes() -> None:
    """What banks want back, and what is handed in against it."""
    op.create_table(
        "dispute",
        *keys(),
        sa.Column("payment_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("provider_id", "currency", "reason", "status")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "withdrawn", "fee")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("lines", "submissions", "attempts")),
        sa.Column("is_refundable", sa.Boolean, nullable=False),
        sa.Column("draft", JSONB, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("sending", "failure", "outcome")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("opened_at", "seen_at")),
        *(sa.Column(name, MOMENT) for name in ("due_by", "checked_at", "closed_at")),
        sa.ForeignKeyConstraint(["hub_id", "payment_id"], ["payment.hub_id", "payment.id"]),
        sa.UniqueConstraint("hub_id", "provider_id"),
        sa.CheckConstraint("amount > 0 AND withdrawn >= 0", name="amounts"),
        sa.CheckConstraint("outcome IS NULL OR outcome IN ('won', 'lost')", name="outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed"),
        sa.CheckConstraint("outcome <> 'won' OR withdrawn = 0", name="won"),
        sa.Index("ix_dispute_hub_id_payment_id", "hub_id", "payment_id"),
        sa.Index("ix_dispute_open", "hub_id", "due_by", postgresql_where=sa.text("outcome IS NULL")),
    )
    op.create_table(
        "dispute_file",
        *keys(),
        sa.Column("dispute_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("field", "filename", "content_type", "stored_as")),
        sa.Column("size", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("provider_id", "failure")),
        sa.Column("uploaded_by", sa.Uuid),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "dispute_id"], ["dispute.hub_id", "dispute.id"]),
        sa.UniqueConstraint("hub_id", "dispute_id", "field"),
        sa.CheckConstraint("size > 0", name="size"),
    )


def create_freezes() -> None:
    """Which orders' rights stand still because of which dispute."""
    op.create_table(
        "earning_freeze",
        *keys(),
        *(sa.Column(name, sa.Uuid, nullable=False) for name in ("dispute_id", "order_id")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "order_id"], ["order_share.hub_id", "order_share.id"]),
        sa.UniqueConstraint("hub_id", "dispute_id", "order_id"),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name="state"),
        sa.CheckConstraint("amount >= 0", name="amount"),
        sa.Index("ix_earning_freeze_hub_id_order_id", "hub_id", "order_id"),
    )
    op.add_column("earning_right", sa.Column("is_frozen", sa.Boolean, nullable=False, server_default=sa.text("false")))


def create_requests() -> None:
    """What buyers want back, who answers until when, and what became of it."""
    op.create_table(
        "refund_request",
        *keys(),
        sa.Column("order_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("status", "level", "currency", "reason", "answer")),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("granted", sa.BigInteger),
        sa.Column("lines", JSONB, nullable=False),
        *(sa.Column(name, sa.Uuid) for name in ("asked_by", "decided_by", "refund_id")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "due_at")),
        sa.Column("decided_at", MOMENT),
        sa.ForeignKeyConstraint(["hub_id", "order_id"], ["orders.hub_id", "orders.id"]),
        sa.CheckConstraint("status IN ('open', 'granted', 'paid', 'declined', 'failed')", name="status"),
        sa.CheckConstraint("level IN ('seller', 'hub', 'core')", name="level"),
        sa.CheckConstraint("asked > 0 AND (granted IS NULL OR granted > 0)", name="amounts"),
        sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided"),
        sa.CheckConstraint("status IN ('open', 'declined') OR granted IS NOT NULL", name="granted"),
        sa.Index(
            "uq_refund_request_open",
            "hub_id",
            "order_id",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_refund_request_order", "hub_id", "order_id", "id"),
        sa.Index("ix_refund_request_due", "hub_id", "due_at", postgresql_where=sa.text("status = 'open'")),
    )
    op.create_table(
        "refund_policy",
        *keys(),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("days", "units", "answer_days")),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("hub_id"),
        sa.CheckConstraint(
            "days BETWEEN 0 AND 3650 AND units BETWEEN 0 AND 1000000 AND answer_days BETWEEN 1 AND 60", name="limits"
        ),
    )
    op.add_column("orders", sa.Column("refunded", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.create_check_constraint("refunded", "orders", "refunded BETWEEN 0 AND gross")


RIGHTS = {
    # Evidence is the central team's; a hub's jobs keep disputes up to date.
    "dispute": "SELECT, INSERT, UPDATE",
    "dispute_file": "SELECT",
    "earning_freeze": "SELECT, INSERT, UPDATE",
    "refund_request": "SELECT, INSERT, UPDATE",
    "refund_policy": "SELECT",
}


def upgrade() -> None:
    """Create."""
    create_disputes()
    create_freezes()
    create_requests()
    op.add_column("payment", sa.Column("settled_currency", sa.Text))
    for table, app in RIGHTS.items():
        for statement in rls.protect(table, app=app):
            op.execute(statement)


def downgrade() -> None:
    """Undo."""
    op.drop_column("payment", "settled_currency")
    op.drop_column("orders", "refunded")
    op.drop_column("earning_right", "is_frozen")
    for table in reversed(RIGHTS):
        op.drop_table(table)
