"""What everybody's lines of a closed period are made of is kept, so that no page computes a network."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0090_plan_explained"
down_revision = "0081_plan_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; of periods that are closed already a job keeps them when somebody asks."""
    op.add_column("plan_period", sa.Column("explained_at", sa.DateTime(timezone=True)))
    op.create_check_constraint("explained", "plan_period", "explained_at IS NULL OR cutoff IS NOT NULL")
    op.create_table(
        "plan_explained",
        sa.Column("period_id", sa.Uuid, sa.ForeignKey("plan_period.id"), primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("lines", JSONB, nullable=False),
    )
    for statement in rls.grant("plan_explained", app="", central="SELECT, INSERT, MAINTAIN"):
        op.execute(statement)


def downgrade() -> None:
    """Undo; they can be computed again."""
    op.drop_table("plan_explained")
    op.drop_constraint("ck_plan_period_explained", "plan_period")
    op.drop_column("plan_period", "explained_at")
