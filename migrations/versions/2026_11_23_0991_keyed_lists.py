"""Lists that go on: an index of disputes, refunds and renewals in the order in which each list shows them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel import indexes

revision = "0091_keyed_lists"
down_revision = "0090_plan_explained"
branch_labels = None
depends_on = None

INDEXES = (
    ("dispute", "ix_dispute_nearest", [sa.text("(coalesce(due_by, 'infinity'))"), "id"], "outcome IS NULL"),
    ("dispute", "ix_dispute_over", ["closed_at", "id"], "closed_at IS NOT NULL"),
    ("refund_request", "ix_refund_request_nearest", ["due_at", "id"], "decided_at IS NULL"),
    ("refund_request", "ix_refund_request_decided", ["decided_at", "id"], "decided_at IS NOT NULL"),
    ("subscription", "ix_subscription_coming", ["hub_id", "next_at", "id"], "status = 'active'"),
)


def upgrade() -> None:
    """While people buy: nothing is locked."""
    for table, name, columns, condition in INDEXES:
        indexes.make(name, table, columns, postgresql_where=sa.text(condition))


def downgrade() -> None:
    """Nothing else reads them."""
    for table, name, _columns, _condition in INDEXES:
        op.drop_index(name, table)
