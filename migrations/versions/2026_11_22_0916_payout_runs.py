"""Payout runs with their items, what payees choose, payouts that a bank returns, and the documents of payouts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.kernel.db import APP_ROLE
from hubapp.tenancy import rls

revision = "0016_payout_runs"
down_revision = "0015_disputes"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CLOSED = "status NOT IN ('paid', 'failed', 'canceled')"
# A payout that the bank returns after it was paid comes back while the next one may be under way.
OPEN = sa.text(f"{CLOSED} AND bounced_at IS NULL")
PARTS = "status IN ('left_out', 'claimed', 'transferred', 'paid', 'released')"
PARTS_NOW = "status IN ('left_out', 'claimed', 'transferred', 'paid', 'bounced', 'released')"
# A person's page asks for a payout; runs, and what becomes of a payout, are the business of jobs across hubs.
PAYOUT = """status = 'requested' AND amount IS NULL AND destination IS NULL AND hub_ids IS NULL AND transfer_id IS NULL
  AND provider_id IS NULL"""
PAYOUT_NOW = f"{PAYOUT} AND run_item_id IS NULL AND paid_at IS NULL AND bounced_at IS NULL"


def upgrade() -> None:
    """Create."""
    _runs()
    _documents()
    op.add_column("payee", sa.Column("rhythm", sa.Text, nullable=False, server_default="request"))
    op.add_column("payee", sa.Column("minimums", JSONB, nullable=False, server_default="{}"))
    op.add_column("payee", sa.Column("check_reason", sa.Text))
    op.create_check_constraint("rhythm", "payee", "rhythm IN ('request', 'weekly', 'monthly')")
    op.add_column(
        "payout", sa.Column("run_item_id", sa.Uuid, sa.ForeignKey("payout_run_item.id", name="fk_payout_run_item_id"))
    )
    op.add_column("payout", sa.Column("attempt", sa.SmallInteger, nullable=False, server_default="1"))
    op.add_column("payout", sa.Column("paid_at", TIME))
    op.add_column("payout", sa.Column("bounced_at", TIME))
    op.create_unique_constraint("uq_payout_run_item_id_attempt", "payout", ["run_item_id", "attempt"])
    op.drop_index("uq_payout_open", "payout")
    op.create_index("uq_payout_open", "payout", ["payee_id", "currency"], unique=True, postgresql_where=OPEN)
    op.create_index("ix_payout_paid_at", "payout", ["paid_at"], postgresql_where=sa.text("status = 'paid'"))
    op.drop_constraint("status", "payout_part", type_="check")
    op.create_check_constraint("status", "payout_part", PARTS_NOW)
    op.drop_constraint("claimed", "earning_right", type_="check")
    statements = [
        *rls.grant("payout_run", app="", central="SELECT, INSERT, UPDATE"),
        *rls.grant("payout_run_item", app="", central="SELECT, INSERT, UPDATE"),
        *rls.grant("payee_tax", app="SELECT, INSERT, UPDATE", central="SELECT, INSERT, UPDATE"),
        *rls.grant("payout_document", app="SELECT", central="SELECT, INSERT"),
        *rls.grant("document_counter", app="", central="SELECT, INSERT, UPDATE"),
        # What a payee chooses on a hub's page; nothing else of their row.
        f"GRANT UPDATE (rhythm, minimums) ON payee TO {APP_ROLE}",
        f"CREATE POLICY app_changes ON payee FOR UPDATE TO {APP_ROLE} USING (true)",
        *_policy("payout", PAYOUT_NOW),
    ]
    for statement in statements:
        op.execute(statement)


def _policy(table: str, check: str) -> list[str]:
    return [
        f"DROP POLICY app_adds ON {table}",
        f"CREATE POLICY app_adds ON {table} FOR INSERT TO {APP_ROLE} WITH CHECK ({check})",
    ]


def _runs() -> None:
    op.create_table(
        "payout_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.Text, unique=True),
        sa.Column("only_hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("is_everybody", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("approved_at", TIME),
        sa.Column("approved_by", sa.Text),
        sa.Column("finished_at", TIME),
        sa.CheckConstraint("status IN ('proposed', 'approved', 'finished', 'canceled')", name="status"),
    )
    op.create_table(
        "payout_run_item",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("payout_run.id"), nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("held", "available", "owed_back", "amount")),
        sa.Column("bank_fingerprint", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("run_id", "account_id", "currency"),
        sa.CheckConstraint("status IN ('planned', 'left_out', 'started', 'canceled')", name="status"),
        sa.CheckConstraint("held >= 0 AND available >= 0 AND owed_back >= 0 AND amount >= 0", name="amounts"),
        sa.CheckConstraint("status = 'planned' OR status = 'started' OR reason IS NOT NULL", name="reason"),
        sa.Index("ix_payout_run_item_run_id_status", "run_id", "status"),
    )


def _documents() -> None:
    op.create_table(
        "payee_tax",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "address", "country", "vat_id", "form")),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("form IN ('person', 'small_business', 'business')", name="form"),
    )
    op.create_table(
        "document_counter",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
        sa.CheckConstraint("last >= 0", name="last"),
    )
    op.create_table(
        "payout_document",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("payout_id", sa.Uuid, sa.ForeignKey("payout.id"), nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.UniqueConstraint("issuer", "year", "number"),
        sa.UniqueConstraint("payout_id", "kind"),
        sa.CheckConstraint("kind IN ('invoice', 'cancellation')", name="kind"),
        sa.CheckConstraint("number > 0", name="number"),
    )


def downgrade() -> None:
    """Undo. Payouts that a bank returned, and rights beyond their bounds, have no place in the older form."""
    for statement in [*_policy("payout", PAYOUT), "DROP POLICY app_changes ON payee"]:
        op.execute(statement)
    op.execute(f"REVOKE UPDATE (rhythm, minimums) ON payee FROM {APP_ROLE}")
    op.create_check_constraint("claimed", "earning_right", "claimed >= 0 AND claimed <= amount")
    op.drop_constraint("status", "payout_part", type_="check")
    op.create_check_constraint("status", "payout_part", PARTS)
    op.drop_index("ix_payout_paid_at", "payout")
    op.drop_index("uq_payout_open", "payout")
    op.create_index("uq_payout_open", "payout", ["payee_id", "currency"], unique=True, postgresql_where=sa.text(CLOSED))
    op.drop_constraint("uq_payout_run_item_id_attempt", "payout", type_="unique")
    for name in ("bounced_at", "paid_at", "attempt", "run_item_id"):
        op.drop_column("payout", name)
    op.drop_constraint("rhythm", "payee", type_="check")
    for name in ("check_reason", "minimums", "rhythm"):
        op.drop_column("payee", name)
    for table in ("payout_document", "document_counter", "payee_tax", "payout_run_item", "payout_run"):
        op.drop_table(table)
