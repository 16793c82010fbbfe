"""Tables of payments."""

from __future__ import annotations

from alembic import op

revision = "0003_payments"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
