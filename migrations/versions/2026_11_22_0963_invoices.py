"""Sales documents with numbers of their sellers, and what buyers want on them; retainers taken back; connected accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0063_invoices"
down_revision = "0062_push"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

# A seller's numbers run through all hubs. The counter's row stays locked until the number's transaction ends: a number
# is either used or was never taken.
TAKE = """
CREATE FUNCTION take_sales_number(seller text, of_year integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
  INSERT INTO sales_counter (issuer, year, last) VALUES (seller, of_year, 1)
  ON CONFLICT (issuer, year) DO UPDATE SET last = sales_counter.last + 1 RETURNING last $$
"""
# A person's own documents of a year, in all hubs: the app's role sees one hub's.
OWN = """
CREATE FUNCTION sales_documents_of(seller uuid, of_year integer) RETURNS SETOF sales_document
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM sales_document WHERE issuer = 'account:' || seller::text AND year = of_year ORDER BY number $$
"""


def upgrade() -> None:
    """Create."""
    op.create_table(
        "sales_counter",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.CheckConstraint("last > 0", name="last"),
    )
    _documents()
    op.create_table(
        "billing_detail",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("tax_id", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.UniqueConstraint("hub_id", "account_id"),
    )
    _take_backs()
    _connected()
    statements = [
        *rls.grant("sales_counter", app="", central="SELECT, INSERT, UPDATE"),
        # What was issued stays as it is: nobody may change it or take it away.
        *rls.protect("sales_document", app="SELECT, INSERT", central="SELECT"),
        *rls.protect("billing_detail", app="SELECT, INSERT, UPDATE, DELETE", central="SELECT"),
        *rls.protect(
            "retainer_take_back",
            app="SELECT",
            central="SELECT, INSERT, UPDATE (status, decided_by, decided_at, answer)",
        ),
        *rls.grant("connected_balance_txn", app="", central="SELECT, INSERT, UPDATE"),
        TAKE,
        *rls.definer("take_sales_number(text, integer)"),
        OWN,
        *rls.definer("sales_documents_of(uuid, integer)"),
    ]
    for statement in statements:
        op.execute(statement)


def _documents() -> None:
    op.create_table(
        "sales_document",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("corrects_id", sa.Uuid),
        sa.Column("buyer_account_id", sa.Uuid, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("gross", sa.BigInteger, nullable=False),
        sa.Column("tax", sa.BigInteger, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("content", sa.dialects.postgresql.JSONB, nullable=False),
        sa.UniqueConstraint("hub_id", "order_id", "cause"),
        sa.ForeignKeyConstraint(["hub_id", "order_id"], ["orders.hub_id", "orders.id"]),
        sa.ForeignKeyConstraint(["hub_id", "corrects_id"], ["sales_document.hub_id", "sales_document.id"]),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note', 'debit_note')", name="kind"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("CASE kind WHEN 'credit_note' THEN gross <= 0 ELSE gross >= 0 END", name="sign"),
        sa.CheckConstraint("kind = 'invoice' OR corrects_id IS NOT NULL", name="corrects"),
    )
    op.create_index("uq_sales_document_number", "sales_document", ["issuer", "year", "number"], unique=True)
    op.create_index("ix_sales_document_hub", "sales_document", ["hub_id", "issuer", "year", "number"])


def _take_backs() -> None:
    op.create_table(
        "retainer_take_back",
        sa.Column("hub_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("retainer_id", sa.Uuid, nullable=False),
        sa.Column("period_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Uuid, nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", TIME),
        sa.Column("answer", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "retainer_id"], ["retainer.hub_id", "retainer.id"]),
        sa.ForeignKeyConstraint(["hub_id", "period_id"], ["retainer_period.hub_id", "retainer_period.id"]),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("status IN ('proposed', 'refused', 'agreed')", name="status"),
        sa.CheckConstraint("words <> '' AND reason <> ''", name="says_why"),
        sa.CheckConstraint("decided_by <> proposed_by AND decided_by <> account_id", name="two_people"),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
    )
    proposed = sa.text("status = 'proposed'")
    columns = ["hub_id", "period_id"]
    op.create_index(
        "uq_retainer_take_back_proposed", "retainer_take_back", columns, unique=True, postgresql_where=proposed
    )
    for name in ("retainer", "account"):
        op.create_index(f"ix_retainer_take_back_{name}", "retainer_take_back", ["hub_id", f"{name}_id", "id"])


def _connected() -> None:
    """What connected accounts have at the provider, beside the books."""
    op.create_table(
        "connected_balance_txn",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text),
        sa.Column("currency", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("amount", "fee", "net")),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "available_on", "seen_at")),
        sa.Column("altered_at", TIME),
        sa.CheckConstraint("amount - fee = net", name="net"),
        sa.Index("ix_connected_balance_txn_account", "account", "created_at"),
    )
    op.execute(
        "CREATE INDEX ix_gateway_command_account ON gateway_command"
        " ((coalesce(params ->> 'destination', params ->> 'account_id')))"
    )
    op.add_column("reconciliation_item", sa.Column("account", sa.Text))
    op.create_check_constraint("connected", "reconciliation_item", "account IS NULL OR suspense_amount = 0")
    op.add_column("reconciliation_run", sa.Column("followed", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo."""
    op.execute("DROP INDEX ix_gateway_command_account")
    op.drop_column("reconciliation_run", "followed")
    op.execute("DELETE FROM reconciliation_item WHERE account IS NOT NULL")
    op.drop_column("reconciliation_item", "account")
    for signature in ("sales_documents_of(uuid, integer)", "take_sales_number(text, integer)"):
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    for table in ("connected_balance_txn", "retainer_take_back", "billing_detail", "sales_document", "sales_counter"):
        op.drop_table(table)
