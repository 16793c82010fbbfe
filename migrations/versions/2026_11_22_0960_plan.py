"""The pay plan in the database: participants, versions, sales of the core's line, periods, lines, and their guard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0060_plan"
down_revision = "0051_versions"
branch_labels = None
depends_on = None

KINDS = "'product', 'entry_fee', 'kit', 'training', 'gift_card', 'donation'"
ROLES = "'seller', 'connector', 'referrer', 'core', 'tax', 'cross_hub', 'retainer', 'dispute_fee'"
TIME = sa.DateTime(timezone=True)

# What was announced is what people work by: it stays, and so do the rows that a period was computed from.
FUNCTIONS = """
CREATE FUNCTION plan_version_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.status = 'announced' THEN
    RAISE EXCEPTION 'plan: version % of % was announced and stays as it is', OLD.version, OLD.plan
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION sponsorship_has_no_circle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  above uuid := NEW.sponsor_id;
BEGIN
  IF NEW.change_id IS NULL OR above IS NULL THEN
    RETURN NEW;  -- who joins has nobody beneath them yet
  END IF;
  -- Two corrections at once could close a circle that neither sees.
  PERFORM pg_advisory_xact_lock(hashtextextended('sponsorship', 0));
  WHILE above IS NOT NULL LOOP
    IF above = NEW.account_id THEN
      RAISE EXCEPTION 'plan: % would stand beneath themselves', NEW.account_id USING ERRCODE = 'check_violation';
    END IF;
    SELECT sponsor_id INTO above FROM public.sponsorship
      WHERE account_id = above ORDER BY since DESC LIMIT 1;
  END LOOP;
  RETURN NEW;
END $$;

-- A variable reward needs a sale of the core's line behind it, to somebody outside, in the period, and not one's own.
CREATE FUNCTION plan_line_is_behind_a_sale() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  sale record;
  period record;
  run record;
  happened timestamptz;
  above uuid;
  starts timestamptz;
  ends timestamptz;
BEGIN
  SELECT * INTO period FROM public.plan_period WHERE id = NEW.period_id;
  SELECT * INTO run FROM public.plan_run WHERE id = NEW.run_id;
  IF run.period_id IS DISTINCT FROM NEW.period_id OR run.kind = 'dry' OR period.status = 'open' THEN
    RAISE EXCEPTION 'plan: a line is written by a run that closes its period' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.amount <= 0 THEN
    RETURN NEW;
  END IF;
  starts := (period.first_day::timestamp) AT TIME ZONE period.timezone;
  ends := (period.end_day::timestamp) AT TIME ZONE period.timezone;
  SELECT * INTO sale FROM public.plan_sale WHERE hub_id = NEW.sale_hub_id AND id = NEW.sale_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'plan: the line of % names no sale', NEW.component USING ERRCODE = 'check_violation';
  END IF;
  IF sale.kind <> 'product' OR sale.cv <= 0 THEN
    RAISE EXCEPTION 'plan: % can never be paid for', sale.kind USING ERRCODE = 'check_violation';
  END IF;
  happened := CASE period.event_time WHEN 'handed_over_at' THEN sale.handed_over_at WHEN 'paid_at' THEN sale.paid_at
        ELSE sale.ordered_at END;
  IF sale.currency <> period.currency OR happened IS NULL
     OR happened < starts OR happened >= ends OR sale.paid_at > run.cutoff THEN
    RAISE EXCEPTION 'plan: sale % is not in the period', sale.number USING ERRCODE = 'check_violation';
  END IF;
  IF sale.buyer_id = NEW.account_id OR sale.buyer_id = sale.seller_id THEN
    RAISE EXCEPTION 'plan: own purchases are never paid for' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM public.participant WHERE account_id = sale.buyer_id AND joined_at <= happened
             AND (left_at IS NULL OR left_at > happened)) THEN
    RAISE EXCEPTION 'plan: purchases of participants are never paid for' USING ERRCODE = 'check_violation';
  END IF;
  IF sale.cv <= (SELECT coalesce(sum(cv), 0) FROM public.plan_refund
                 WHERE hub_id = sale.hub_id AND sale_id = sale.id AND plan_refund.at <= run.cutoff) THEN
    RAISE EXCEPTION 'plan: sale % was given back', sale.number USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.component_type IN ('hub_share', 'hub_tier') THEN
    IF sale.hub_id <> NEW.in_hub_id OR NOT EXISTS (
      SELECT FROM public.connector_term AS term WHERE term.in_hub_id = sale.hub_id AND term.account_id = NEW.account_id
        AND term.since < ends AND (term.until IS NULL OR term.until > starts)
    ) THEN
      RAISE EXCEPTION 'plan: sale % is another hub''s', sale.number USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.component_type IN ('personal_tier', 'retail_margin') THEN
    IF sale.seller_id IS DISTINCT FROM NEW.account_id THEN
      RAISE EXCEPTION 'plan: sale % is somebody else''s', sale.number USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.component_type <> 'pool' THEN
    above := sale.seller_id;
    WHILE above IS NOT NULL AND above <> NEW.account_id LOOP
      SELECT sponsor_id INTO above FROM public.sponsorship
        WHERE account_id = above AND since < ends ORDER BY since DESC LIMIT 1;
      IF NOT FOUND THEN
        above := NULL;
      END IF;
    END LOOP;
    IF above IS NULL THEN
      RAISE EXCEPTION 'plan: sale % is not of the group', sale.number USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION plan_right_has_a_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.role = 'plan' AND NOT EXISTS (
    SELECT FROM public.plan_line AS line JOIN public.plan_period AS period ON period.id = line.period_id
    WHERE line.id = NEW.order_id AND line.in_hub_id = NEW.hub_id AND line.amount = NEW.amount
      AND 'account:' || line.account_id = NEW.owner AND period.currency = NEW.currency
  ) THEN
    RAISE EXCEPTION 'plan: no line of a period stands behind this earning' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
