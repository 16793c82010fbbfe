"""The mirror of the provider's balance transactions, what comparing it with the books found, and whose money this is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0017_reconciliation"
down_revision = "0016_payout_runs"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
UNRESOLVED = sa.text("status <> 'resolved'")


def upgrade() -> None:
    """Create."""
    _mirror()
    _run()
    _item()
    op.create_table(
        "money_world",
        sa.Column("id", sa.Boolean, primary_key=True),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("marked_at", TIME, nullable=False),
        sa.CheckConstraint("id", name="one_row"),
        sa.CheckConstraint("mode IN ('sandbox', 'test', 'live')", name="mode"),
    )
    op.execute("CREATE INDEX ix_gateway_command_answer ON gateway_command ((result ->> 'id'))")
    central = "SELECT, INSERT, UPDATE"
    for statement in (
        *rls.grant("gateway_balance_txn", app="", central=central),
        *rls.grant("reconciliation_match", app="", central="SELECT, INSERT, DELETE"),
        *rls.grant("reconciliation_run", app="", central=central),
        *rls.grant("reconciliation_item", app="", central=central),
        *rls.grant("money_world", app="SELECT", central=central),
    ):
        op.execute(statement)


def _mirror() -> None:
    op.create_table(
        "gateway_balance_txn",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text),
        sa.Column("currency", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "fee", "net")),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "available_on", "seen_at")),
        sa.Column("altered_at", TIME),
        sa.Column("compared_at", TIME),
        sa.CheckConstraint("amount - fee = net", name="net"),
        sa.Index("ix_gateway_balance_txn_created_at", "created_at", "id"),
        sa.Index("ix_gateway_balance_txn_source_id", "source_id"),
        sa.Index("ix_gateway_balance_txn_new", "id", postgresql_where=sa.text("compared_at IS NULL")),
    )
    op.create_table(
        "reconciliation_match",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("entry_id", sa.Uuid, primary_key=True),
        sa.Column("txn_id", sa.Text, sa.ForeignKey("gateway_balance_txn.id"), primary_key=True, index=True),
    )


def _run() -> None:
    op.create_table(
        "reconciliation_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("since", TIME, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("fetched", "undelivered", "lines", "entries", "explained", "open")
        ),
        sa.Column("totals", JSONB, nullable=False),
        sa.Index("ix_reconciliation_run_started_at", "started_at"),
    )


def _item() -> None:
    op.create_table(
        "reconciliation_item",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("reconciliation_run.id"), nullable=False),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "reason", "status", "currency", "note")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("provider_amount", "books_amount")),
        *(sa.Column(name, sa.Text) for name in ("txn_id", "txn_type", "source_id", "entry_key", "ref")),
        sa.Column("entry_id", sa.Uuid),
        *(sa.Column(name, TIME, nullable=False) for name in ("occurred_at", "found_at", "changed_at")),
        sa.Column("explained_by", sa.Uuid),
        sa.Column("explained_name", sa.Text),
        sa.Column("resolved_at", TIME),
        sa.Column("suspense_amount", sa.BigInteger, nullable=False),
        sa.Column("suspense_hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("suspense_entries", sa.Integer, nullable=False),
        sa.CheckConstraint("status IN ('open', 'explained', 'resolved')", name="status"),
        sa.CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        sa.CheckConstraint("suspense_amount = 0 OR suspense_hub_id IS NOT NULL", name="suspense"),
        sa.Index("ix_reconciliation_item_unresolved", "status", postgresql_where=UNRESOLVED),
        sa.Index("ix_reconciliation_item_found_at", "found_at", "id"),
        sa.Index("ix_reconciliation_item_txn_id", "txn_id"),
    )


def downgrade() -> None:
    """Undo."""
    op.execute("DROP INDEX ix_gateway_command_answer")
    for table in (
        "money_world",
        "reconciliation_item",
        "reconciliation_run",
        "reconciliation_match",
        "gateway_balance_txn",
    ):
        op.drop_table(table)
