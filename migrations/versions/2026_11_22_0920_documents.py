"""Papers: pages that become PDF in the worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0020_documents"
down_revision = "0019_retainers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""
    op.create_table(
        "paper",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("hub_id", "account_id", "digest"),
        sa.CheckConstraint("status IN ('waiting', 'made', 'failed')", name="status"),
        sa.CheckConstraint("status = 'waiting' OR html = ''", name="forgets_what_it_said"),
        sa.CheckConstraint("(status = 'made') = (made_at IS NOT NULL)", name="made_at"),
    )
    op.create_index("ix_paper_asked_at", "paper", ["asked_at"])
    for statement in rls.protect("paper", app="SELECT, INSERT, UPDATE", central="SELECT, DELETE"):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    op.drop_table("paper")
