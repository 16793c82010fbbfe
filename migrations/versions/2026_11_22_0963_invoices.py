"""Sales documents: invoices, credit notes and debit notes with numbers of their sellers, and what buyers want on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0063_invoices"
down_revision = "0051_versions"
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
    statements = [
        *rls.grant("sales_counter", app="", central="SELECT, INSERT, UPDATE"),
        # What was issued stays as it is: nobody may change it or take it away.
        *rls.protect("sales_document", app="SELECT, INSERT", central="SELECT"),
        *rls.protect("billing_detail", app="SELECT, INSERT, UPDATE, DELETE", central="SELECT"),
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


def downgrade() -> None:
    """Undo."""
    for signature in ("sales_documents_of(uuid, integer)", "take_sales_number(text, integer)"):
        for statement in rls.drop_definer(signature):
            op.execute(statement)
    for table in ("billing_detail", "sales_document", "sales_counter"):
        op.drop_table(table)
