"""Lists of the central team that go on: an index of disputes and refunds in the order in which each list shows them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel import indexes

revision = "0091_keyed_lists"
down_revision = "0090_plan_explained"
branch_labels = None
depends_on = None

DISPUTES = (
    ("ix_dispute_nearest", [sa.text("(coalesce(due_by, 'infinity'))"), "id"], "outcome IS NULL"),
    ("ix_dispute_over", ["closed_at", "id"], "closed_at IS NOT NULL"),
)
REFUNDS = (
    ("ix_refund_request_nearest", ["due_at", "id"], "decided_at IS NULL"),
    ("ix_refund_request_decided", ["decided_at", "id"], "decided_at IS NOT NULL"),
)


def upgrade() -> None:
    """While people buy: nothing is locked."""
    for table, made in (("dispute", DISPUTES), ("refund_request", REFUNDS)):
        for name, columns, condition in made:
            indexes.make(name, table, columns, postgresql_where=sa.text(condition))


def downgrade() -> None:
    """Nothing else reads them."""
    for table, made in (("dispute", DISPUTES), ("refund_request", REFUNDS)):
        for name, _columns, _condition in made:
            op.drop_index(name, table)
