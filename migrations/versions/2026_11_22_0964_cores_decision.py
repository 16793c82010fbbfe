"""Who leaves while suspended; who decided in a hub's place; and notices found by what they are about, so that words can be taken out of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064_cores_decision"
down_revision = "0063_invoices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; what was decided so far counts as the hub's."""
    op.add_column(
        "moderation_action", sa.Column("by_core", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.create_index("ix_moderation_action_by_core", "moderation_action", ["id"], postgresql_where=sa.text("by_core"))
    op.create_index("ix_notice_hub_id_about", "notice", ["hub_id", "about"])

    _check("suspended_until IS NULL OR status <> 'active'")


def _check(condition: str) -> None:
    op.drop_constraint("ck_membership_suspended", "membership")
    op.create_check_constraint("suspended", "membership", condition)


def downgrade() -> None:
    """Undo; refused where somebody left while suspended."""
    _check("suspended_until IS NULL OR status = 'suspended'")
    op.drop_index("ix_notice_hub_id_about", "notice")
    op.drop_index("ix_moderation_action_by_core", "moderation_action")
    op.drop_column("moderation_action", "by_core")
