"""Paid tickets: what a seat costs, who pays it until when, what comes back; orders of what takes place at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050_paid_tickets"
down_revision = "0042_coming"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SEATS = "gathering_registration"
FOREIGN = f"fk_{SEATS}_hub_id_order_id"
STATUSES = "status IN ('confirmed', 'waiting', 'canceled')"
WITH_PAYING = "status IN ('confirmed', 'paying', 'waiting', 'canceled')"
PAYING = "status <> 'paying' OR (unit_price IS NOT NULL AND pay_until IS NOT NULL)"
PAID = "status <> 'confirmed' OR unit_price IS NULL OR paid_at IS NOT NULL"
ORDERED = "(checkout_id IS NULL) = (order_id IS NULL) AND (paid_at IS NULL OR order_id IS NOT NULL)"
HANDED_OVER = "paid_at IS NOT NULL AND refund_due_at IS NULL AND handed_over_at IS NULL"
WHEN = {"paying": ["pay_until"], "refund": ["refund_due_at"], "handover": ["hub_id", "gathering_id"]}
WHERE = {"paying": "status = 'paying'", "refund": "refund_due_at IS NOT NULL", "handover": HANDED_OVER}


def of_gathering() -> tuple[sa.Column[object], ...]:
    """What a seat costs, and when that comes back."""
    return (
        sa.Column("price", sa.BigInteger),
        sa.Column("tax_category", sa.Text, nullable=False, server_default="standard"),
        sa.Column("refund_hours", sa.Integer, server_default=sa.text("24")),
        sa.Column("is_sold_by_host", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )


def of_seats() -> tuple[sa.Column[object], ...]:
    """Who pays until when, with which order, and what goes back."""
    return (
        sa.Column("unit_price", sa.BigInteger),
        sa.Column("refund_hours", sa.Integer),
        sa.Column("asked_at", TIME),
        sa.Column("pay_until", TIME),
        sa.Column("checkout_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("paid_at", TIME),
        sa.Column("paid_revision", sa.Integer),
        sa.Column("refund_due_at", TIME),
        sa.Column("handed_over_at", TIME),
        sa.Column("canceled_why", sa.Text),
    )


def upgrade() -> None:
    """Widen."""
    op.add_column("orders", sa.Column("takes_place_at", TIME))
    for column in of_gathering():
        op.add_column("gathering", column)
    op.create_check_constraint("price", "gathering", "price > 0 AND refund_hours >= 0")
    op.create_check_constraint("seller", "gathering", "NOT is_sold_by_host OR host_account_id IS NOT NULL")
    for column in of_seats():
        op.add_column(SEATS, column)
    op.drop_constraint(op.f("ck_gathering_registration_status"), SEATS, type_="check")
    op.create_check_constraint("status", SEATS, WITH_PAYING)
    op.create_check_constraint("paying", SEATS, PAYING)
    op.create_check_constraint("paid", SEATS, PAID)
    op.create_check_constraint("order", SEATS, ORDERED)
    op.create_foreign_key(FOREIGN, SEATS, "orders", ["hub_id", "order_id"], ["hub_id", "id"])
    op.create_unique_constraint(f"uq_{SEATS}_hub_id_checkout_id", SEATS, ["hub_id", "checkout_id"])
    op.create_unique_constraint(f"uq_{SEATS}_hub_id_order_id", SEATS, ["hub_id", "order_id"])
    for name, columns in WHEN.items():
        op.create_index(f"ix_{SEATS}_{name}", SEATS, columns, postgresql_where=sa.text(WHERE[name]))


def downgrade() -> None:
    """Undo; seats that are being paid cannot be kept as such."""
    for name in WHEN:
        op.drop_index(f"ix_{SEATS}_{name}", SEATS)
    for name in ("paying", "paid", "order", "status"):
        op.drop_constraint(op.f(f"ck_gathering_registration_{name}"), SEATS, type_="check")
    op.execute(f"UPDATE {SEATS} SET status = 'canceled', canceled_at = pay_until WHERE status = 'paying'")
    op.create_check_constraint("status", SEATS, STATUSES)
    for column in of_seats():
        op.drop_column(SEATS, column.name)
    for name in ("price", "seller"):
        op.drop_constraint(op.f(f"ck_gathering_{name}"), "gathering", type_="check")
    for column in of_gathering():
        op.drop_column("gathering", column.name)
    op.drop_column("orders", "takes_place_at")
