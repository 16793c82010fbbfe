"""What a sale adds to volumes between closes is one question, answered as of the end of every correction under way."""

from __future__ import annotations

from alembic import op

from hubapp.kernel import indexes
from hubapp.tenancy import rls

revision = "0110_plan_count"
down_revision = "0092_guards_owner"
branch_labels = None
depends_on = None

TABLE, INDEX = "connector_term", "ix_connector_term_account_id"
# Counts nothing, and says so, where other plans are announced than those that the caller goes by (`known_as`: their
# digests; NULL: it has asked already). Who bought is told as `plan_own` tells it: who takes part, or did within the
# look-back, joins again in the period, looks after a hub in it, or buys from themselves is inside.
# Each statement of it sees what was kept before it began, as a function that writes may: those after the lock see what
# those who correct kept while it waited for them.
# `since < ends`: as the close sees the tree. One index look-up per step up, about a dozen of them.
COUNT = """
CREATE FUNCTION plan_count(known_as text, currency_ text, seller uuid, buyer uuid, moment timestamptz, day date,
                           starts timestamptz, ends timestamptz, zone text, lookback integer, cv bigint, pv bigint,
                           inside_cv bigint, inside_pv bigint, every bigint)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  outside bigint := every;
BEGIN
  IF known_as IS NOT NULL AND known_as IS DISTINCT FROM (
    SELECT string_agg(version.digest, '' ORDER BY version.effective_from DESC) FROM public.plan_version AS version
    WHERE version.status = 'announced' AND version.currency = currency_
  ) THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('sponsorship', 0));
  IF seller = buyer OR EXISTS (
    SELECT FROM public.participation AS p WHERE p.account_id = buyer AND (p.joined_at <= moment
      AND (p.left_at IS NULL OR (p.left_at AT TIME ZONE zone)::date >= (moment AT TIME ZONE zone)::date - lookback)
      OR p.is_again AND p.joined_at >= starts AND p.joined_at < ends)
  ) OR EXISTS (
    SELECT FROM public.connector_term AS t WHERE t.account_id = buyer
      AND t.since < ends AND (t.until IS NULL OR t.until > starts)
  ) THEN
    cv := inside_cv;
    pv := inside_pv;
    outside := 0;
  END IF;
  WITH RECURSIVE up AS (
    SELECT seller AS account_id, true AS is_own
    UNION ALL
    SELECT latest.sponsor_id, false FROM up CROSS JOIN LATERAL (
      SELECT s.sponsor_id FROM public.sponsorship AS s WHERE s.account_id = up.account_id AND s.since < ends
      ORDER BY s.since DESC LIMIT 1) AS latest WHERE latest.sponsor_id IS NOT NULL
  )
  INSERT INTO public.plan_volume_delta (currency, first_day, account_id, own, own_pv, group_cv, group_pv, outside,
    all_group)
  SELECT currency_, day, up.account_id, CASE WHEN up.is_own THEN cv ELSE 0 END, CASE WHEN up.is_own THEN pv ELSE 0 END,
    cv, pv, outside, every FROM up;
  RETURN true;
END $$
"""
COUNT_OF = (
    "plan_count(text, text, uuid, uuid, timestamptz, date, timestamptz, timestamptz, text, integer, bigint, bigint,"
    " bigint, bigint, bigint)"
)


def upgrade() -> None:
    """Beside everybody's work. With the rights of whoever asks: they read and write these tables anyway."""
    indexes.make(INDEX, TABLE, ["account_id", "since"])
    op.execute(COUNT)
    op.execute(f"REVOKE ALL ON FUNCTION {COUNT_OF} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {COUNT_OF} TO {rls.APP_ROLE}, {rls.CENTRAL_ROLE}")


def downgrade() -> None:
    """Nothing else asks."""
    op.execute(f"DROP FUNCTION {COUNT_OF}")
    op.drop_index(INDEX, TABLE)
