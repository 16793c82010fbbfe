"""How many people's live volumes were not what the close of a period counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068_plan_reconciled"
down_revision = "0067_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; nobody looked at the closes so far."""
    op.add_column("plan_period", sa.Column("differed", sa.BigInteger))
    op.create_check_constraint("differed", "plan_period", "differed IS NULL OR (differed >= 0 AND status <> 'open')")


def downgrade() -> None:
    """Undo."""
    op.drop_column("plan_period", "differed")
