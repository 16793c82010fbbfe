"""Bringing the database to the newest version, as the owner role, one process at a time."""

from __future__ import annotations

from functools import lru_cache

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine.url import URL

from hubapp.kernel import logins
from hubapp.kernel import server as database_server
from hubapp.kernel.db import OWNER_ROLE
from hubapp.kernel.paths import MIGRATIONS


def configuration(url: URL) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(server: database_server.Server, revision: str = "head") -> None:
    """Create roles if need be, let those sign in that have a login of their own, and apply all migrations."""
    logins.make(server)
    command.upgrade(configuration(server.url("owner")), revision)


def downgrade(server: database_server.Server, revision: str) -> None:
    """Go back to `revision` (tests go up, down and up again)."""
    command.downgrade(configuration(server.url("owner")), revision)


def status(server: database_server.Server) -> tuple[str | None, str | None]:
    """(revision of the database, newest revision known); equal when up to date."""
    is_owner = server.administrator is not None
    # The owner role may not exist yet, and what serves has no login that could become it.
    conninfo = server.admin if is_owner else server.conninfo("central")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        exists = connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
        if not (exists and exists[0]):
            return None, newest()
        if is_owner:  # its login, where it is no superuser, may not read the table in its own name
            connection.execute(f"SET ROLE {OWNER_ROLE}")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    current = str(row[0]) if row else None
    return current, ScriptDirectory(str(MIGRATIONS)).get_current_head()


@lru_cache(maxsize=1)
def newest() -> str | None:
    """The newest revision this code knows; the files do not change while it runs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
