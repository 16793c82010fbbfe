"""Payout runs, rhythm and minimum, retainers, and the documents of payouts."""

from __future__ import annotations

revision = "0016_payout_runs"
down_revision = "0015_disputes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
