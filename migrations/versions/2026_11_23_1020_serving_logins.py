"""What serves looks up the database's version itself: it has no login that could become the owner."""

from __future__ import annotations

from alembic import op

from hubapp.kernel.db import CENTRAL_ROLE

revision = "0120_serving_logins"
down_revision = "0092_guards_owner"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reading only."""
    op.execute(f"GRANT SELECT ON alembic_version TO {CENTRAL_ROLE}")


def downgrade() -> None:
    """As earlier versions have it."""
    op.execute(f"REVOKE SELECT ON alembic_version FROM {CENTRAL_ROLE}")
