"""What members look for: an index in the order in which a front page shows it, and its switch off without a directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel import indexes

revision = "0072_needs"
down_revision = "0071_brought"
branch_labels = None
depends_on = None

TABLE, INDEX = "profile_tag", "ix_profile_tag_told"
# The switch did nothing so far; from now on it is refused without the directory.
SWITCHED_OFF = """UPDATE hub SET features = features || '{"needs": false}'
  WHERE NOT coalesce((features ->> 'members_directory')::boolean, true)"""


def upgrade() -> None:
    """While people write their profiles: nothing is locked."""
    op.execute(SWITCHED_OFF)
    indexes.make(INDEX, TABLE, ["hub_id", "kind", "id"], postgresql_where=sa.text("position = 0"))


def downgrade() -> None:
    """Nothing else reads it."""
    op.drop_index(INDEX, TABLE)
