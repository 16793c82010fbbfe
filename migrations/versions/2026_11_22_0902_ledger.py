"""Tables of ledger."""

from __future__ import annotations

from alembic import op

revision = "0002_ledger"
down_revision = "0001_tenancy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create."""


def downgrade() -> None:
    """Undo."""
