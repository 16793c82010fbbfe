"""Mails waiting to be sent, and those that were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0005_notifications"
down_revision = "0004_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), index=True),
        sa.Column("address", sa.Text),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("locale", sa.Text),
        sa.Column("context", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'undeliverable')", name="status"),
        sa.CheckConstraint("(account_id IS NULL) <> (address IS NULL)", name="one_recipient"),
        sa.CheckConstraint("status = 'waiting' OR context = '{}'::jsonb", name="forgets_what_it_said"),
    )
    # The context may hold links that sign somebody in: the app's role writes it and cannot read it back.
    for statement in rls.grant("mail", app="INSERT", central="SELECT, INSERT, UPDATE, DELETE"):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    op.drop_table("mail")
