"""Tables of notifications."""

from __future__ import annotations

from alembic import op

revision = "0005_notifications"
down_revision = "0004_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
