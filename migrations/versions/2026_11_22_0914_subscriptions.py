"""Subscriptions and the saved cards they are renewed with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.kernel.db import APP_ROLE, CENTRAL_ROLE
from hubapp.tenancy import rls

revision = "0014_subscriptions"
down_revision = "0013_narrow_inserts"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# In order of their creation. A saved card and a period never change owner; a period is never taken back.
TABLES = {
    "saved_card": "SELECT, INSERT",
    "card_setup": "SELECT, INSERT, UPDATE",
    "subscription": "SELECT, INSERT, UPDATE",
    "subscription_period": "SELECT, INSERT, UPDATE",
}
OWN = "'checkout.create', 'checkout.expire', 'refund.create'"
COMMAND = """status = 'todo' AND (
  (hub_id = {hub} AND kind IN ({kinds}))
  OR (hub_id IS NULL AND kind = 'payee.create'))"""


def keys() -> list[sa.Column[object]]:
    """The primary key of every hub table."""
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def create_cards() -> None:
    """Cards, and the pages that save one without a payment."""
    op.create_table(
        "saved_card",
        *keys(),
        sa.Column("account_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("customer_id", "method_id", "brand", "last4")),
        sa.Column("exp_month", sa.Integer, nullable=False),
        sa.Column("exp_year", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("hub_id", "method_id"),
        sa.Index("ix_saved_card_account", "hub_id", "account_id", "id"),
    )
    op.create_table(
        "card_setup",
        *keys(),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("checkout_id", sa.Text),
        sa.Column("checkout_url", sa.Text),
        sa.Column("card_id", sa.Uuid),
        sa.Column("success_path", sa.Text, nullable=False),
        sa.Column("cancel_path", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("checked_at", TIME),
        sa.ForeignKeyConstraint(["hub_id", "card_id"], ["saved_card.hub_id", "saved_card.id"]),
        sa.UniqueConstraint("hub_id", "checkout_id"),
        sa.CheckConstraint("status IN ('new', 'open', 'done', 'expired', 'failed')", name="status"),
        sa.CheckConstraint("status <> 'done' OR card_id IS NOT NULL", name="done"),
        sa.Index("ix_card_setup_open", "hub_id", "checked_at", postgresql_where=sa.text("status = 'open'")),
    )


def widen_payments() -> None:
    """A payment may be made with a saved card; what is to be paid once is asked for once at a time."""
    op.add_column("payment", sa.Column("intent_id", sa.Text))
    op.add_column("payment", sa.Column("card_id", sa.Uuid))
    op.add_column("payment", sa.Column("saves_card", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_unique_constraint("uq_payment_hub_id_intent_id", "payment", ["hub_id", "intent_id"])
    op.create_foreign_key(
        "fk_payment_hub_id_saved_card", "payment", "saved_card", ["hub_id", "card_id"], ["hub_id", "id"]
    )
    op.create_index(
        "uq_payment_part_alive",
        "payment",
        ["hub_id", sa.text("split_part(reference, ':', 2)")],
        unique=True,
        postgresql_where=sa.text(
            "reference LIKE 'checkout:%' AND status IN ('new', 'open', 'processing', 'succeeded')"
        ),
    )


def widen_market() -> None:
    """Listings that are delivered every month, memberships among them; orders that come from no basket."""
    op.add_column("listing", sa.Column("is_monthly", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_constraint("ck_listing_kind", "listing")
    op.create_check_constraint(
        op.f("ck_listing_kind"), "listing", "kind IN ('product', 'offer', 'place', 'membership')"
    )
    op.create_check_constraint(op.f("ck_listing_monthly"), "listing", "kind <> 'membership' OR is_monthly")
    op.alter_column("checkout", "basket_id", nullable=True)


def create_subscriptions() -> None:
    """What somebody gets every month, and each month of it."""
    op.create_table(
        "subscription",
        *keys(),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("listing_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("unit_price", sa.BigInteger, nullable=False),
        sa.Column("shipping_price", sa.BigInteger),
        sa.Column("new_price", sa.BigInteger),
        sa.Column("new_shipping_price", sa.BigInteger),
        sa.Column("new_price_period", sa.Integer),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("address", JSONB(none_as_null=True)),
        sa.Column("card_id", sa.Uuid),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("next_period", sa.Integer, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("consented_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("behind_since", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("end_reason", sa.Text),
        sa.ForeignKeyConstraint(["hub_id", "listing_id"], ["listing.hub_id", "listing.id"]),
        sa.ForeignKeyConstraint(["hub_id", "card_id"], ["saved_card.hub_id", "saved_card.id"]),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'paused', 'past_due', 'suspended', 'canceled')", name="status"
        ),
        sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
        sa.CheckConstraint("unit_price > 0 AND shipping_price >= 0 AND new_price > 0", name="prices"),
        sa.CheckConstraint("(new_price IS NULL) = (new_price_period IS NULL)", name="new_price"),
        sa.CheckConstraint("delivery IN ('pickup', 'ship')", name="delivery"),
        sa.CheckConstraint("delivery = 'pickup' OR address IS NOT NULL", name="has_address"),
        sa.CheckConstraint("status IN ('pending', 'canceled') OR card_id IS NOT NULL", name="has_card"),
        sa.CheckConstraint("(status = 'canceled') = (ended_at IS NOT NULL)", name="ended"),
        sa.Index("ix_subscription_account", "hub_id", "account_id", "id"),
        # One at a time: a double click is one subscription.
        sa.Index(
            "uq_subscription_alive",
            "hub_id",
            "listing_id",
            "account_id",
            unique=True,
            postgresql_where=sa.text("status <> 'canceled'"),
        ),
        sa.Index("ix_subscription_due", "next_at", postgresql_where=sa.text("status = 'active'")),
        sa.Index(
            "ix_subscription_behind",
            "hub_id",
            "behind_since",
            postgresql_where=sa.text("status IN ('past_due', 'suspended')"),
        ),
    )
    op.create_table(
        "subscription_period",
        *keys(),
        sa.Column("subscription_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("checkout_id", sa.Uuid),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failure_code", sa.Text),
        sa.Column("failure_message", sa.Text),
        sa.Column("retry_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "subscription_id"], ["subscription.hub_id", "subscription.id"]),
        sa.ForeignKeyConstraint(["hub_id", "checkout_id"], ["checkout.hub_id", "checkout.id"]),
        # The last line of defence against delivering and charging a month twice.
        sa.UniqueConstraint("hub_id", "subscription_id", "number"),
        sa.UniqueConstraint("hub_id", "checkout_id"),
        sa.CheckConstraint("status IN ('ordered', 'paid', 'unpaid', 'skipped', 'sold_out')", name="status"),
        sa.CheckConstraint("(status IN ('skipped', 'sold_out')) = (checkout_id IS NULL)", name="has_order"),
        sa.CheckConstraint("number >= 0 AND attempts >= 0 AND failures >= 0", name="counts"),
        sa.Index("ix_subscription_period_retry", "retry_at", postgresql_where=sa.text("retry_at IS NOT NULL")),
    )


def upgrade() -> None:
    """Create."""
    create_cards()
    widen_payments()
    widen_market()
    create_subscriptions()
    for table, rights in TABLES.items():
        for statement in rls.protect(table, app=rights, central=rights):
            op.execute(statement)
    _allow(f"{OWN}, 'charge.create', 'setup.create'")


def _allow(kinds: str) -> None:
    check = COMMAND.format(hub=rls.CURRENT_HUB, kinds=kinds)
    op.execute("DROP POLICY app_adds ON gateway_command")
    op.execute(f"CREATE POLICY app_adds ON gateway_command FOR INSERT TO {APP_ROLE} WITH CHECK ({check})")


def downgrade() -> None:
    """Undo. Orders without a basket get one that never was; memberships become offers."""
    _allow(OWN)
    for table in ("subscription_period", "subscription"):
        op.drop_table(table)
    # Of all hubs: the role that migrates sees none.
    op.execute(f"SET LOCAL ROLE {CENTRAL_ROLE}")
    op.execute("UPDATE checkout SET basket_id = id WHERE basket_id IS NULL")
    op.execute("RESET ROLE")
    op.alter_column("checkout", "basket_id", nullable=False)
    op.drop_constraint("ck_listing_monthly", "listing")
    op.drop_constraint("ck_listing_kind", "listing")
    op.execute(f"SET LOCAL ROLE {CENTRAL_ROLE}")
    op.execute("UPDATE listing SET kind = 'offer' WHERE kind = 'membership'")
    op.execute("RESET ROLE")
    op.create_check_constraint(op.f("ck_listing_kind"), "listing", "kind IN ('product', 'offer', 'place')")
    op.drop_column("listing", "is_monthly")
    op.drop_index("uq_payment_part_alive", "payment")
    for column in ("saves_card", "card_id", "intent_id"):
        op.drop_column("payment", column)
    for table in ("card_setup", "saved_card"):
        op.drop_table(table)
