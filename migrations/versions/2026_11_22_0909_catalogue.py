"""Tables of catalogue."""

from __future__ import annotations

from alembic import op

revision = "0009_catalogue"
down_revision = "0008_payouts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
