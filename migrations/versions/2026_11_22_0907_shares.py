"""Rule versions with the published defaults, the month's turnover, settled orders, earning rights and their claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0007_shares"
down_revision = "0006_membership"
branch_labels = None
depends_on = None

# A definer, because whoever changes a version may not see the hubs that used it. Deleting a used one fails at its
# foreign key as well; a version that was never used may still be corrected.
KEEP = """
CREATE FUNCTION share_rules_stay() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.order_share WHERE rule_key = OLD.key) THEN
    RAISE EXCEPTION 'shares: rule version % was used and stays as it is', OLD.key USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

DEFAULTS = """
INSERT INTO share_rule_version (key, effective_from, rules, published) VALUES (
  'default-1', '2025-01-01T00:00:00Z',
  '{"tiers": [[5000, 500], [20000, 600], [null, 700]], "referrer_bps": 500, "core_bps": 300, "hold_days": 16}', true)
"""

TABLES = ("month_turnover", "order_share", "earning_right", "earning_claim")


def upgrade() -> None:
    """Create."""
    op.create_table(
        "share_rule_version",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("published", sa.Boolean, nullable=False),
    )
    op.create_table(
        "month_turnover",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("turnover", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("hub_id", "month", "currency"),
        sa.CheckConstraint("turnover >= 0", name="turnover"),
    )
    _create_orders()
    _create_rights()
    no_delete = "SELECT, INSERT, UPDATE"
    statements = [
        *rls.grant("share_rule_version", app="SELECT", central=no_delete),
        *(statement for table in TABLES[:3] for statement in rls.protect(table, app=no_delete, central=no_delete)),
        *rls.protect("earning_claim", app="SELECT, INSERT, DELETE", central="SELECT, INSERT, DELETE"),
        KEEP,
        "CREATE TRIGGER stay BEFORE UPDATE OR DELETE ON share_rule_version FOR EACH ROW EXECUTE FUNCTION share_rules_stay()",
        *rls.definer("share_rules_stay()", app=False),
        DEFAULTS,
    ]
    for statement in statements:
        op.execute(statement)


def _create_orders() -> None:
    op.create_table(
        "order_share",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("gross", "base", "fee", "refunded")),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("rule_key", sa.Text, sa.ForeignKey("share_rule_version.key"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Index("ix_order_share_rule_key", "rule_key"),
        sa.CheckConstraint("refunded >= 0 AND refunded <= gross", name="refunded"),
    )


def _create_rights() -> None:
    op.create_table(
        "earning_right",
        sa.Column("hub_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("owner", "role", "purpose", "currency")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "reversed", "claimed")),
        sa.Column("rate_bps", sa.Integer),
        sa.Column("is_vacant", sa.Boolean, nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explanation", JSONB, nullable=False),
        sa.Column("payout_id", sa.Uuid),
        sa.UniqueConstraint("hub_id", "order_id", "position"),
        sa.ForeignKeyConstraint(["hub_id", "order_id"], ["order_share.hub_id", "order_share.id"]),
        sa.Index("ix_earning_right_hub_id_owner_id", "hub_id", "owner", "id"),
        sa.Index(
            "ix_earning_right_outstanding",
            "hub_id",
            "owner",
            "currency",
            "available_at",
            postgresql_where=sa.text("amount - reversed <> claimed"),
        ),
        sa.CheckConstraint("role IN ('seller', 'connector', 'referrer', 'core', 'tax')", name="role"),
        sa.CheckConstraint("reversed >= 0 AND reversed <= amount", name="reversed"),
        sa.CheckConstraint("claimed >= 0 AND claimed <= amount", name="claimed"),
    )
    op.create_table(
        "earning_claim",
        sa.Column("hub_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("payout_id", sa.Uuid, nullable=False),
        sa.Column("right_id", sa.Uuid, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "right_id"], ["earning_right.hub_id", "earning_right.id"]),
        sa.UniqueConstraint("hub_id", "payout_id", "right_id"),
        sa.CheckConstraint("amount <> 0", name="amount"),
    )


def downgrade() -> None:
    """Undo."""
    for table in (*reversed(TABLES), "share_rule_version"):
        op.drop_table(table)
    for statement in rls.drop_definer("share_rules_stay()"):
        op.execute(statement)
