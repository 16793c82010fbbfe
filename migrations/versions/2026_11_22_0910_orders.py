"""Baskets, checkouts, orders with their lines and steps, and the hub's counters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0010_orders"
down_revision = "0009_catalogue"
branch_labels = None
depends_on = None

TABLES = ("basket", "basket_line", "checkout", "orders", "order_line", "order_step", "hub_counter")
LISTING = (["hub_id", "listing_id"], ["listing.hub_id", "listing.id"])
ORDER = (["hub_id", "order_id"], ["orders.hub_id", "orders.id"])


def keys() -> list[sa.Column[object]]:
    """The primary key of every hub table."""
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def create_baskets() -> None:
    """What is about to be bought, and each attempt to pay for it."""
    op.create_table(
        "basket",
        *keys(),
        sa.Column("account_id", sa.Uuid),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hub_id", "account_id"),
    )
    op.create_table(
        "basket_line",
        *keys(),
        sa.Column("basket_id", sa.Uuid, nullable=False),
        sa.Column("listing_id", sa.Uuid, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("price_seen", sa.BigInteger, nullable=False),
        sa.Column("shipping_seen", sa.BigInteger),
        sa.UniqueConstraint("hub_id", "basket_id", "listing_id"),
        sa.ForeignKeyConstraint(["hub_id", "basket_id"], ["basket.hub_id", "basket.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(*LISTING),
        sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
    )
    op.create_table(
        "checkout",
        *keys(),
        sa.Column("basket_id", sa.Uuid, nullable=False),
        sa.Column("basket_version", sa.Integer, nullable=False),
        sa.Column("buyer_account_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("failure", sa.Text),
        sa.Column("is_restored", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hub_id", "basket_id", "basket_version"),
        sa.CheckConstraint("status IN ('open', 'paid', 'expired', 'failed')", name="status"),
        sa.CheckConstraint("total > 0", name="total"),
        sa.Index("ix_checkout_open", "hub_id", "expires_at", postgresql_where="status = 'open'"),
        sa.Index("ix_checkout_buyer", "hub_id", "buyer_account_id", "id"),
    )


def create_orders() -> None:
    """What one seller has to deliver."""
    op.create_table(
        "orders",
        *keys(),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("checkout_id", sa.Uuid),
        sa.Column("seller_account_id", sa.Uuid),
        sa.Column("buyer_account_id", sa.Uuid),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("gross", "tax", "shipping", "base")),
        sa.Column("fee", sa.BigInteger),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("referrer_account_id", sa.Uuid),
        sa.Column("referral_code", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("address", JSONB(none_as_null=True)),
        sa.Column("holds_stock", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_ref", sa.Text),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True)),
        sa.Column("handed_over_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("hub_id", "number"),
        sa.UniqueConstraint("hub_id", "external_ref"),
        sa.ForeignKeyConstraint(["hub_id", "checkout_id"], ["checkout.hub_id", "checkout.id"]),
        sa.CheckConstraint(
            "status IN ('placed', 'paid', 'handed_over', 'canceled', 'refunded', 'expired')", name="status"
        ),
        sa.CheckConstraint("gross = base + shipping + tax", name="gross"),
        sa.CheckConstraint("source IN ('shop', 'import')", name="source"),
        sa.CheckConstraint("delivery IN ('pickup', 'ship')", name="delivery"),
        sa.CheckConstraint(
            "source = 'import' OR (gross > 0 AND checkout_id IS NOT NULL AND buyer_account_id IS NOT NULL)",
            name="bought_here",
        ),
        sa.CheckConstraint("source = 'import' OR delivery = 'pickup' OR address IS NOT NULL", name="has_address"),
        sa.Index("ix_orders_checkout", "hub_id", "checkout_id"),
        sa.Index("ix_orders_buyer", "hub_id", "buyer_account_id", "number"),
        sa.Index("ix_orders_seller", "hub_id", "seller_account_id", "number"),
        sa.Index("ix_orders_paid_at", "hub_id", "paid_at"),
    )


def create_details() -> None:
    """Lines, steps and the counter that numbers orders."""
    op.create_table(
        "order_line",
        *keys(),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("listing_id", sa.Uuid),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price", sa.BigInteger, nullable=False),
        sa.Column("gross", sa.BigInteger, nullable=False),
        sa.Column("tax_category", sa.Text, nullable=False),
        sa.Column("tax_rate", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("tax", "shipping", "shipping_tax")),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.UniqueConstraint("hub_id", "order_id", "position"),
        sa.ForeignKeyConstraint(*ORDER),
        sa.ForeignKeyConstraint(*LISTING),
        sa.CheckConstraint("delivery IN ('pickup', 'ship')", name="delivery"),
        sa.Index("ix_order_line_listing", "hub_id", "listing_id"),
    )
    op.create_table(
        "order_step",
        *keys(),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(*ORDER),
        sa.Index("ix_order_step_order", "hub_id", "order_id", "id"),
    )
    op.create_table(
        "hub_counter",
        *keys(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("hub_id", "name"),
    )


def upgrade() -> None:
    """Create."""
    create_baskets()
    create_orders()
    create_details()
    rights = {
        "orders": "SELECT, INSERT, UPDATE",
        "order_line": "SELECT, INSERT",
        "order_step": "SELECT, INSERT",
        "checkout": "SELECT, INSERT, UPDATE",
        "hub_counter": "SELECT, INSERT, UPDATE",
    }
    for table in TABLES:
        for statement in rls.protect(table, app=rights.get(table, "SELECT, INSERT, UPDATE, DELETE")):
            op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for table in reversed(TABLES):
        op.drop_table(table)
