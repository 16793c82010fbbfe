"""Tables of orders."""

from __future__ import annotations

from alembic import op

revision = "0010_orders"
down_revision = "0009_catalogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
