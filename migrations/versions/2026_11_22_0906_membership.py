"""Tables of membership."""

from __future__ import annotations

from alembic import op

revision = "0006_membership"
down_revision = "0005_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
