"""Tables of accounts."""

from __future__ import annotations

from alembic import op

revision = "0004_accounts"
down_revision = "0003_payments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
