"""A page of a hub's invite links is found by their time, and who came through them by their codes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from hubapp.kernel import indexes

revision = "0160_invite_pages"
down_revision = "0150_portraits"
branch_labels = None
depends_on = None

LINKS, CAME = "ix_invite_link_hub_id_created_at_id", "ix_membership_invited_code"


def upgrade() -> None:
    """Beside everybody's work."""
    indexes.make(LINKS, "invite_link", ["hub_id", "created_at", "id"])
    indexes.make(CAME, "membership", ["hub_id", "invited_code"], postgresql_where=text("invited_code IS NOT NULL"))


def downgrade() -> None:
    """The page is the same without them, only later."""
    op.drop_index(CAME, "membership")
    op.drop_index(LINKS, "invite_link")
