"""Whom a member brought has an index in the order in which their page lists them."""

from __future__ import annotations

from alembic import op

revision = "0071_brought"
down_revision = "0070_plan_freeze"
branch_labels = None
depends_on = None

TABLE = "membership"
BEFORE, NOW = "ix_membership_hub_id_invited_by", "ix_membership_brought"


def upgrade() -> None:
    """The new one begins like the old one, which it replaces."""
    _replace(BEFORE, NOW, ["hub_id", "invited_by", "status", "joined_at", "id"])


def downgrade() -> None:
    """The old one knew no order."""
    _replace(NOW, BEFORE, ["hub_id", "invited_by"])


def _replace(old: str, new: str, columns: list[str]) -> None:
    """While people join: nothing is locked, and what an attempt that was broken off left behind is made anew."""
    with op.get_context().autocommit_block():
        _patience(statement="0", lock="0")
        op.drop_index(new, TABLE, if_exists=True, postgresql_concurrently=True)
        op.create_index(new, TABLE, columns, postgresql_concurrently=True)
        op.drop_index(old, TABLE, if_exists=True, postgresql_concurrently=True)
        _patience(statement="60s", lock="4s")


def _patience(*, statement: str, lock: str) -> None:
    op.execute(f"SET statement_timeout = '{statement}'")
    op.execute(f"SET lock_timeout = '{lock}'")
