"""Home hubs and what crosses hubs; entries that one person proposes and another approves; rates; mails that failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.kernel.db import APP_ROLE
from hubapp.tenancy import rls

revision = "0018_manual_entries"
down_revision = "0017_reconciliation"
branch_labels = None
depends_on = None

# The app's role asks about one account at a time, never for everybody's.
HOME_HUB_OF = """
CREATE FUNCTION home_hub_of(account uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
  SELECT i.hub_id FROM membership_index i JOIN hub h ON h.id = i.hub_id
    LEFT JOIN home_hub c ON c.account_id = i.account_id AND c.hub_id = i.hub_id
    WHERE i.account_id = account AND h.status <> 'closed'
    ORDER BY c.hub_id IS NULL, i.joined_at, i.hub_id LIMIT 1 $$
"""

# The hub in scope, and only for those who belong to it.
CHOOSE_HOME_HUB = f"""
CREATE FUNCTION choose_home_hub(account uuid, at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  hub bigint := {rls.CURRENT_HUB};
BEGIN
  IF NOT EXISTS (SELECT FROM membership_index i WHERE i.account_id = account AND i.hub_id = hub) THEN
    RAISE EXCEPTION 'home hub: % is no member of hub %', account, hub USING ERRCODE = 'restrict_violation';
  END IF;
  INSERT INTO home_hub (account_id, hub_id, chosen_at) VALUES (account, hub, at)
    ON CONFLICT (account_id) DO UPDATE SET hub_id = excluded.hub_id, chosen_at = excluded.chosen_at;
END $$
"""

CROSS_HUB = """
INSERT INTO share_rule_version (key, effective_from, rules, published)
  SELECT 'default-2', '2026-11-22T00:00:00Z', rules || '{"cross_hub_bps": 100}', true
  FROM share_rule_version WHERE key = 'default-1'
"""
OLD_ROLES = "'seller', 'connector', 'referrer', 'core', 'tax'"
MOVED = f"from_hub_id = {rls.CURRENT_HUB} OR to_hub_id = {rls.CURRENT_HUB}"


def upgrade() -> None:
    """Create."""
    _create_home_hub()
    _create_moves()
    _create_manual_entries()
    _create_rates()
    op.add_column("orders", sa.Column("home_hub_id", sa.BigInteger, sa.ForeignKey("hub.id")))
    op.add_column("mail", sa.Column("failure", sa.Text))
    op.create_table(
        "bad_address",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_ledger_entry_hub_id_occurred_at", "ledger_entry", ["hub_id", "occurred_at"])
    for statement in (
        "ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_role",
        f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_role CHECK (role IN ({OLD_ROLES}, 'cross_hub'))",
        "ALTER TABLE mail DROP CONSTRAINT ck_mail_forgets_what_it_said",
        (
            "ALTER TABLE mail ADD CONSTRAINT ck_mail_forgets_what_it_said"
            " CHECK (status IN ('waiting', 'undeliverable') OR context = '{}'::jsonb)"
        ),
        *rls.grant("bad_address", app="", central="SELECT, INSERT, DELETE"),
        CROSS_HUB,
    ):
        op.execute(statement)


def _create_home_hub() -> None:
    op.create_table(
        "home_hub",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False, index=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
    )
    for statement in (
        *rls.grant("home_hub", app="", central="SELECT, INSERT, UPDATE, DELETE"),
        HOME_HUB_OF,
        CHOOSE_HOME_HUB,
        *rls.definer("home_hub_of(uuid)"),
        *rls.definer("choose_home_hub(uuid, timestamptz)"),
    ):
        op.execute(statement)


def _create_moves() -> None:
    op.create_table(
        "clearing_move",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False),
        sa.Column("to_hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("base", sa.BigInteger, nullable=False),
        sa.Column("rate_bps", sa.Integer, nullable=False),
        sa.Column("rule_key", sa.Text, sa.ForeignKey("share_rule_version.key"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('earned', 'taken_back', 'given_again')", name="kind"),
        sa.CheckConstraint("amount > 0 AND base >= 0", name="amount"),
        sa.CheckConstraint("from_hub_id <> to_hub_id", name="two_hubs"),
        sa.Index("ix_clearing_move_order", "to_hub_id", "order_id", "id"),
        sa.Index("ix_clearing_move_waiting", "id", postgresql_where=sa.text("booked_at IS NULL")),
    )
    for statement in (
        "ALTER TABLE clearing_move ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY app_reads ON clearing_move FOR SELECT TO {APP_ROLE} USING ({MOVED})",
        (
            f"CREATE POLICY app_adds ON clearing_move FOR INSERT TO {APP_ROLE}"
            f" WITH CHECK (from_hub_id = {rls.CURRENT_HUB} AND booked_at IS NULL)"
        ),
        (
            f"CREATE POLICY app_books ON clearing_move FOR UPDATE TO {APP_ROLE}"
            f" USING (to_hub_id = {rls.CURRENT_HUB}) WITH CHECK (to_hub_id = {rls.CURRENT_HUB})"
        ),
        *rls.grant(
            "clearing_move", app="SELECT, INSERT, UPDATE (booked_at)", central="SELECT, INSERT, UPDATE (booked_at)"
        ),
    ):
        op.execute(statement)


def _create_manual_entries() -> None:
    op.create_table(
        "manual_entry",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False, index=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("memo", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("legs", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid, sa.ForeignKey("account.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Uuid),
        sa.CheckConstraint("status IN ('proposed', 'posted', 'refused')", name="status"),
        sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        sa.CheckConstraint("(status = 'posted') = (entry_id IS NOT NULL)", name="posted"),
        sa.CheckConstraint("memo <> '' AND reason <> ''", name="says_why"),
    )
    # What was proposed is what is approved: only the decision may be written later.
    may_change = "status, decided_by, decided_at, answer, entry_id"
    for statement in rls.grant("manual_entry", app="", central=f"SELECT, INSERT, UPDATE ({may_change})"):
        op.execute(statement)


def _create_rates() -> None:
    op.create_table(
        "exchange_rate",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("rate", sa.Numeric(24, 12), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("currency", "target", "as_of"),
        sa.CheckConstraint("rate > 0 AND currency <> target AND source <> ''", name="rate"),
    )
    for statement in rls.grant("exchange_rate", app="", central="SELECT, INSERT"):
        op.execute(statement)


def downgrade() -> None:
    """Undo; refused where cross-hub shares were booked already."""
    for statement in (
        "DELETE FROM share_rule_version WHERE key = 'default-2'",
        "UPDATE mail SET context = '{}'::jsonb WHERE status <> 'waiting'",
        "ALTER TABLE mail DROP CONSTRAINT ck_mail_forgets_what_it_said",
        (
            "ALTER TABLE mail ADD CONSTRAINT ck_mail_forgets_what_it_said"
            " CHECK (status = 'waiting' OR context = '{}'::jsonb)"
        ),
        "ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_role",
        f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_role CHECK (role IN ({OLD_ROLES}))",
        *rls.drop_definer("choose_home_hub(uuid, timestamptz)"),
        *rls.drop_definer("home_hub_of(uuid)"),
    ):
        op.execute(statement)
    op.drop_index("ix_ledger_entry_hub_id_occurred_at", "ledger_entry")
    op.drop_column("mail", "failure")
    op.drop_column("orders", "home_hub_id")
    for table in ("bad_address", "exchange_rate", "manual_entry", "clearing_move", "home_hub"):
        op.drop_table(table)
