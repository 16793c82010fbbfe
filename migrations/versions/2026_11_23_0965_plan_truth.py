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
# Every time that somebody took part, the last one too; `is_again`: there is one before it.
PARTICIPATION = """
CREATE VIEW participation AS
  SELECT account_id, joined_at, left_at,
    EXISTS (SELECT FROM earlier_participation AS once WHERE once.account_id = participant.account_id) AS is_again
  FROM participant
  UNION ALL
  SELECT account_id, joined_at, left_at, EXISTS (SELECT FROM earlier_participation AS once
    WHERE once.account_id = stay.account_id AND once.joined_at < stay.joined_at)
  FROM earlier_participation AS stay
"""
# Beside the guard of 0060, which looks at the last time only. Who joins again in a period was nobody's customer in it.
GUARD = """
CREATE FUNCTION plan_line_is_of_no_earlier_participant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.amount > 0 AND EXISTS (
    SELECT FROM public.plan_sale AS sale
    JOIN public.plan_period AS period ON period.id = NEW.period_id
    CROSS JOIN LATERAL (SELECT CASE period.event_time WHEN 'handed_over_at' THEN sale.handed_over_at
      WHEN 'paid_at' THEN sale.paid_at ELSE sale.ordered_at END AS moment) AS happened
    JOIN public.participation AS stay ON stay.account_id = sale.buyer_id
    WHERE sale.hub_id = NEW.sale_hub_id AND sale.id = NEW.sale_id
      AND (stay.joined_at <= happened.moment AND stay.left_at > happened.moment
        OR stay.is_again AND stay.joined_at >= period.first_day::timestamp AT TIME ZONE period.timezone
          AND stay.joined_at < period.end_day::timestamp AT TIME ZONE period.timezone)
  ) THEN
    RAISE EXCEPTION 'plan: purchases of participants are never paid for' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
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
        PARTICIPATION,
        *rls.grant("participation", app="SELECT", central="SELECT"),
        KEEP,
        GUARD,
        *TRIGGERS,
    ):
        op.execute(statement)
    for signature in DEFINERS:
        for statement in rls.definer(signature, app=False):
            op.execute(statement)


def downgrade() -> None:
    """Undo; refused where somebody joined again."""
    op.execute(
        "DO $$ BEGIN IF EXISTS (SELECT FROM earlier_participation) THEN"
        " RAISE EXCEPTION 'plan: somebody joined again, and their times before would be lost'; END IF; END $$"
    )
    op.execute("DROP TRIGGER guard_earlier ON plan_line")
    op.execute("DROP TRIGGER keeps_times ON participant")
    for signature in DEFINERS:
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    op.execute(f"REVOKE UPDATE (joined_at, terms) ON participant FROM {rls.APP_ROLE}")
    op.execute("DROP VIEW participation")
    op.drop_table("earlier_participation")
