"""What the app's role may add to central money tables: requests of its own hub, never money on its way."""

from __future__ import annotations

from alembic import op

from hubapp.kernel.db import APP_ROLE, GUARD_ROLE
from hubapp.tenancy import rls

revision = "0013_narrow_inserts"
down_revision = "0012_ledger_check"
branch_labels = None
depends_on = None

# Transfers and payouts are ordered by jobs across hubs only, as the central role, which these policies do not bind.
COMMAND = f"""status = 'todo' AND (
  (hub_id = {rls.CURRENT_HUB} AND kind IN ('checkout.create', 'checkout.expire', 'refund.create'))
  OR (hub_id IS NULL AND kind = 'payee.create'))"""
PAYEE = "status = 'new' AND provider_account_id IS NULL AND bank_fingerprint IS NULL AND frozen_reason IS NULL"
PAYOUT = """status = 'requested' AND amount IS NULL AND destination IS NULL AND hub_ids IS NULL AND transfer_id IS NULL
  AND provider_id IS NULL"""
CHECKS = {
    "gateway_command": COMMAND,
    "payee": PAYEE,
    "payout": PAYOUT,
    "audit_event": f"hub_id IS NULL OR hub_id = {rls.CURRENT_HUB}",
}
READABLE = ("payee", "payout")
# Without pg_temp named last, a temporary table of the caller's would be found first, with the function's rights.
# Earlier versions revoked after giving the function away, which did nothing: everybody on the server could call it.
CLOSE = """
DO $$ DECLARE item record; BEGIN
  FOR item IN SELECT oid::regprocedure AS name, prorettype = 'trigger'::regtype AS is_trigger FROM pg_proc
    WHERE prosecdef AND pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'USAGE')
  LOOP
    EXECUTE 'REVOKE ALL ON FUNCTION ' || item.name || ' FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION ' || item.name || ' TO hubapp_owner';
    IF NOT item.is_trigger THEN
      EXECUTE 'GRANT EXECUTE ON FUNCTION ' || item.name || ' TO hubapp_app';
    END IF;
  END LOOP;
END $$
"""
FUNCTIONS = ("membership_changed()", "hub_role_changed()", "hubs_of(uuid)")


def upgrade() -> None:
    """Create."""
    for table, check in CHECKS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY app_adds ON {table} FOR INSERT TO {APP_ROLE} WITH CHECK ({check})")
    for table in READABLE:
        op.execute(f"CREATE POLICY app_reads ON {table} FOR SELECT TO {APP_ROLE} USING (true)")
    _search("public, pg_temp")
    op.execute(f"SET LOCAL ROLE {GUARD_ROLE}")
    op.execute(CLOSE)
    op.execute("RESET ROLE")


def downgrade() -> None:
    """Undo."""
    _search("public")
    for table in READABLE:
        op.execute(f"DROP POLICY app_reads ON {table}")
    for table in CHECKS:
        op.execute(f"DROP POLICY app_adds ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def _search(path: str) -> None:
    op.execute(f"SET LOCAL ROLE {GUARD_ROLE}")  # the functions are its own
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} SET search_path = {path}")
    op.execute("RESET ROLE")
