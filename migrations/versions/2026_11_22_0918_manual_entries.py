"""Entries that one person proposes and another approves; mails that came back; rates of exchange."""

from __future__ import annotations

revision = "0018_manual_entries"
down_revision = "0017_reconciliation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
