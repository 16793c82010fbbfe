"""What imports of a company's history leave beside orders and books."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0011_history"
down_revision = "0010_orders"
branch_labels = None
depends_on = None

# An import tells the planner what it loaded before it goes on; see hubapp.kernel.bulk.
LOADED = ("listing", "orders", "order_line", "order_share", "earning_right", "ledger_entry", "ledger_posting")
TABLES = ("history_customer", "history_document", "history_line")


def _keys() -> list[sa.Column]:
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def upgrade() -> None:
    """Create."""
    op.create_table(
        "history_customer",
        *_keys(),
        sa.Column("external_ref", sa.Text, nullable=False),
        sa.UniqueConstraint("hub_id", "external_ref"),
    )
    op.create_table(
        "history_document",
        *_keys(),
        sa.Column("external_ref", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("is_cancellation", sa.Boolean, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.UniqueConstraint("hub_id", "external_ref"),
        sa.ForeignKeyConstraint(["hub_id", "customer_id"], ["history_customer.hub_id", "history_customer.id"]),
        sa.ForeignKeyConstraint(["hub_id", "order_id"], ["orders.hub_id", "orders.id"]),
        sa.CheckConstraint("lines > 0", name="lines"),
        sa.Index("ix_history_document_customer", "hub_id", "customer_id"),
        sa.Index("ix_history_document_order", "hub_id", "order_id"),
    )
    op.create_table(
        "history_line",
        *_keys(),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("order_line_id", sa.Uuid),
        sa.UniqueConstraint("hub_id", "document_id", "position", "part"),
        sa.ForeignKeyConstraint(["hub_id", "document_id"], ["history_document.hub_id", "history_document.id"]),
        sa.ForeignKeyConstraint(["hub_id", "order_line_id"], ["order_line.hub_id", "order_line.id"]),
        sa.CheckConstraint("kind IN ('refund', 'adjustment', 'suspense', 'stock')", name="kind"),
        sa.CheckConstraint("(kind = 'refund') = (order_line_id IS NOT NULL)", name="refund_has_sale"),
        sa.CheckConstraint("(kind = 'adjustment') = (account IS NOT NULL)", name="adjustment_has_account"),
        sa.Index(
            "ix_history_line_order_line",
            "hub_id",
            "order_line_id",
            postgresql_where=sa.text("order_line_id IS NOT NULL"),
        ),
    )
    for table in TABLES:
        for statement in rls.protect(table, app="SELECT", central="SELECT, INSERT"):
            op.execute(statement)
    op.execute(f"GRANT MAINTAIN ON {', '.join((*LOADED, *TABLES))} TO hubapp_central")


def downgrade() -> None:
    """Undo."""
    op.execute(f"REVOKE MAINTAIN ON {', '.join(LOADED)} FROM hubapp_central")
    for table in reversed(TABLES):
        op.drop_table(table)
