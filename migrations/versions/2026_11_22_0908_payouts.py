"""Tables of payouts."""

from __future__ import annotations

from alembic import op

revision = "0008_payouts"
down_revision = "0007_shares"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
