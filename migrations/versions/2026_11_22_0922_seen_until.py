"""What no event told of is looked for however long nobody looked: disputes, refunds that fail late, payouts that return."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0022_seen_until"
down_revision = "0021_dispute_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""
    op.create_table(
        "gateway_seen",
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('disputes')", name="what"),
    )
    op.create_index(
        "ix_refund_may_fail",
        "refund",
        ["hub_id", "checked_at"],
        postgresql_where=sa.text("status = 'succeeded' AND checked_at - settled_at < interval '30 days'"),
    )
    op.create_index(
        "ix_payout_may_return",
        "payout",
        ["checked_at"],
        postgresql_where=sa.text("status = 'paid' AND checked_at - paid_at < interval '14 days'"),
    )
    for statement in rls.grant("gateway_seen", app="", central="SELECT, INSERT, UPDATE"):
        op.execute(statement)


def downgrade() -> None:
    """Drop."""
    op.drop_index("ix_payout_may_return")
    op.drop_index("ix_refund_may_fail")
    op.drop_table("gateway_seen")
