"""What the console reads: the last proof of each hub's books, why jobs failed, and turnover by month from an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0012_ledger_check"
down_revision = "0011_history"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create."""
    op.create_table(
        "ledger_check",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("checked_at", TIME),
        sa.Column("ok", sa.Boolean),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("postings", sa.BigInteger, nullable=False),
        sa.Column("first_bad_seq", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.CheckConstraint("(checked_at IS NULL) = (ok IS NULL)", name="result"),
    )
    op.create_index("ix_ledger_check_failed", "ledger_check", ["hub_id"], postgresql_where=sa.text("NOT ok"))
    op.create_table(
        "job_failure",
        # No foreign key: the queue's own tables belong to its library, which deletes what is done.
        sa.Column("job_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("failed_at", TIME, nullable=False),
    )
    op.create_index(
        "ix_order_share_hub_id_month",
        "order_share",
        ["hub_id", "month"],
        postgresql_include=["currency", "gross", "refunded"],
    )
    for statement in (
        *rls.grant("ledger_check", app="", central="SELECT, INSERT, UPDATE"),
        *rls.grant("job_failure", app="", central="SELECT, INSERT, UPDATE, DELETE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_order_share_hub_id_month", "order_share")
    op.drop_table("job_failure")
    op.drop_table("ledger_check")
