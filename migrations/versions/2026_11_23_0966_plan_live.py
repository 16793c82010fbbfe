"""Closing a period as a job with its progress, live volumes with points, and how many people stand under whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0066_plan_live"
down_revision = "0065_plan_truth"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ADDED = ("own_pv", "group_pv", "outside")

# A buyer who takes part, or did within the look-back, or who joins again in the period: then all that they buy in it.
# The day as the plan's zone counts it, as the close reads it.
TAKES_PART = """EXISTS (SELECT FROM public.participation AS p WHERE p.account_id = s.buyer_id AND (p.joined_at <= m.moment
      AND (p.left_at IS NULL OR (p.left_at AT TIME ZONE zone)::date >= (m.moment AT TIME ZONE zone)::date - lookback)
      OR p.is_again AND m.moment >= starts AND p.joined_at >= starts AND p.joined_at < ends))"""
SALES = f"""
    SELECT s.hub_id, s.order_id, s.seller_id, s.buyer_id, s.kind, m.moment, s.amount - back.amount AS left_amount,
      s.cv - back.cv AS left_cv, CASE WHEN s.amount > 0 THEN s.pv - back.pv ELSE 0 END AS left_pv
    FROM public.plan_sale s
    CROSS JOIN LATERAL (SELECT CASE event WHEN 'handed_over_at' THEN s.handed_over_at WHEN 'paid_at' THEN s.paid_at
      ELSE s.ordered_at END AS moment) AS m
    CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount), 0)::bigint AS amount, coalesce(sum(r.cv), 0)::bigint AS cv,
      coalesce(sum(r.pv), 0)::bigint AS pv FROM public.plan_refund r
      WHERE r.hub_id = s.hub_id AND r.sale_id = s.id) AS back
    WHERE s.currency = currency_ AND s.buyer_id <> s.seller_id AND NOT {TAKES_PART} AND m.moment < ends
"""
# Customers and sales over all hubs, of one seller: what the member's own page says and the close would read.
OWN = f"""
CREATE FUNCTION plan_own(seller uuid, currency_ text, event text, zone text, starts timestamptz, ends timestamptz,
                         lookback integer, excluded text[])
