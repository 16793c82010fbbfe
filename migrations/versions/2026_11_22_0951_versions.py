"""Versions of what a connector edits, with the logos they need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0051_versions"
down_revision = "0050_paid_tickets"
branch_labels = None
depends_on = None

TABLES = ("hub_logo", "hub_version")


def _hub_table(name: str, *parts: sa.Column[object] | sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        *parts,
    )


def upgrade() -> None:
    """Create."""
    _hub_table(
        "hub_version",
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False, server_default=""),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("source", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.Column("by_name", sa.Text, nullable=False, server_default=""),
        sa.Column("content", JSONB, nullable=False),
        sa.UniqueConstraint("hub_id", "part", "subject", "number"),
        sa.CheckConstraint("part IN ('brand', 'front', 'steps', 'page')", name="part"),
        sa.CheckConstraint("act IN ('found', 'edit', 'remove', 'restore')", name="act"),
        sa.CheckConstraint("(act = 'restore') = (source IS NOT NULL)", name="source"),
    )
    _hub_table(
        "hub_logo",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hub_id", "digest"),
    )
    # What somebody saved stays as it was: a version is brought back by a new one.
    for statement in (
        *rls.protect("hub_version", app="SELECT, INSERT", central="SELECT"),
        *rls.protect("hub_logo", app="SELECT, INSERT, DELETE", central="SELECT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        op.drop_table(table)
