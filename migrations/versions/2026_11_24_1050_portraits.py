"""Members' photos: the name of a photo's files and whom it is for, beside the name that every page shows it with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel import indexes

revision = "0150_portraits"
down_revision = "0140_hub_moments"
branch_labels = None
depends_on = None

AUDIENCES = "portrait_for IN ('everybody', 'members', 'connector', 'nobody')"
NAME = "ck_membership_portrait_for"


def upgrade() -> None:
    """While people join: the check is read later than it is made, and the index comes without anybody waiting."""
    op.add_column("membership", sa.Column("portrait", sa.Text))
    op.add_column("membership", sa.Column("portrait_for", sa.Text, nullable=False, server_default="everybody"))
    op.execute(f"ALTER TABLE membership ADD CONSTRAINT {NAME} CHECK ({AUDIENCES}) NOT VALID")
    indexes.make(
        "ix_membership_portrait",
        "membership",
        ["hub_id", "portrait"],
        unique=True,
        postgresql_where=sa.text("portrait IS NOT NULL"),
    )
    op.execute(f"ALTER TABLE membership VALIDATE CONSTRAINT {NAME}")


def downgrade() -> None:
    """Undo. The files stay; nothing leads to them."""
    op.drop_index("ix_membership_portrait", "membership")
    op.drop_constraint(op.f(NAME), "membership", type_="check")
    op.drop_column("membership", "portrait_for")
    op.drop_column("membership", "portrait")