RETURNS TABLE (customers bigint, orders bigint, cv bigint, pv bigint, earlier_cv bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(DISTINCT buyer_id) FILTER (WHERE moment >= starts), count(DISTINCT (hub_id, order_id))
      FILTER (WHERE moment >= starts), coalesce(sum(left_cv) FILTER (WHERE moment >= starts), 0)::bigint,
    coalesce(sum(left_pv) FILTER (WHERE moment >= starts), 0)::bigint,
    coalesce(sum(left_cv) FILTER (WHERE moment < starts), 0)::bigint
  FROM ({SALES} AND s.seller_id = seller AND NOT s.kind = ANY(excluded)
    AND NOT EXISTS (SELECT FROM public.connector_term t WHERE t.account_id = s.buyer_id
      AND t.since < ends AND (t.until IS NULL OR t.until > starts))) AS sold
  WHERE left_cv > 0
$$
"""
OWN_OF = "plan_own(uuid, text, text, text, timestamptz, timestamptz, integer, text[])"
# Whoever looks after a hub on a day of a period, or joins again in it, is nobody's customer in all of it: what they
# bought before moves.
INSIDE = f"""
CREATE FUNCTION plan_count_inside(buyer uuid, currency_ text, day date, event text, zone text, starts timestamptz,
                                  ends timestamptz, lookback integer, excluded text[], sign integer)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE bought AS (
    SELECT seller_id, coalesce(sum(left_cv) FILTER (WHERE NOT kind = ANY(excluded)), 0)::bigint AS cv,
      coalesce(sum(left_pv) FILTER (WHERE NOT kind = ANY(excluded)), 0)::bigint AS pv, sum(left_cv)::bigint AS every
    FROM ({SALES} AND s.buyer_id = buyer AND m.moment >= starts) AS sold
    WHERE left_amount > 0 OR left_cv > 0 GROUP BY seller_id
  ),
  up AS (
    SELECT seller_id AS account_id, true AS is_own, cv, pv, every FROM bought
    UNION ALL
    SELECT latest.sponsor_id, false, up.cv, up.pv, up.every FROM up CROSS JOIN LATERAL (
      SELECT sponsor_id FROM public.sponsorship WHERE sponsorship.account_id = up.account_id AND since < ends
      ORDER BY since DESC LIMIT 1) AS latest WHERE latest.sponsor_id IS NOT NULL
  )
  INSERT INTO public.plan_volume_delta (currency, first_day, account_id, own, own_pv, group_cv, group_pv, outside,
    all_group)
  SELECT currency_, day, account_id, sign * coalesce(sum(cv) FILTER (WHERE is_own), 0),
    sign * coalesce(sum(pv) FILTER (WHERE is_own), 0), sign * sum(cv), sign * sum(pv), -sum(every), 0
  FROM up GROUP BY account_id
$$
"""
INSIDE_OF = "plan_count_inside(uuid, text, date, text, text, timestamptz, timestamptz, integer, text[], integer)"
# How many stand under whom, from the sponsorships: level by level, so that a deep tree costs no more than a broad one.
# What is stored and what it is held against come from one statement, so that nobody has to wait meanwhile.
RECOUNT = """
CREATE FUNCTION plan_recount_groups() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  level integer := 0;
  changed bigint;
BEGIN
  CREATE TEMP TABLE recounted ON COMMIT DROP AS
    WITH latest AS (
      SELECT DISTINCT ON (account_id) account_id, sponsor_id FROM public.sponsorship ORDER BY account_id, since DESC
    ),
    stored AS (
      SELECT account_id, sum(direct)::bigint AS direct, sum(people)::bigint AS people FROM
        (SELECT account_id, direct, people FROM public.plan_group
         UNION ALL SELECT account_id, direct, people FROM public.plan_group_delta) AS parts GROUP BY account_id
    ),
    known AS (
      SELECT account_id FROM latest UNION SELECT sponsor_id FROM latest WHERE sponsor_id IS NOT NULL
      UNION SELECT account_id FROM stored
    )
    SELECT known.account_id, latest.sponsor_id, CASE WHEN latest.sponsor_id IS NULL THEN 0 END AS depth,
      0::bigint AS direct, 0::bigint AS people, coalesce(stored.direct, 0) AS was_direct,
      coalesce(stored.people, 0) AS was_people
    FROM known LEFT JOIN latest USING (account_id) LEFT JOIN stored USING (account_id);
  CREATE UNIQUE INDEX ON recounted (account_id);
  CREATE INDEX ON recounted (sponsor_id);
  CREATE INDEX ON recounted (depth);
  ANALYZE recounted;
  LOOP
    UPDATE recounted AS below SET depth = level + 1 FROM recounted AS above
      WHERE above.depth = level AND below.sponsor_id = above.account_id;
    EXIT WHEN NOT FOUND;
    level := level + 1;
  END LOOP;
  WHILE level > 0 LOOP
    UPDATE recounted AS above SET direct = group_.direct, people = group_.people FROM (
      SELECT sponsor_id, count(*) AS direct, sum(people + 1)::bigint AS people FROM recounted
      WHERE depth = level GROUP BY sponsor_id) AS group_ WHERE above.account_id = group_.sponsor_id;
    level := level - 1;
  END LOOP;
  INSERT INTO public.plan_group_delta (account_id, direct, people)
    SELECT account_id, direct - was_direct, people - was_people FROM recounted
    WHERE direct <> was_direct OR people <> was_people;
  GET DIAGNOSTICS changed = ROW_COUNT;
  DROP TABLE recounted;
  RETURN changed;
END $$
"""
RECOUNT_OF = "plan_recount_groups()"
# The first time there is nobody to wait for who adds up.
FILL = (
    "SET LOCAL statement_timeout = 0",
    "SELECT plan_recount_groups()",
    "INSERT INTO plan_group (account_id, direct, people) SELECT account_id, direct, people FROM plan_group_delta",
    "DELETE FROM plan_group_delta",
)


def upgrade() -> None:
    """Add; what was counted so far counts on."""
    for table in ("plan_volume", "plan_volume_delta"):
        for name in ADDED:
            op.add_column(table, sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0")))
        op.execute(f"UPDATE {table} SET outside = group_cv")
    # Who begins to look after a hub moves what they bought, while sales wait: it has to be found at once.
    op.create_index("ix_plan_sale_buyer_id", "plan_sale", ["buyer_id", "currency"])
    _create_groups()
    _create_tasks()
    for function, signature in ((OWN, OWN_OF), (INSIDE, INSIDE_OF)):
        op.execute(function)
        for statement in rls.definer(signature):
            op.execute(statement)


def _create_groups() -> None:
    figures = ("direct", "people")
    op.create_table(
        "plan_group",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in figures),
    )
    op.create_table(
        "plan_group_delta",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in figures),
        sa.Index("ix_plan_group_delta_account_id", "account_id"),
    )
    for statement in (
        *rls.grant("plan_group", app="SELECT", central="SELECT, INSERT, UPDATE, DELETE"),
        *rls.grant("plan_group_delta", app="SELECT, INSERT", central="SELECT, INSERT, DELETE"),
    ):
        op.execute(statement)
    op.execute(RECOUNT)
    for statement in (*rls.definer(RECOUNT_OF, app=False), *FILL):
        op.execute(statement)


def _create_tasks() -> None:
    op.create_table(
        "plan_task",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_name", sa.Text, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("stepped_at", TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("job_id", sa.BigInteger),
        sa.CheckConstraint("kind IN ('dry', 'close')", name="kind"),
        sa.CheckConstraint("step IN ('waiting', 'reading', 'computing', 'writing', 'earlier')", name="step"),
        sa.CheckConstraint("outcome IN ('', 'done', 'refused')", name="outcome"),
        sa.CheckConstraint("(outcome = '') = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_plan_task_period", "currency", "first_day", "id"),
        sa.Index(
            "uq_plan_task_open",
            "currency",
            "first_day",
            "kind",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
    op.create_table(
        "plan_booking",
        sa.Column("period_id", sa.Uuid, sa.ForeignKey("plan_period.id"), primary_key=True),
        sa.Column("in_hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("booked", sa.BigInteger, nullable=False),
        sa.CheckConstraint("booked BETWEEN 0 AND lines", name="booked"),
    )
    op.execute(
        "INSERT INTO plan_booking (period_id, in_hub_id, lines, booked)"
        " SELECT period_id, in_hub_id, count(*), count(booked_at) FROM plan_line GROUP BY period_id, in_hub_id"
    )
    for statement in (
        *rls.grant("plan_task", app="", central="SELECT, INSERT, UPDATE"),
        *rls.grant("plan_booking", app="SELECT, UPDATE (booked)", central="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for table in ("plan_booking", "plan_task", "plan_group_delta", "plan_group"):
        op.drop_table(table)
    op.drop_index("ix_plan_sale_buyer_id", table_name="plan_sale")
    for signature in (OWN_OF, INSIDE_OF, RECOUNT_OF):
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    for table in ("plan_volume", "plan_volume_delta"):
        for name in ADDED:
            op.drop_column(table, name)
