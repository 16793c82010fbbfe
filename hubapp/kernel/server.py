"""Which database server serves this process: the embedded one, started if need be, or DATABASE_URL's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine.url import URL, make_url

from hubapp.kernel import postgres
from hubapp.kernel.config import Settings
from hubapp.kernel.db import APP_ROLE, CENTRAL_ROLE, GUARD_ROLE, OWNER_ROLE
from hubapp.kernel.errors import Refusal

DATABASE = "hubapp"
SANDBOX_DATABASE = "hubapp_sandbox"
MADE_AS = {
    OWNER_ROLE: "LOGIN NOBYPASSRLS",
    APP_ROLE: "LOGIN NOBYPASSRLS",
    CENTRAL_ROLE: "LOGIN BYPASSRLS",
    GUARD_ROLE: "NOLOGIN BYPASSRLS",
}
ROLES = {"app": APP_ROLE, "central": CENTRAL_ROLE, "owner": OWNER_ROLE}
# Names that are nearly the same, looked up within one hub. Both come with PostgreSQL and are trusted: whoever may
# create things in the database may create them.
EXTENSIONS = ("pg_trgm", "btree_gin")


@dataclass(frozen=True, slots=True)
class Server:
    """Connection strings of one server. `admin` signs in as whoever may create roles and migrate."""

    admin: str
    settings: Settings

    def url(self, role: str) -> URL:
        """SQLAlchemy URL for `app`, `central` or `owner`.

        The embedded server trusts its socket, so each role signs in itself. Elsewhere DATABASE_URL's user signs in and
        the startup packet sets the role, so that RESET ROLE returns to it and not to the login.
        """
        name = ROLES[role]
        if self.settings.database_url:
            url = make_url(self.settings.database_url).set(drivername="postgresql+psycopg")
            return url.update_query_dict({"options": f"-c role={name}"})
        parts = dict(part.split("=", 1) for part in self.admin.split())
        return URL.create(
            "postgresql+psycopg",
            username=name,
            database=parts["dbname"],
            query={"host": parts["host"], "port": parts["port"]},
        )

    def conninfo(self, role: str) -> str:
        """The same for psycopg. Not as a URL: SQLAlchemy writes a space as `+` there, which libpq takes literally."""
        url = self.url(role)
        given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
        query = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
        return make_conninfo("", **{**given, "dbname": url.database, **query})

    @property
    def sandbox(self) -> str:
        """The payment sandbox's own database."""
        if self.settings.sandbox_database_url:
            return self.settings.sandbox_database_url
        if self.settings.database_url:
            url = make_url(self.settings.database_url)
            return url.set(drivername="postgresql", database=f"{url.database}_sandbox").render_as_string(
                hide_password=False
            )
        return self.admin.replace(f"dbname={DATABASE}", f"dbname={SANDBOX_DATABASE}")


def connect(settings: Settings) -> Server:
    """The server to use; starts the embedded one and creates its databases when there is none yet."""
    if settings.database_url:
        url = make_url(settings.database_url).set(drivername="postgresql")
        server = Server(url.render_as_string(hide_password=False), settings)
        if settings.is_sandbox:
            _create_missing(server.admin, make_url(server.sandbox).database or SANDBOX_DATABASE)
        return server
    maintenance = postgres.ensure(settings.data / "postgres")
    for name in (DATABASE, SANDBOX_DATABASE):
        _create_missing(maintenance, name)
    return Server(maintenance.replace("dbname=postgres", f"dbname={DATABASE}"), settings)


def _create_missing(admin: str, name: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.DuplicateDatabase:  # another process was quicker
            return


def ensure_roles(admin: str) -> None:
    """Create the four roles and their relations, and the extensions; safe to repeat.

    Needs CREATEROLE and BYPASSRLS rights, and CREATE on the database. Raises Refusal where it may not create a role.
    """
    with psycopg.connect(admin, autocommit=True) as connection:
        for role, options in MADE_AS.items():
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                _create_role(connection, role, options)
        # Functions see what the central role sees, and it cannot change them.
        connection.execute(f"GRANT {CENTRAL_ROLE} TO {GUARD_ROLE} WITH INHERIT TRUE, SET TRUE")
        # The owner hands SECURITY DEFINER functions over; it never acts with the rights of those who see all hubs.
        for role in (CENTRAL_ROLE, GUARD_ROLE):
            connection.execute(f"GRANT {role} TO {OWNER_ROLE} WITH INHERIT FALSE, SET TRUE")
        for role in MADE_AS:
            connection.execute(f"GRANT {role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
        connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER_ROLE} WITH GRANT OPTION")
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {CENTRAL_ROLE}")
        for extension in EXTENSIONS:
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} WITH SCHEMA public")


def _create_role(connection: psycopg.Connection, role: str, options: str) -> None:
    login = connection.info.user
    try:
        with suppress(psycopg.errors.DuplicateObject):
            connection.execute(f"CREATE ROLE {role} {options}".encode())
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refusal(
            f"{login} may not create the role {role}. Have whoever runs the database server say:"
            f" CREATE ROLE {role} {options}; GRANT {role} TO {login} WITH ADMIN OPTION;"
        ) from error
