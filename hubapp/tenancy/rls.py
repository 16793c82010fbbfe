"""Row-level security as SQL text, used by migrations and proved by tests/architecture."""

from __future__ import annotations

from hubapp.kernel.db import APP_ROLE, CENTRAL_ROLE, GUARD_ROLE, OWNER_ROLE

# nullif: a spent SET LOCAL leaves '' behind, and casting '' would raise instead of showing nothing.
CURRENT_HUB = "nullif(current_setting('app.hub_id', true), '')::bigint"


def protect(
    table: str, *, app: str = "SELECT, INSERT, UPDATE, DELETE", central: str = "SELECT, INSERT, UPDATE, DELETE"
) -> list[str]:
    """Statements that wall off a hub table; `app` and `central` are the rights each role gets."""
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY hub_isolation ON {table} USING (hub_id = {CURRENT_HUB}) WITH CHECK (hub_id = {CURRENT_HUB})",
    ]
    return statements + grant(table, app=app, central=central)


def grant(table: str, *, app: str, central: str) -> list[str]:
    """Rights on a table; empty text grants nothing."""
    statements = []
    if app:
        statements.append(f"GRANT {app} ON {table} TO {APP_ROLE}")
    if central:
        statements.append(f"GRANT {central} ON {table} TO {CENTRAL_ROLE}")
    return statements


def definer(signature: str, *, app: bool = True) -> list[str]:
    """Hand a SECURITY DEFINER function to the role that sees past row-level security and that nobody signs in as.

    The new owner needs CREATE on the schema for the moment of the change only. It changes the rights itself: from the
    old one, PostgreSQL takes a REVOKE with a mere warning. The role that migrates may still put triggers on it.
    """
    callers = f"{OWNER_ROLE}, {CENTRAL_ROLE}{f', {APP_ROLE}' if app else ''}"
    return [
        *_as_its_maker(f"ALTER FUNCTION {signature} OWNER TO {GUARD_ROLE}"),
        f"SET LOCAL ROLE {GUARD_ROLE}",
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO {callers}",
        "RESET ROLE",
    ]


def replace_definer(statement: str) -> list[str]:
    """Run a CREATE OR REPLACE of such a function, which keeps its owner and rights: only its owner may."""
    return _as_its_maker(f"SET LOCAL ROLE {GUARD_ROLE}", statement, "RESET ROLE")


def _as_its_maker(*statements: str) -> list[str]:
    return [
        f"GRANT CREATE ON SCHEMA public TO {GUARD_ROLE}",
        *statements,
        f"REVOKE CREATE ON SCHEMA public FROM {GUARD_ROLE}",
    ]


def drop_definer(signature: str) -> list[str]:
    """Drop such a function, for downgrades: only its owner may, and that is not the role that migrates."""
    return [f"SET LOCAL ROLE {GUARD_ROLE}", f"DROP FUNCTION {signature}", "RESET ROLE"]
