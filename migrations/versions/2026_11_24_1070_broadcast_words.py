"""A broadcast in further languages of its hub, beside the hub's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0170_broadcast_words"
down_revision = "0160_invite_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """With a default, so that no row is written anew and the version before this one goes on writing."""
    op.add_column("broadcast", sa.Column("words", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")))


def downgrade() -> None:
    """What was written in the hub's own language stays."""
    op.drop_column("broadcast", "words")
