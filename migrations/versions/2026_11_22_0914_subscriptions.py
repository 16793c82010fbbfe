"""Subscriptions and the saved cards they are renewed with."""

from __future__ import annotations

revision = "0014_subscriptions"
down_revision = "0013_narrow_inserts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
