"""Tables of payouts: payees, payouts, and the part that each hub gives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0008_payouts"
down_revision = "0007_shares"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
OPEN = sa.text("status NOT IN ('paid', 'failed', 'canceled')")


def upgrade() -> None:
    """Create."""
    op.create_table(
        "payee",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("country", "currency", "email")),
        sa.Column("provider_account_id", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("requirements", JSONB, nullable=False),
        *(
            sa.Column(name, sa.Text)
            for name in ("disabled_reason", "failure", "frozen_reason", "bank_last4", "bank_fingerprint")
        ),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("checked_at", TIME),
        sa.UniqueConstraint("account_id"),
        sa.UniqueConstraint("provider_account_id"),
        sa.CheckConstraint("status IN ('new', 'onboarding', 'ready', 'disabled')", name="status"),
    )
    _payout()
    _part()
    statements = [
        # A person's page opens a payee and asks for a payout; only jobs, across hubs, move them along.
        *rls.grant("payee", app="SELECT, INSERT", central="SELECT, INSERT, UPDATE"),
        *rls.grant("payout", app="SELECT, INSERT", central="SELECT, INSERT, UPDATE"),
        *rls.protect("payout_part", app="SELECT, INSERT, UPDATE", central="SELECT, INSERT, UPDATE"),
    ]
    for statement in statements:
        op.execute(statement)


def _payout() -> None:
    op.create_table(
        "payout",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("payee_id", sa.Uuid, sa.ForeignKey("payee.id"), nullable=False, index=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("hub_ids", JSONB),
        sa.Column("amount", sa.BigInteger),
        *(
            sa.Column(name, sa.Text)
            for name in ("destination", "bank_fingerprint", "bank_last4", "reason", "transfer_id", "provider_id")
        ),
        sa.Column("requested_at", TIME, nullable=False),
        *(sa.Column(name, TIME) for name in ("transferred_at", "arrives_at", "finished_at", "retry_at", "checked_at")),
        sa.CheckConstraint(
            "status IN ('requested', 'prepared', 'transferred', 'paying', 'returning', 'paid', 'failed', 'canceled')",
            name="status",
        ),
        sa.CheckConstraint("(amount IS NOT NULL AND amount > 0) OR status IN ('requested', 'canceled')", name="amount"),
        sa.Index("uq_payout_open", "payee_id", "currency", unique=True, postgresql_where=OPEN),
        sa.Index("ix_payout_open", "status", postgresql_where=OPEN),
    )


def _part() -> None:
    op.create_table(
        "payout_part",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("payout_id", sa.Uuid, sa.ForeignKey("payout.id"), nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.UniqueConstraint("hub_id", "payout_id"),
        sa.CheckConstraint("status IN ('left_out', 'claimed', 'transferred', 'paid', 'released')", name="status"),
        sa.CheckConstraint("amount >= 0 AND (amount > 0 OR status = 'left_out')", name="amount"),
        sa.Index("ix_payout_part_payout_id", "payout_id"),
        sa.Index("ix_payout_part_hub_id_account_id", "hub_id", "account_id"),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("payout_part", "payout", "payee"):
        op.drop_table(table)
