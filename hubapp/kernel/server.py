"""Which database server serves this process: the embedded one, started if need be, or DATABASE_URL's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
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
    """Connection strings of one server. `administrator`: None where this process was given the serving logins alone."""

    administrator: str | None
    settings: Settings

    @property
    def admin(self) -> str:
        """Signs in as whoever may create roles and migrate. Raises Refusal where this process has no such login."""
        if self.administrator is None:
            raise Refusal(
                "This needs the login of the database's owner, which what serves does not have: set"
                " HUBAPP_DATABASE_URL_OWNER for this command."
            )
        return self.administrator

    def url(self, role: str) -> URL:
        """SQLAlchemy URL for `app`, `central` or `owner`.

        The embedded server trusts its socket, so each role signs in itself, as it does where it has a login of its own.
        Any other login takes its role with the startup packet, so that RESET ROLE returns to the role.
        """
        name = ROLES[role]
        if self.settings.database_url:
            url = make_url(self._login(role)).set(drivername="postgresql+psycopg")
            return url if url.username == name else url.update_query_dict({"options": f"-c role={name}"})
        parts = dict(part.split("=", 1) for part in self.admin.split())
        return URL.create(
            "postgresql+psycopg",
            username=name,
            database=parts["dbname"],
            query={"host": parts["host"], "port": parts["port"]},
        )

    def _login(self, role: str) -> str:
        """Whose URL a role signs in with, where DATABASE_URL is set."""
        own = {"central": self.settings.database_url_central, "owner": self.settings.database_url_owner}.get(role)
        if role == "owner" and self.settings.has_own_logins and own is None:
            return self.admin  # which says what is missing
        return own or str(self.settings.database_url)

    def conninfo(self, role: str) -> str:
        """The same for psycopg."""
        return _conninfo(self.url(role))

    @property
    def sandbox(self) -> str:
        """The payment sandbox's own database."""
        if self.settings.sandbox_database_url:
            return self.settings.sandbox_database_url
        if self.settings.database_url:
            url = make_url(self.settings.database_url)
            return _conninfo(url.set(database=f"{url.database}_sandbox"))
        return self.admin.replace(f"dbname={DATABASE}", f"dbname={SANDBOX_DATABASE}")


def _conninfo(url: URL) -> str:
    """For psycopg, not as a URL: SQLAlchemy writes a space as it is, or as `+`, which libpq does not take for one."""
    given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    query = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return make_conninfo("", **{**given, "dbname": url.database, **query})


def connect(settings: Settings) -> Server:
    """The server to use; starts the embedded one and creates its databases when there is none yet."""
    if settings.database_url or settings.has_own_logins or settings.database_url_owner:
        return _elsewhere(settings)
    maintenance = postgres.ensure(settings.data / "postgres")
    for name in (DATABASE, SANDBOX_DATABASE):
        _create_missing(maintenance, name)
    return Server(maintenance.replace("dbname=postgres", f"dbname={DATABASE}"), settings)


def _elsewhere(settings: Settings) -> Server:
    """The server that the environment names."""
    if not settings.database_url or (settings.database_url_owner and not settings.has_own_logins):
        raise Refusal(
            "Logins of their own go together: DATABASE_URL for the pages, HUBAPP_DATABASE_URL_CENTRAL for console and"
            " worker, and HUBAPP_DATABASE_URL_OWNER for `hubapp db upgrade`, `backup` and `restore` alone."
        )
    owner = settings.database_url_owner if settings.has_own_logins else settings.database_url
    server = Server(None if owner is None else _conninfo(make_url(owner)), settings)
    if not settings.has_own_logins:
        make_sandbox(server)
    return server


def make_sandbox(server: Server) -> None:
    """The sandbox's database, where there is none yet. It is owned by whoever signs in there: it holds play money."""
    if not server.settings.is_sandbox:
        return
    place = conninfo_to_dict(server.sandbox)
    owner = str(place["user"]) if server.settings.has_own_logins else None
    _create_missing(server.admin, str(place.get("dbname") or SANDBOX_DATABASE), owner)


def _create_missing(admin: str, name: str, owner: str | None = None) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if owner is not None:
        statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
    with psycopg.connect(admin, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return
        try:
            connection.execute(statement)
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
