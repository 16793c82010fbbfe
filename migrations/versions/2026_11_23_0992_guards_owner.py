"""What looks past row-level security is owned by a role that nobody signs in as: who writes rows replaces no guard."""

from __future__ import annotations

from alembic import op

from hubapp.kernel.db import CENTRAL_ROLE, GUARD_ROLE

revision = "0092_guards_owner"
down_revision = "0091_keyed_lists"
branch_labels = None
depends_on = None

# As the guards' role, which inherits what the central role has: its functions too, and so may take and give them.
MOVE = """
DO $$ DECLARE item record; BEGIN
  FOR item IN SELECT oid::regprocedure AS name FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proowner = '{before}'::regrole
  LOOP
    EXECUTE 'ALTER FUNCTION ' || item.name || ' OWNER TO {after}';
    EXECUTE 'GRANT EXECUTE ON FUNCTION ' || item.name || ' TO {callers}';
  END LOOP;
END $$
"""


def upgrade() -> None:
    """Move what was made by earlier versions; triggers and calls go on meanwhile."""
    _move(CENTRAL_ROLE, GUARD_ROLE)


def downgrade() -> None:
    """As earlier versions have it."""
    _move(GUARD_ROLE, CENTRAL_ROLE)


def _move(before: str, after: str) -> None:
    for statement in (
        f"GRANT CREATE ON SCHEMA public TO {after}",
        f"SET LOCAL ROLE {GUARD_ROLE}",
        MOVE.format(before=before, after=after, callers=CENTRAL_ROLE),
        "RESET ROLE",
        f"REVOKE CREATE ON SCHEMA public FROM {after}",
    ):
        op.execute(statement)
