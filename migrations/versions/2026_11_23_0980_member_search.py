"""The connector finds everyone who ever joined, by name or handle, as flat as members find one another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel import indexes
from hubapp.tenancy import rls

revision = "0080_member_search"
down_revision = "0072_needs"
branch_labels = None
depends_on = None

SIGNATURE = "find_joined(text[], timestamptz, uuid, integer)"
TABLE, INDEX = "membership", "ix_membership_terms"
WORDS = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}


def _joined() -> str:
    environment = op.get_context().environment_context
    search = environment.script.get_revision("0068_flat_search").module  # type: ignore[union-attr]
    named = search.found(
        "named",
        rank="0",
        table="membership",
        words="$2",
        keys="x.joined_at, x.id",
        order="x.joined_at DESC, x.id DESC",
        after="($3 IS NULL OR (x.joined_at, x.id) < ($3, $4))",
        room="$5",
        listed="x.hub_id = $1",
    )
    return search.function(
        "find_joined(words text[], before_at timestamptz, before_id uuid, at_most integer)"
        " RETURNS TABLE (joined_at timestamptz, id uuid)",
        f"""WITH {named}
    SELECT hit.joined_at, hit.id FROM named AS hit (class, joined_at, id) ORDER BY joined_at DESC, id DESC LIMIT $5""",
        f"{search.HUB}, {search.TITLED}, before_at, before_id, at_most",
    )


def upgrade() -> None:
    """One index for both: what asks for active members alone leaves the few others out, who were in none."""
    indexes.replace(INDEX, INDEX, TABLE, ["terms"], **WORDS)
    for one in (_joined(), *rls.definer(SIGNATURE)):
        op.execute(one)


def downgrade() -> None:
    """Active members alone."""
    indexes.replace(INDEX, INDEX, TABLE, ["terms"], postgresql_where=sa.text("status = 'active'"), **WORDS)
    for one in rls.drop_definer(SIGNATURE):
        op.execute(one)
