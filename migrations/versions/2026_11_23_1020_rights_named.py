"""Every right to a part of a sale has its order behind it: who is paid, as what, and how much at most; the database looks."""

from __future__ import annotations

from alembic import op

from hubapp.tenancy import rls

revision = "0120_rights_named"
down_revision = "0110_plan_count"
branch_labels = None
depends_on = None

# The split's arithmetic stays in one place. What is looked at here is what matters if that place, or whoever writes in
# its stead, is wrong: the order names the payee, it was paid, no role has more than its highest rate by the terms
# frozen on the order (rounded), and all together have no more than the buyer paid less the provider's fee. Nobody may change or delete a right
# (0081), so that to look when it is written is enough; a refund moves `reversed` only, within the amount (a CHECK).
# Looked at once per statement, so that an import pays once per thousands, and after it, with all rights in sight.
# A right of the pay plan has a guard of its own.
GUARD = """
CREATE FUNCTION right_is_of_an_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  SELECT fresh.owner, fresh.role INTO wrong FROM fresh
    LEFT JOIN public.orders AS sale ON sale.hub_id = fresh.hub_id AND sale.id = fresh.order_id
  WHERE fresh.role <> 'plan' AND NOT coalesce(CASE
    WHEN fresh.role = 'retainer' THEN EXISTS (
      SELECT FROM public.retainer_period AS period
      JOIN public.retainer AS promise ON promise.hub_id = period.hub_id AND promise.id = period.retainer_id
      WHERE period.hub_id = fresh.hub_id AND period.id = fresh.order_id AND period.amount = fresh.amount
        AND period.amount <= promise.amount AND promise.status = 'agreed' AND promise.currency = fresh.currency
        AND fresh.owner = 'account:' || promise.account_id)
    WHEN fresh.role = 'dispute_fee' THEN fresh.amount <= 0 AND EXISTS (
      SELECT FROM public.earning_right AS sold WHERE sold.hub_id = fresh.hub_id AND sold.order_id = fresh.order_id
        AND sold.role = 'seller' AND sold.owner = fresh.owner AND sold.currency = fresh.currency)
    WHEN fresh.role = 'cross_hub' AND fresh.owner NOT LIKE 'hub:%' THEN
      (fresh.owner = 'core' OR public.is_connector(fresh.hub_id, fresh.owner)) AND EXISTS (
        SELECT FROM public.clearing_move AS move WHERE move.to_hub_id = fresh.hub_id AND move.order_id = fresh.order_id
          AND move.kind = 'earned' AND move.currency = fresh.currency)
    WHEN sale.paid_at IS NULL OR sale.currency <> fresh.currency THEN false
    WHEN fresh.role IN ('seller', 'tax') THEN fresh.owner = coalesce('account:' || sale.seller_account_id, 'core')
    WHEN fresh.role = 'referrer' THEN fresh.owner = 'account:' || sale.referrer_account_id
    WHEN fresh.role = 'connector' THEN
      fresh.owner = 'core' OR public.is_connector(fresh.hub_id, fresh.owner)
    WHEN fresh.role = 'core' THEN fresh.owner = 'core'
    WHEN fresh.role = 'cross_hub' THEN fresh.owner = 'hub:' || sale.home_hub_id
  END, false) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'shares: nothing names % as %', wrong.owner, wrong.role USING ERRCODE = 'check_violation';
  END IF;

  SELECT one.order_id INTO wrong FROM (SELECT DISTINCT hub_id, order_id FROM fresh WHERE role <> 'plan') AS one
    LEFT JOIN public.orders AS sale ON sale.hub_id = one.hub_id AND sale.id = one.order_id
    LEFT JOIN public.clearing_move AS move ON sale.id IS NULL AND move.to_hub_id = one.hub_id
      AND move.order_id = one.order_id AND move.kind = 'earned'
    CROSS JOIN LATERAL (
      SELECT sum(amount) AS whole, coalesce(sum(amount) FILTER (WHERE role = 'referrer'), 0) AS referrer,
        coalesce(sum(amount) FILTER (WHERE role IN ('core', 'cross_hub')), 0) AS core,
        coalesce(sum(amount) FILTER (WHERE role = 'connector'), 0) AS connector
      FROM public.earning_right AS part
      WHERE part.hub_id = one.hub_id AND part.order_id = one.order_id AND part.amount > 0
    ) AS given
    CROSS JOIN LATERAL (SELECT sale.terms -> 'rules' AS rules) AS frozen
    CROSS JOIN LATERAL (
      SELECT max((tier ->> 1)::bigint) AS bps FROM jsonb_array_elements(frozen.rules -> 'tiers') AS tier
    ) AS highest
  WHERE CASE
    WHEN sale.id IS NOT NULL THEN given.whole > sale.gross - least(coalesce(sale.fee, 0), sale.gross - sale.tax)
      OR given.referrer * 10000 > sale.base * (frozen.rules ->> 'referrer_bps')::bigint + 5000
      OR given.core * 10000 > sale.base * (frozen.rules ->> 'core_bps')::bigint + 5000
      OR given.connector * 10000 > sale.base * highest.bps + 5000
    ELSE given.whole > move.amount
  END LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'shares: order % does not bear these parts', wrong.order_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
# A hub without one leaves their part to the core.
CONNECTOR = """
CREATE FUNCTION is_connector(hub bigint, payee text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM public.hub_role AS role
    JOIN public.membership AS member ON member.hub_id = role.hub_id AND member.id = role.membership_id
    WHERE role.hub_id = hub AND role.role = 'connector' AND member.status = 'active'
      AND payee = 'account:' || member.account_id)
$$
"""
# What a home hub is to have hangs on the selling hub's right to it.
MOVE = """
CREATE FUNCTION move_is_of_a_right() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.earning_right AS part WHERE part.hub_id = NEW.from_hub_id AND part.order_id = NEW.order_id
      AND part.role = 'cross_hub' AND part.owner = 'hub:' || NEW.to_hub_id AND part.currency = NEW.currency
      AND part.amount = NEW.amount
  ) THEN
    RAISE EXCEPTION 'shares: no right of hub % stands behind this move', NEW.to_hub_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
TRIGGERS = (
    """CREATE TRIGGER order_guard AFTER INSERT ON earning_right REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION right_is_of_an_order()""",
    """CREATE TRIGGER right_guard BEFORE INSERT ON clearing_move FOR EACH ROW
    WHEN (NEW.kind = 'earned') EXECUTE FUNCTION move_is_of_a_right()""",
)
FUNCTIONS = ("is_connector(bigint, text)", "right_is_of_an_order()", "move_is_of_a_right()")


def upgrade() -> None:
    """While sales settle. What is there stays unasked: connectors of then are not all known, nor orders of the oldest."""
    for statement in (CONNECTOR, GUARD, MOVE, *TRIGGERS):
        op.execute(statement)
    for signature in FUNCTIONS:
        for statement in rls.definer(signature, app=False):
            op.execute(statement)


def downgrade() -> None:
    """Undo."""
    op.execute("DROP TRIGGER right_guard ON clearing_move")
    op.execute("DROP TRIGGER order_guard ON earning_right")
    for signature in reversed(FUNCTIONS):
        for statement in rls.drop_definer(signature):
            op.execute(statement)
