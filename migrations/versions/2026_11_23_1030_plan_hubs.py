"""What the hubs that somebody looks after come to in a period that goes on, as its close would count it now."""

from __future__ import annotations

from alembic import op

from hubapp.tenancy import rls

revision = "0130_plan_hubs"
down_revision = "0120_rights_named"
branch_labels = None
depends_on = None

# All hubs that one looked after on some day of the period, the whole of each; asked only where a plan has a threshold on
# it. Who bought is told as `plan_own` tells it; a sale that nobody brought counts for the hub all the same. The column of
# the moment is named in the statement, so that its index serves.
HUBS = """
CREATE FUNCTION plan_hubs(member uuid, currency_ text, event text, zone text, starts timestamptz, ends timestamptz,
                          lookback integer, excluded text[], insiders boolean)
RETURNS TABLE (customers bigint, amount bigint, cv bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF event NOT IN ('handed_over_at', 'paid_at', 'ordered_at') THEN
    RAISE EXCEPTION 'plan: % is no moment of a sale', event USING ERRCODE = 'check_violation';
  END IF;
  RETURN QUERY EXECUTE format($sql$
    SELECT count(DISTINCT buyer_id) FILTER (WHERE NOT is_inside AND left_cv > 0),
      coalesce(sum(greatest(left_amount, 0)) FILTER (WHERE $8 OR NOT is_inside), 0)::bigint,
      coalesce(sum(greatest(left_cv, 0)) FILTER (WHERE $8 OR NOT is_inside), 0)::bigint
    FROM (
      SELECT s.buyer_id, s.amount - back.amount AS left_amount, s.cv - back.cv AS left_cv,
        s.buyer_id IS NOT DISTINCT FROM s.seller_id
        OR EXISTS (SELECT FROM public.participation AS p WHERE p.account_id = s.buyer_id AND (p.joined_at <= s.%1$I
          AND (p.left_at IS NULL OR (p.left_at AT TIME ZONE $3)::date >= (s.%1$I AT TIME ZONE $3)::date - $6)
          OR p.is_again AND p.joined_at >= $4 AND p.joined_at < $5))
        OR EXISTS (SELECT FROM public.connector_term AS t WHERE t.account_id = s.buyer_id
          AND t.since < $5 AND (t.until IS NULL OR t.until > $4)) AS is_inside
      FROM public.plan_sale AS s
      CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount), 0)::bigint AS amount, coalesce(sum(r.cv), 0)::bigint AS cv
        FROM public.plan_refund AS r WHERE r.hub_id = s.hub_id AND r.sale_id = s.id) AS back
      WHERE s.currency = $2 AND s.%1$I >= $4 AND s.%1$I < $5 AND NOT s.kind = ANY($7) AND s.hub_id IN (
        SELECT t.in_hub_id FROM public.connector_term AS t WHERE t.account_id = $1
          AND t.since < $5 AND (t.until IS NULL OR t.until > $4))
    ) AS sold
  $sql$, event) USING member, currency_, zone, starts, ends, lookback, excluded, insiders;
END $$
"""
HUBS_OF = "plan_hubs(uuid, text, text, text, timestamptz, timestamptz, integer, text[], boolean)"


def upgrade() -> None:
    """Add."""
    op.execute(HUBS)
    for statement in rls.definer(HUBS_OF):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for statement in rls.drop_definer(HUBS_OF):
        op.execute(statement)
