"""A right may stand below zero: the fee of a lost dispute, where the rules of the order let the seller bear it."""

from __future__ import annotations

from alembic import op

revision = "0021_dispute_policy"
down_revision = "0020_documents"
branch_labels = None
depends_on = None

OLD_ROLES = "'seller', 'connector', 'referrer', 'core', 'tax', 'cross_hub', 'retainer'"


def upgrade() -> None:
    """Widen."""
    _replace("role", f"role IN ({OLD_ROLES}, 'dispute_fee')")
    _replace("reversed", "reversed >= 0 AND reversed <= greatest(amount, 0)")
    op.execute(
        "ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_amount CHECK (amount >= 0 OR role = 'dispute_fee')"
    )


def downgrade() -> None:
    """Narrow again; refused by the database where such a fee was booked."""
    op.execute("ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_amount")
    _replace("reversed", "reversed >= 0 AND reversed <= amount")
    _replace("role", f"role IN ({OLD_ROLES})")


def _replace(name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE earning_right DROP CONSTRAINT ck_earning_right_{name}")
    op.execute(f"ALTER TABLE earning_right ADD CONSTRAINT ck_earning_right_{name} CHECK ({condition})")
