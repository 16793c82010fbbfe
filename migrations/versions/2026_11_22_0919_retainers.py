"""Retainers agreed with a person, and each period that was earned, once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0019_retainers"
down_revision = "0018_manual_entries"
branch_labels = None
depends_on = None

OLD_ROLES = "'seller', 'connector', 'referrer', 'core', 'tax', 'cross_hub'"
# What was proposed is what is approved: only the decision, an end and what was earned may be written later.
DECISION = "status, decided_by, decided_at, answer"
END = "last_day, ended_by, ended_at, end_reason"
EARNED = "periods_earned, next_due_at"


def upgrade() -> None:
    """Create."""
    _create_retainers()
    _create_periods()
    for statement in (
        *rls.protect(
            "retainer",
            app=f"SELECT, UPDATE ({EARNED})",
            central=f"SELECT, INSERT, UPDATE ({DECISION}, {END}, {EARNED})",
        ),
        *rls.protect("retainer_period", app="SELECT, INSERT", central="SELECT, INSERT"),
        "ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_role",
        f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_role CHECK (role IN ({OLD_ROLES}, 'retainer'))",
    ):
        op.execute(statement)


def _create_retainers() -> None:
    op.create_table(
        "retainer",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("rhythm", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Uuid, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("ended_by", sa.Uuid),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text),
        sa.Column("periods_earned", sa.Integer, nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("rhythm IN ('weekly', 'monthly')", name="rhythm"),
        sa.CheckConstraint("status IN ('proposed', 'refused', 'agreed')", name="status"),
        sa.CheckConstraint("last_day >= first_day - 1", name="days"),
        sa.CheckConstraint("note <> '' AND reason <> ''", name="says_why"),
        sa.CheckConstraint("decided_by <> proposed_by AND decided_by <> account_id", name="two_people"),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        sa.CheckConstraint(
            "(ended_by IS NULL) = (ended_at IS NULL) AND (ended_by IS NULL) = (end_reason IS NULL)"
            " AND (ended_by IS NULL OR status = 'agreed' AND last_day IS NOT NULL)",
            name="ended",
        ),
        sa.CheckConstraint(
            "periods_earned >= 0 AND (status = 'agreed' OR periods_earned = 0 AND next_due_at IS NULL)", name="earned"
        ),
        sa.Index("ix_retainer_hub_id_account_id", "hub_id", "account_id"),
        sa.Index("ix_retainer_due", "next_due_at", postgresql_where=sa.text("next_due_at IS NOT NULL")),
    )


def _create_periods() -> None:
    op.create_table(
        "retainer_period",
        sa.Column("hub_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("retainer_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("of_days", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "retainer_id"], ["retainer.hub_id", "retainer.id"]),
        sa.UniqueConstraint("hub_id", "retainer_id", "number"),
        sa.UniqueConstraint("hub_id", "retainer_id", "first_day"),
        sa.CheckConstraint("number >= 0 AND last_day >= first_day AND days > 0 AND days <= of_days", name="days"),
        sa.CheckConstraint("amount >= 0", name="amount"),
    )


def downgrade() -> None:
    """Undo; refused where retainers were earned already."""
    for statement in (
        "ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_role",
        f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_role CHECK (role IN ({OLD_ROLES}))",
    ):
        op.execute(statement)
    op.drop_table("retainer_period")
    op.drop_table("retainer")
