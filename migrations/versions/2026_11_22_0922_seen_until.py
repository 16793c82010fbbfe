"""How far the provider has been looked through for what no event told of."""

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
    for statement in rls.grant("gateway_seen", app="", central="SELECT, INSERT, UPDATE"):
        op.execute(statement)


def downgrade() -> None:
    """Drop."""
    op.drop_table("gateway_seen")
