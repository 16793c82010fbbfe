"""Who signs in to the database, and what they could become: what serves must not be able to take a guard away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.engine.url import make_url

from hubapp.kernel import server as database_server
from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import ROLES, Server

SERVING: tuple[Literal["app", "central"], ...] = ("app", "central")
VARIABLES = {"app": "DATABASE_URL", "central": "HUBAPP_DATABASE_URL_CENTRAL"}
HOW = "Give each role a login of its own: README, Production 1."
# Of the login and of the role that it serves as; whatever either is a member of, it can become, or act for.
_RIGHTS: LiteralString = """
WITH who AS (SELECT * FROM pg_roles WHERE rolname IN (session_user, %(role)s)),
  home AS (SELECT * FROM pg_database WHERE datname = current_database())
SELECT session_user::text, bool_or(rolsuper), bool_or(rolcreaterole), bool_or(rolreplication), bool_or(rolbypassrls),
  ARRAY(SELECT rolname::text FROM pg_roles AS other WHERE rolname NOT IN (session_user, %(role)s, 'pg_database_owner')
    AND EXISTS (SELECT FROM who WHERE pg_has_role(who.oid, other.oid, 'MEMBER')) ORDER BY 1),
  EXISTS (SELECT FROM home WHERE datdba IN (SELECT oid FROM who)),
  EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner IN (SELECT oid FROM who))
    OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner IN (SELECT oid FROM who))
FROM who
"""


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in for a serving role. `could`: what it could do that no page needs; empty when all is well."""

    role: str
    name: str
    could: tuple[str, ...]


def serving(server: Server) -> list[Login]:
    """The logins that pages, console and worker use, each asked on its own connection."""
    return [_login(server, role) for role in SERVING]


def _login(server: Server, role: str) -> Login:
    with psycopg.connect(server.conninfo(role)) as connection:
        found = connection.execute(_RIGHTS, {"role": ROLES[role]}).fetchone()
    if found is None:
        raise LookupError(f"no role {ROLES[role]}")
    name, is_super, makes_roles, replicates, sees_past, others, owns_all, owns_some = found
    if is_super:
        return Login(role, name, ("is a superuser",))
    could = {
        f"may become {', '.join(others)}": bool(others),
        "may make roles": makes_roles,
        "may copy the whole server": replicates,
        "sees past row-level security": sees_past and role == "app",
        "owns the database": owns_all,
        "owns tables or functions": owns_some,
    }
    return Login(role, name, tuple(words for words, is_so in could.items() if is_so))


def complaint(server: Server) -> str | None:
    """What is wrong with the serving logins, in a sentence, or None."""
    found: dict[str, tuple[str, ...]] = {}
    for login in serving(server):
        if login.could and login.name not in found:
            variable = VARIABLES[login.role] if server.settings.has_own_logins else VARIABLES["app"]
            found[login.name] = (variable, *login.could)
    if not found:
        return None
    each = "; ".join(f"{name} ({variable}) {', '.join(could)}" for name, (variable, *could) in found.items())
    return f"Who serves could take away what guards the money in the database: {each}. {HOW}"


def make(server: Server) -> None:
    """Create the roles and, where each has a login of its own, let it sign in with the password that its URL has.

    Safe to repeat. A login by another name is its maker's; it has to be a member of the role that it serves as.
    """
    database_server.ensure_roles(server.admin)
    if not server.settings.has_own_logins:
        return
    urls = (server.settings.database_url, server.settings.database_url_central)
    with psycopg.connect(server.admin, autocommit=True) as connection:
        for role, url in zip(SERVING, urls, strict=True):
            parts = make_url(str(url))
            if parts.username == ROLES[role] and parts.password:
                _let_in(connection, ROLES[role], str(parts.password))
    database_server.make_sandbox(server)


def _let_in(connection: psycopg.Connection, role: str, password: str) -> None:
    # Hashed here: neither the connection nor the server's log sees the password itself.
    secret = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(secret))
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refusal(
            f"{connection.info.user} may not give {role} its password."
            " Have whoever runs the database server set the one in its URL."
        ) from error
