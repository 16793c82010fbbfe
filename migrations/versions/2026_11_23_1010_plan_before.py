"""What counting a sale needs to know is asked for in one question, as of the end of every correction under way."""

from __future__ import annotations

from alembic import op

from hubapp.kernel import indexes
from hubapp.tenancy import rls

revision = "0110_plan_before"
down_revision = "0092_guards_owner"
branch_labels = None
depends_on = None

TABLE, INDEX = "connector_term", "ix_connector_term_account_id"
# VOLATILE, so that each statement sees what was kept before it began: the last one, what those who correct kept while
# the one before waited for them. STABLE, it would see what its caller saw, before the wait.
BEFORE = """
CREATE FUNCTION plan_before_counting(currency_ text, day date, buyer uuid)
RETURNS TABLE (source text, takes_part boolean, since timestamptz, until timestamptz)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN QUERY SELECT version.source, NULL::boolean, NULL::timestamptz, NULL::timestamptz
    FROM public.plan_version AS version
    WHERE version.status = 'announced' AND version.currency = currency_ AND version.effective_from <= day
    ORDER BY version.effective_from DESC;
  IF NOT FOUND THEN
    RETURN;  -- nothing is counted, and nobody has to wait
  END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('sponsorship', 0));
  RETURN QUERY SELECT NULL::text, true, stay.joined_at, stay.left_at
    FROM public.participation AS stay WHERE stay.account_id = buyer
    UNION ALL SELECT NULL::text, false, term.since, term.until
    FROM public.connector_term AS term WHERE term.account_id = buyer
    ORDER BY 2, 3;
END $$
"""
BEFORE_OF = "plan_before_counting(text, date, uuid)"


def upgrade() -> None:
    """Beside everybody's work. With the rights of whoever asks: they read these tables anyway."""
    indexes.make(INDEX, TABLE, ["account_id", "since"])
    op.execute(BEFORE)
    op.execute(f"REVOKE ALL ON FUNCTION {BEFORE_OF} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {BEFORE_OF} TO {rls.APP_ROLE}, {rls.CENTRAL_ROLE}")


def downgrade() -> None:
    """Nothing else asks."""
    op.execute(f"DROP FUNCTION {BEFORE_OF}")
    op.drop_index(INDEX, TABLE)
