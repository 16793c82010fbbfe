"""What a hub came to is found by the hub's own sales of the period, and each of them is asked about once."""

from __future__ import annotations

from alembic import op

from hubapp.kernel import indexes
from hubapp.tenancy import rls

revision = "0140_hub_moments"
down_revision = "0130_plan_hubs"
branch_labels = None
depends_on = None

TABLE = "plan_sale"
# A hub's sales of one period, however long the hub has been selling and whatever the network sells besides.
INDEXES = {
    "ix_plan_sale_hub_handed_over_at": ["hub_id", "handed_over_at"],
    "ix_plan_sale_hub_paid_at": ["hub_id", "paid_at"],
}
# Tells what migration 0130 told, and counts the same. Who looks after hubs is read once for all sales; OFFSET 0 keeps
# the planner from writing the question who bought into each of the three sums.
HUBS = """
CREATE OR REPLACE FUNCTION plan_hubs(member uuid, currency_ text, event text, zone text, starts timestamptz,
                                     ends timestamptz, lookback integer, excluded text[], insiders boolean)
RETURNS TABLE (customers bigint, amount bigint, cv bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF event NOT IN ('handed_over_at', 'paid_at', 'ordered_at') THEN
    RAISE EXCEPTION 'plan: % is no moment of a sale', event USING ERRCODE = 'check_violation';
  END IF;
  RETURN QUERY EXECUTE format($sql$
    WITH connector AS (
      SELECT t.account_id, t.in_hub_id FROM public.connector_term AS t
      WHERE t.since < $5 AND (t.until IS NULL OR t.until > $4)
    )
    SELECT count(DISTINCT buyer_id) FILTER (WHERE NOT is_inside AND left_cv > 0),
      coalesce(sum(greatest(left_amount, 0)) FILTER (WHERE $8 OR NOT is_inside), 0)::bigint,
      coalesce(sum(greatest(left_cv, 0)) FILTER (WHERE $8 OR NOT is_inside), 0)::bigint
    FROM (
      SELECT s.buyer_id, s.amount - back.amount AS left_amount, s.cv - back.cv AS left_cv,
        s.buyer_id IS NOT DISTINCT FROM s.seller_id
        OR s.buyer_id IN (SELECT account_id FROM connector)
        OR EXISTS (SELECT FROM public.participation AS p WHERE p.account_id = s.buyer_id AND (p.joined_at <= s.%1$I
          AND (p.left_at IS NULL OR (p.left_at AT TIME ZONE $3)::date >= (s.%1$I AT TIME ZONE $3)::date - $6)
          OR p.is_again AND p.joined_at >= $4 AND p.joined_at < $5)) AS is_inside
      FROM public.plan_sale AS s
      CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount), 0)::bigint AS amount, coalesce(sum(r.cv), 0)::bigint AS cv
        FROM public.plan_refund AS r WHERE r.hub_id = s.hub_id AND r.sale_id = s.id) AS back
      WHERE s.currency = $2 AND s.%1$I >= $4 AND s.%1$I < $5 AND NOT s.kind = ANY($7)
        AND s.hub_id IN (SELECT in_hub_id FROM connector WHERE account_id = $1)
      OFFSET 0
    ) AS sold
  $sql$, event) USING member, currency_, zone, starts, ends, lookback, excluded, insiders;
END $$
"""


def upgrade() -> None:
    """Beside everybody's work."""
    for name, columns in INDEXES.items():
        indexes.make(name, TABLE, columns)
    for statement in rls.replace_definer(HUBS):
        op.execute(statement)


def downgrade() -> None:
    """The function answers the same without them, only later."""
    for name in reversed(INDEXES):
        op.drop_index(name, TABLE)
