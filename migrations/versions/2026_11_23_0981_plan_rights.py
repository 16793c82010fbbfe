"""One right for each line that a plan pays, which stays what it is: nobody doubles it, moves it or turns it into another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel import indexes
from hubapp.tenancy import rls

revision = "0081_plan_rights"
down_revision = "0080_member_search"
branch_labels = None
depends_on = None

TABLE, INDEX = "earning_right", "uq_earning_right_plan"
ROLES = (rls.APP_ROLE, rls.CENTRAL_ROLE)
MOVES = "reversed, claimed, payout_id, is_frozen"  # what happens to an earning; what it is never changes
GUARD = """CREATE TRIGGER plan_guard BEFORE INSERT OR UPDATE OF {columns} ON earning_right FOR EACH ROW
WHEN (NEW.role = 'plan') EXECUTE FUNCTION plan_right_has_a_line()"""
BEFORE, AFTER = "role, amount, owner, currency", "hub_id, order_id, role, amount, owner, currency"


def upgrade() -> None:
    """While sales settle: the rights of columns and the trigger at once, the index beside everybody's work."""
    for role in ROLES:
        op.execute(f"REVOKE UPDATE ON {TABLE} FROM {role}")
        op.execute(f"GRANT UPDATE ({MOVES}) ON {TABLE} TO {role}")
    op.execute(f"DROP TRIGGER plan_guard ON {TABLE}")
    op.execute(GUARD.format(columns=AFTER))
    indexes.make(INDEX, TABLE, ["hub_id", "order_id"], unique=True, postgresql_where=sa.text("role = 'plan'"))


def downgrade() -> None:
    """As it was."""
    op.drop_index(INDEX, TABLE)
    op.execute(f"DROP TRIGGER plan_guard ON {TABLE}")
    op.execute(GUARD.format(columns=BEFORE))
    for role in ROLES:
        op.execute(f"REVOKE UPDATE ({MOVES}) ON {TABLE} FROM {role}")
        op.execute(f"GRANT UPDATE ON {TABLE} TO {role}")
