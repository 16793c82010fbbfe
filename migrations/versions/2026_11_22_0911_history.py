"""Tables of history."""

from __future__ import annotations

from alembic import op

revision = "0011_history"
down_revision = "0010_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
