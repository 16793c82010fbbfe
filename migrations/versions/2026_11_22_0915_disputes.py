"""Disputes of buyers' banks, their evidence, and refunds that buyers ask for."""

from __future__ import annotations

revision = "0015_disputes"
down_revision = "0014_subscriptions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
