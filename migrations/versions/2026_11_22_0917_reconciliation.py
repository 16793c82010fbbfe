"""The mirror of the provider's balance transactions, and what comparing it with the books found."""

from __future__ import annotations

revision = "0017_reconciliation"
down_revision = "0016_payout_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