# Customers and sales over all hubs, of one seller in one period: what the member's own page says.
CUSTOMERS = """
CREATE FUNCTION plan_customers(seller uuid, currency_ text, event text, starts timestamptz, ends timestamptz,
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
                      AND (p.left_at IS NULL OR p.left_at > m.moment - lookback))
  ) AS sold WHERE left_cv > 0
$$
"""
CUSTOMERS_OF = "plan_customers(uuid, text, text, timestamptz, timestamptz, interval)"
DEFINERS = ("sponsorship_has_no_circle()", "plan_line_is_behind_a_sale()", "plan_right_has_a_line()")
TRIGGERS = (
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON plan_version FOR EACH ROW EXECUTE FUNCTION plan_version_stays()",
    "CREATE TRIGGER no_circle BEFORE INSERT ON sponsorship FOR EACH ROW EXECUTE FUNCTION sponsorship_has_no_circle()",
    """CREATE TRIGGER guard BEFORE INSERT OR UPDATE OF amount, sale_id, sale_hub_id, account_id, component_type, in_hub_id,
    period_id, run_id ON plan_line FOR EACH ROW EXECUTE FUNCTION plan_line_is_behind_a_sale()""",
    """CREATE TRIGGER plan_guard BEFORE INSERT OR UPDATE OF role, amount, owner, currency ON earning_right FOR EACH ROW
    WHEN (NEW.role = 'plan') EXECUTE FUNCTION plan_right_has_a_line()""",
)


