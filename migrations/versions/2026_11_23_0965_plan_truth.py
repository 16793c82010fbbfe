"""Who left the earning programme may join again: the times before stay, and what was bought in them counts as before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0065_plan_truth"
down_revision = "0064_cores_decision"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# A row keeps the last time that somebody took part; the database writes down the one before when another begins.
KEEP = """
CREATE FUNCTION participant_keeps_times() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.joined_at = OLD.joined_at THEN
    RETURN NEW;
  END IF;
  IF OLD.left_at IS NULL OR NEW.left_at IS NOT NULL OR NEW.joined_at < OLD.left_at THEN
    RAISE EXCEPTION 'plan: who joins again has left before' USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO public.earlier_participation (account_id, joined_at, left_at, terms)
    VALUES (OLD.account_id, OLD.joined_at, OLD.left_at, OLD.terms);
  RETURN NEW;
END $$
"""
# Beside the guard of 0060, which looks at the last time only.
GUARD = """
CREATE FUNCTION plan_line_is_of_no_earlier_participant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.amount > 0 AND EXISTS (
    SELECT FROM public.plan_sale AS sale
    JOIN public.plan_period AS period ON period.id = NEW.period_id
    CROSS JOIN LATERAL (SELECT CASE period.event_time WHEN 'handed_over_at' THEN sale.handed_over_at
      WHEN 'paid_at' THEN sale.paid_at ELSE sale.ordered_at END AS moment) AS happened
    JOIN public.earlier_participation AS once ON once.account_id = sale.buyer_id
    WHERE sale.hub_id = NEW.sale_hub_id AND sale.id = NEW.sale_id
      AND once.joined_at <= happened.moment AND once.left_at > happened.moment
  ) THEN
    RAISE EXCEPTION 'plan: purchases of participants are never paid for' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# As in 0060, and with the times before.
CUSTOMERS = """
CREATE OR REPLACE FUNCTION plan_customers(seller uuid, currency_ text, event text, starts timestamptz, ends timestamptz,
                                          lookback interval)
RETURNS TABLE (customers bigint, orders bigint, cv bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(DISTINCT buyer_id), count(DISTINCT (hub_id, order_id)), coalesce(sum(left_cv), 0)::bigint FROM (
    SELECT s.hub_id, s.order_id, s.buyer_id, s.cv - coalesce(
      (SELECT sum(r.cv) FROM public.plan_refund r WHERE r.hub_id = s.hub_id AND r.sale_id = s.id), 0) AS left_cv
    FROM public.plan_sale s CROSS JOIN LATERAL (
      SELECT CASE event WHEN 'handed_over_at' THEN s.handed_over_at WHEN 'paid_at' THEN s.paid_at
             ELSE s.ordered_at END AS moment) AS m
    WHERE s.seller_id = seller AND s.currency = currency_ AND s.kind = 'product' AND s.buyer_id <> seller
      AND m.moment >= starts AND m.moment < ends
      AND NOT EXISTS (SELECT FROM public.participant p WHERE p.account_id = s.buyer_id AND p.joined_at <= m.moment
                      AND (p.left_at IS NULL OR p.left_at > m.moment - lookback)){earlier}
  ) AS sold WHERE left_cv > 0
$$
"""
EARLIER = """
      AND NOT EXISTS (SELECT FROM public.earlier_participation p WHERE p.account_id = s.buyer_id
                      AND p.joined_at <= m.moment AND p.left_at > m.moment - lookback)"""
TRIGGERS = (
    """CREATE TRIGGER keeps_times BEFORE UPDATE OF joined_at ON participant FOR EACH ROW
    EXECUTE FUNCTION participant_keeps_times()""",
    """CREATE TRIGGER guard_earlier BEFORE INSERT OR UPDATE OF amount, sale_id, sale_hub_id, period_id ON plan_line
    FOR EACH ROW EXECUTE FUNCTION plan_line_is_of_no_earlier_participant()""",
)
DEFINERS = ("participant_keeps_times()", "plan_line_is_of_no_earlier_participant()")


def upgrade() -> None:
    """Create; nobody has joined twice so far."""
    op.create_table(
        "earlier_participation",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("participant.account_id"), primary_key=True),
        sa.Column("joined_at", TIME, primary_key=True),
        sa.Column("left_at", TIME, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.CheckConstraint("left_at >= joined_at", name="left"),
    )
    for statement in (
        *rls.grant("earlier_participation", app="SELECT", central="SELECT, INSERT"),
        *rls.grant("participant", app="UPDATE (joined_at, terms)", central=""),
        KEEP,
        GUARD,
        *TRIGGERS,
    ):
        op.execute(statement)
    for signature in DEFINERS:
        for statement in rls.definer(signature, app=False):
            op.execute(statement)
    _customers(EARLIER)


def _customers(earlier: str) -> None:
    """Only the owner of a definer function replaces it, and needs CREATE on the schema for that moment."""
    for statement in (
        f"GRANT CREATE ON SCHEMA public TO {rls.CENTRAL_ROLE}",
        f"SET LOCAL ROLE {rls.CENTRAL_ROLE}",
        CUSTOMERS.format(earlier=earlier),
        "RESET ROLE",
        f"REVOKE CREATE ON SCHEMA public FROM {rls.CENTRAL_ROLE}",
    ):
        op.execute(statement)


def downgrade() -> None:
    """Undo; refused where somebody joined again."""
    op.execute(
        "DO $$ BEGIN IF EXISTS (SELECT FROM earlier_participation) THEN"
        " RAISE EXCEPTION 'plan: somebody joined again, and their times before would be lost'; END IF; END $$"
    )
    _customers("")
    op.execute("DROP TRIGGER guard_earlier ON plan_line")
    op.execute("DROP TRIGGER keeps_times ON participant")
    for signature in DEFINERS:
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    op.execute(f"REVOKE UPDATE (joined_at, terms) ON participant FROM {rls.APP_ROLE}")
    op.drop_table("earlier_participation")
