"""Tables of payments: payments and refunds of hubs, commands to the provider, its events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0003_payments"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _hub_keys() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("uuidv7()")),
    )


def upgrade() -> None:
    """Create."""
    _payment()
    _refund()
    _command()
    _event()
    # What a command says and under which key never changes: the provider would refuse the key, or move money twice.
    may_change = "status, attempts, first_sent_at, next_try_at, lease_until, result, error_code, error, finished_at"
    statements = [
        *rls.protect("payment", app="SELECT, INSERT, UPDATE", central="SELECT, INSERT, UPDATE"),
        *rls.protect("refund", app="SELECT, INSERT, UPDATE", central="SELECT, INSERT, UPDATE"),
        *rls.grant("gateway_command", app="INSERT", central=f"SELECT, INSERT, UPDATE ({may_change})"),
        *rls.grant("gateway_event", app="INSERT", central="SELECT, INSERT, UPDATE (handled_at)"),
    ]
    for statement in statements:
        op.execute(statement)


def _payment() -> None:
    op.create_table(
        "payment",
        *_hub_keys(),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("payer_account_id", sa.Uuid),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("checkout_id", "checkout_url", "charge_id")),
        sa.Column("fee", sa.BigInteger),
        sa.Column("net", sa.BigInteger),
        sa.Column("available_on", TIME),
        sa.Column("failure_code", sa.Text),
        sa.Column("failure_message", sa.Text),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("refunded", sa.BigInteger, nullable=False),
        sa.Column("is_closing", sa.Boolean, nullable=False),
        sa.Column("closings", sa.Integer, nullable=False),
        sa.Column("success_path", sa.Text, nullable=False),
        sa.Column("cancel_path", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        *(sa.Column(name, TIME) for name in ("checked_at", "settled_at", "booked_available_at")),
        sa.UniqueConstraint("hub_id", "reference"),
        sa.UniqueConstraint("hub_id", "checkout_id"),
        sa.UniqueConstraint("hub_id", "charge_id"),
        sa.CheckConstraint(
            "status IN ('new', 'open', 'processing', 'succeeded', 'failed', 'expired', 'canceled')", name="status"
        ),
        sa.CheckConstraint("amount > 0 AND refunded BETWEEN 0 AND amount", name="amounts"),
        sa.CheckConstraint(
            "status <> 'succeeded' OR (charge_id IS NOT NULL AND fee IS NOT NULL AND net IS NOT NULL AND fee + net = amount)",
            name="settled",
        ),
        sa.CheckConstraint("refunded = 0 OR status = 'succeeded'", name="refunded_was_paid"),
        sa.Index(
            "ix_payment_unfinished",
            "hub_id",
            "checked_at",
            postgresql_where=sa.text("status IN ('new', 'open', 'processing')"),
        ),
        sa.Index(
            "ix_payment_unavailable",
            "hub_id",
            "available_on",
            postgresql_where=sa.text("status = 'succeeded' AND booked_available_at IS NULL"),
        ),
    )


def _refund() -> None:
    op.create_table(
        "refund",
        *_hub_keys(),
        sa.Column("payment_id", sa.Uuid, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("failure_message", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.Column("checked_at", TIME),
        sa.ForeignKeyConstraint(["hub_id", "payment_id"], ["payment.hub_id", "payment.id"]),
        sa.UniqueConstraint("hub_id", "reference"),
        sa.UniqueConstraint("hub_id", "provider_id"),
        sa.CheckConstraint("status IN ('requested', 'pending', 'succeeded', 'failed')", name="status"),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.Index("ix_refund_hub_id_payment_id", "hub_id", "payment_id"),
        sa.Index(
            "ix_refund_unfinished",
            "hub_id",
            "checked_at",
            postgresql_where=sa.text("status IN ('requested', 'pending')"),
        ),
    )


def _command() -> None:
    op.create_table(
        "gateway_command",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_sent_at", TIME),
        sa.Column("next_try_at", TIME, nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("result", JSONB),
        sa.Column("error_code", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("status IN ('todo', 'unknown', 'done', 'failed')", name="status"),
        sa.Index(
            "uq_gateway_command_alive", "kind", "subject", unique=True, postgresql_where=sa.text("status <> 'failed'")
        ),
        sa.Index(
            "ix_gateway_command_waiting", "next_try_at", postgresql_where=sa.text("status IN ('todo', 'unknown')")
        ),
        sa.Index("ix_gateway_command_subject", "subject"),
    )


def _event() -> None:
    op.create_table(
        "gateway_event",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text),
        sa.Column("account", sa.Text),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("handled_at", TIME),
        sa.UniqueConstraint("source", "external_id"),
        sa.Index("ix_gateway_event_unhandled", "received_at", postgresql_where=sa.text("handled_at IS NULL")),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("gateway_event", "gateway_command", "refund", "payment"):
        op.drop_table(table)