def upgrade() -> None:
    """Create."""
    _add_to_the_market()
    _create_participants()
    _create_versions()
    _create_sales()
    _create_volumes()
    _create_periods()
    op.execute("ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_role")
    op.execute(f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_role CHECK (role IN ({ROLES}, 'plan'))")
    op.execute(FUNCTIONS)
    for statement in (*TRIGGERS, *_rights()):
        op.execute(statement)
    for signature in DEFINERS:
        for statement in rls.definer(signature, app=False):
            op.execute(statement)
    op.execute(CUSTOMERS)
    for statement in rls.definer(CUSTOMERS_OF):
        op.execute(statement)


def _rights() -> list[str]:
    return [
        *rls.grant("participant", app="SELECT, INSERT, UPDATE (left_at, shows_name)", central="SELECT, INSERT, UPDATE"),
        *rls.grant("sponsorship", app="SELECT, INSERT", central="SELECT, INSERT"),
        *rls.grant("sponsor_change", app="", central="SELECT, INSERT, UPDATE (status, decided_by, decided_at, answer)"),
        *rls.grant("connector_term", app="SELECT, INSERT, UPDATE (until)", central="SELECT, INSERT, UPDATE (until)"),
        *rls.grant("plan_version", app="SELECT", central="SELECT, INSERT, UPDATE, DELETE"),
        *rls.protect("plan_sale", app="SELECT, INSERT, UPDATE (handed_over_at)", central="SELECT"),
        *rls.protect("plan_refund", app="SELECT, INSERT", central="SELECT"),
        *rls.grant("plan_volume", app="SELECT", central="SELECT, INSERT, UPDATE, DELETE"),
        *rls.grant("plan_volume_delta", app="SELECT, INSERT", central="SELECT, INSERT, DELETE"),
        *rls.grant("plan_period", app="SELECT", central="SELECT, INSERT, UPDATE"),
        *rls.grant("plan_run", app="SELECT", central="SELECT, INSERT"),
        *rls.grant("plan_line", app="SELECT, UPDATE (booked_at)", central="SELECT, INSERT, UPDATE (booked_at)"),
    ]


def _add_to_the_market() -> None:
    for table in ("listing", "order_line"):
        op.add_column(table, sa.Column("plan_kind", sa.Text))
        op.add_column(table, sa.Column("plan_points", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    for name, condition in (
        ("plan_is_the_cores", "plan_kind IS NULL OR seller_account_id IS NULL"),
        ("plan_kind", f"plan_kind IN ({KINDS})"),
        ("plan_points", "plan_points >= 0 AND (plan_kind IS NOT NULL OR plan_points = 0)"),
    ):
        op.create_check_constraint(name, "listing", condition)


def _create_participants() -> None:
    op.create_table(
        "participant",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("left_at", TIME),
        sa.Column("shows_name", sa.Boolean, nullable=False),
        sa.CheckConstraint("left_at >= joined_at", name="left"),
    )
    op.create_table(
        "sponsor_change",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("participant.account_id"), nullable=False),
        sa.Column("from_id", sa.Uuid),
        sa.Column("to_id", sa.Uuid),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Uuid, nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", TIME),
        sa.Column("answer", sa.Text, nullable=False),
        sa.CheckConstraint("status IN ('proposed', 'refused', 'agreed')", name="status"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
        sa.CheckConstraint("(status = 'proposed') = (decided_by IS NULL)", name="decided"),
        sa.Index("uq_sponsor_change_open", "account_id", unique=True, postgresql_where=sa.text("status = 'proposed'")),
    )
    op.create_table(
        "sponsorship",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("participant.account_id"), nullable=False),
        sa.Column("sponsor_id", sa.Uuid, sa.ForeignKey("participant.account_id")),
        sa.Column("since", TIME, nullable=False),
        sa.Column("change_id", sa.Uuid, sa.ForeignKey("sponsor_change.id")),
        sa.UniqueConstraint("account_id", "since"),
        sa.CheckConstraint("sponsor_id <> account_id", name="not_oneself"),
        sa.Index("uq_sponsorship_first", "account_id", unique=True, postgresql_where=sa.text("change_id IS NULL")),
        sa.Index("uq_sponsorship_change_id", "change_id", unique=True),
        sa.Index("ix_sponsorship_sponsor_id", "sponsor_id", "account_id"),
    )
    op.create_table(
        "connector_term",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("in_hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("share_bps", sa.Integer, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.CheckConstraint("until >= since", name="until"),
        sa.Index("ix_connector_term_in_hub_id_since", "in_hub_id", "since"),
        sa.Index(
            "uq_connector_term_open",
            "in_hub_id",
            "account_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        ),
    )


def _create_versions() -> None:
    op.create_table(
        "plan_version",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("edited_by", sa.Uuid, nullable=False),
        sa.Column("edited_at", TIME, nullable=False),
        sa.Column("proposed_by", sa.Uuid),
        sa.Column("proposed_at", TIME),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", TIME),
        sa.Column("answer", sa.Text, nullable=False),
        sa.UniqueConstraint("plan", "version"),
        sa.CheckConstraint("status IN ('draft', 'proposed', 'refused', 'announced')", name="status"),
        sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
        sa.CheckConstraint("(status = 'draft') = (proposed_by IS NULL)", name="proposed"),
        sa.CheckConstraint("(status IN ('refused', 'announced')) = (decided_by IS NOT NULL)", name="decided"),
        sa.CheckConstraint("version > 0", name="version"),
        sa.Index(
            "uq_plan_version_start",
            "currency",
            "effective_from",
            unique=True,
            postgresql_where=sa.text("status = 'announced'"),
        ),
    )


def _hub_columns() -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
    )


def _create_sales() -> None:
    op.create_table(
        "plan_sale",
        *_hub_columns(),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "cv", "pv")),
        sa.Column("seller_id", sa.Uuid),
        sa.Column("buyer_id", sa.Uuid, nullable=False),
        sa.Column("ordered_at", TIME, nullable=False),
        sa.Column("paid_at", TIME, nullable=False),
        sa.Column("handed_over_at", TIME),
        sa.ForeignKeyConstraint(["hub_id", "id"], ["order_line.hub_id", "order_line.id"]),
        sa.CheckConstraint("amount >= 0 AND cv BETWEEN 0 AND amount AND pv >= 0", name="amounts"),
        sa.CheckConstraint(f"kind IN ({KINDS}, 'shipping')", name="kind"),
        sa.Index("ix_plan_sale_order", "hub_id", "order_id"),
        sa.Index("ix_plan_sale_handed_over_at", "currency", "handed_over_at"),
        sa.Index("ix_plan_sale_paid_at", "currency", "paid_at"),
        sa.Index("ix_plan_sale_seller_id", "seller_id", "id"),
    )
    op.create_table(
        "plan_refund",
        *_hub_columns(),
        sa.Column("sale_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "cv", "pv")),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "sale_id"], ["plan_sale.hub_id", "plan_sale.id"]),
        sa.Index("uq_plan_refund_key", "hub_id", "sale_id", "key", unique=True),
        sa.Index("ix_plan_refund_at", "at"),
    )


def _create_volumes() -> None:
    volumes = ("own", "group_cv", "all_group")
    op.create_table(
        "plan_volume",
        sa.Column("currency", sa.Text, primary_key=True),
        sa.Column("first_day", sa.Date, primary_key=True),
        sa.Column("account_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in volumes),
    )
    op.create_table(
        "plan_volume_delta",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in volumes),
        sa.Index("ix_plan_volume_delta_account", "currency", "first_day", "account_id"),
    )


def _create_periods() -> None:
    op.create_table(
        "plan_period",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("end_day", sa.Date, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("event_time", sa.Text, nullable=False),
        sa.Column("version_id", sa.Uuid, sa.ForeignKey("plan_version.id"), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("cutoff", TIME),
        sa.Column("inputs_digest", sa.Text),
        sa.Column("result_digest", sa.Text),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("closed_at", TIME),
        sa.Column("booked_at", TIME),
        sa.UniqueConstraint("currency", "first_day"),
        sa.CheckConstraint("end_day > first_day", name="days"),
        sa.CheckConstraint("status IN ('open', 'closing', 'closed')", name="status"),
        sa.CheckConstraint("event_time IN ('handed_over_at', 'paid_at', 'ordered_at')", name="event_time"),
        sa.CheckConstraint(
            "(status = 'open') = (cutoff IS NULL) AND (cutoff IS NULL) = (inputs_digest IS NULL)"
            " AND (cutoff IS NULL) = (result_digest IS NULL)",
            name="frozen",
        ),
        sa.CheckConstraint("(status = 'closed') = (booked_at IS NOT NULL)", name="booked"),
    )
    op.create_table(
        "plan_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("period_id", sa.Uuid, sa.ForeignKey("plan_period.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("inputs_digest", sa.Text, nullable=False),
        sa.Column("result_digest", sa.Text, nullable=False),
        sa.Column("cutoff", TIME, nullable=False),
        sa.Column("run_by", sa.Uuid),
        sa.Column("run_at", TIME, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        sa.CheckConstraint("kind IN ('dry', 'close', 'recompute')", name="kind"),
        sa.Index("ix_plan_run_period_id", "period_id", "id"),
        sa.Index("uq_plan_run_close", "period_id", unique=True, postgresql_where=sa.text("kind = 'close'")),
    )
    op.create_table(
        "plan_line",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("period_id", sa.Uuid, sa.ForeignKey("plan_period.id"), nullable=False),
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("plan_run.id"), nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("component_type", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("exact", sa.Numeric(38, 0), nullable=False),
        sa.Column("forfeited", sa.Numeric(38, 0), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("in_hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False),
        sa.Column("sale_id", sa.Uuid),
        sa.Column("sale_hub_id", sa.BigInteger),
        sa.Column("booked_at", TIME),
        sa.UniqueConstraint("run_id", "account_id", "component", "in_hub_id"),
        sa.CheckConstraint("amount <= 0 OR (sale_id IS NOT NULL AND sale_hub_id IS NOT NULL)", name="sale_behind"),
        sa.Index("ix_plan_line_account_id", "account_id", "period_id"),
        sa.Index("ix_plan_line_waiting", "in_hub_id", "id", postgresql_where=sa.text("booked_at IS NULL")),
    )


TABLES = (
    "plan_line",
    "plan_run",
    "plan_period",
    "plan_volume_delta",
    "plan_volume",
    "plan_refund",
    "plan_sale",
    "plan_version",
    "connector_term",
    "sponsorship",
    "sponsor_change",
    "participant",
)


def downgrade() -> None:
    """Undo; refused where a plan has paid already."""
    op.execute("DROP TRIGGER plan_guard ON earning_right")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION plan_version_stays()")
    for signature in (*DEFINERS, CUSTOMERS_OF):
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    op.execute("ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_role")
    op.execute(f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_role CHECK (role IN ({ROLES}))")
    for name in ("plan_is_the_cores", "plan_kind", "plan_points"):
        op.drop_constraint(f"ck_listing_{name}", "listing")
    for table in ("listing", "order_line"):
        for column in ("plan_kind", "plan_points"):
            op.drop_column(table, column)
