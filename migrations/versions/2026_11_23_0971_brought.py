"""Whom a member brought has an index in the order in which their page lists them."""

from __future__ import annotations

from hubapp.kernel import indexes

revision = "0071_brought"
down_revision = "0070_plan_freeze"
branch_labels = None
depends_on = None

TABLE = "membership"
BEFORE, NOW = "ix_membership_hub_id_invited_by", "ix_membership_brought"


def upgrade() -> None:
    """The new one begins like the old one, which it replaces."""
    indexes.replace(BEFORE, NOW, TABLE, ["hub_id", "invited_by", "status", "joined_at", "id"])


def downgrade() -> None:
    """The old one knew no order."""
    indexes.replace(NOW, BEFORE, TABLE, ["hub_id", "invited_by"])
