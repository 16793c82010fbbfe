"""Tables of shares."""

from __future__ import annotations

from alembic import op

revision = "0007_shares"
down_revision = "0006_membership"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
