"""Dumping a database in one snapshot and loading it again, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hubapp.kernel import postgres
from hubapp.kernel.db import CENTRAL_ROLE, GUARD_ROLE, OWNER_ROLE
from hubapp.kernel.errors import Refusal

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


class DumpFailed(Refusal):
    """PostgreSQL's program gave up; its last words follow."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a dump holds: rows of each table at the moment of its snapshot, and the server's version."""

    rows: dict[str, int]
    server_version: int


def dump(conninfo: str, target: Path) -> Dumped:
    """Write the database as it is at one moment, while others go on writing; counts are of the same moment."""
    with full_rights(conninfo), psycopg.connect(conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = _text(connection, "SELECT pg_export_snapshot()")
        version = connection.info.server_version
        program = _program("pg_dump", conninfo, version)
        options = ["--format=custom", "--no-comments", f"--snapshot={snapshot}", f"--file={target}"]
        _run(program, conninfo, options)
        return Dumped(_counts(connection), version)


def load(conninfo: str, source: Path, *, keep_owners: bool) -> dict[str, int]:
    """Load a dump into an empty database, whole or not at all; answers the rows of each table."""
    with full_rights(conninfo, creates=keep_owners), psycopg.connect(conninfo, autocommit=True) as connection:
        options = ["--exit-on-error", "--single-transaction", "--no-comments"]
        if not keep_owners:
            options += ["--no-owner", "--no-privileges"]
        program = _program("pg_restore", conninfo, connection.info.server_version)
        contents = _contents(program, source)
        _run(program, conninfo, [*options, f"--use-list={contents}", str(source)])
        return _counts(connection)


def _contents(program: Path, source: Path) -> Path:
    """The dump's list without the schema's own rights: those are given with the roles, by whoever may give them."""
    listed = subprocess.run([program, "--list", source], capture_output=True, text=True, check=False, cwd="/")
    if listed.returncode:
        raise DumpFailed(f"{program.name} failed: {listed.stderr.strip()[-600:]}")
    kept = [line for line in listed.stdout.splitlines() if " ACL - SCHEMA " not in line]
    target = source.with_suffix(".list")
    target.write_text("\n".join(kept) + "\n")
    return target


def wipe(conninfo: str) -> None:
    """Empty a database. Refuses while anybody else is connected to it."""
    with full_rights(conninfo), psycopg.connect(conninfo) as connection:
        if int(_text(connection, OTHERS)):
            raise Refusal("Somebody is still connected to the database: stop `hubapp serve` and `hubapp worker` first.")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        # As a fresh database has it.
        connection.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
        connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")


def has_rows(conninfo: str, *, apart_from: Sequence[str] = ()) -> bool:
    """Whether any table holds anything."""
    with full_rights(conninfo), psycopg.connect(conninfo, autocommit=True) as connection:
        for (name,) in connection.execute(TABLES).fetchall():
            query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(name))
            row = connection.execute(query).fetchone()
            if name not in apart_from and row and row[0]:
                return True
    return False


def _counts(connection: psycopg.Connection) -> dict[str, int]:
    found = {}
    for (name,) in connection.execute(TABLES).fetchall():
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        found[str(name)] = int(row[0]) if row else 0
    return found


@contextmanager
def full_rights(conninfo: str, *, creates: bool = False) -> Iterator[None]:
    """Where the login is no superuser: let it act with its roles' rights for a while, as it has to read every row."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        is_super = _text(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "True"
        # Who is none of its members has a database of its own here: the sandbox's, where nothing is the owner's.
        is_member = _text(connection, f"SELECT pg_has_role(to_regrole('{OWNER_ROLE}'), 'MEMBER')") == "True"
    if is_super or not is_member:
        yield
        return
    with psycopg.connect(conninfo, autocommit=True) as connection:
        _lend(connection, inherit="TRUE")
        if creates:  # functions go to roles that see all hubs and may make nothing themselves: central, in old backups
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {CENTRAL_ROLE}, {GUARD_ROLE}")
    try:
        yield
    finally:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            if creates:
                connection.execute(f"REVOKE CREATE ON SCHEMA public FROM {CENTRAL_ROLE}, {GUARD_ROLE}")
            _lend(connection, inherit="FALSE")


def _lend(connection: psycopg.Connection, *, inherit: str) -> None:
    for role in (OWNER_ROLE, CENTRAL_ROLE, GUARD_ROLE):
        if _text(connection, f"SELECT to_regrole('{role}')") == "None":  # an installation made before there was one
            continue
        connection.execute(f"GRANT {role} TO CURRENT_USER WITH INHERIT {inherit}, SET TRUE".encode())


def _text(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row else ""


def _program(name: str, conninfo: str, server_version: int) -> Path:
    """The server's own where PG_BINDIR names it; never older than the server.

    Over a socket the embedded one is at hand; it knows no TLS, so that over a network PATH's comes first.
    """
    own, others = postgres.program(name), shutil.which(name)
    is_local = str(conninfo_to_dict(conninfo).get("host", "/")).startswith("/")
    is_first = is_local or "PG_BINDIR" in os.environ
    tried = []
    for path in (own, others) if is_first else (others, own):
        if path is None:
            continue
        major = _major(Path(path))
        tried.append(f"{path} ({major})")
        if major * 10_000 + 9_999 >= server_version:
            return Path(path)
    have = ", ".join(tried) or "none"
    raise DumpFailed(
        f"The server is PostgreSQL {server_version // 10_000} and {name} is older or missing (found: {have})."
        " Set PG_BINDIR to the folder of the server's programs."
    )


def _major(program: Path) -> int:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, cwd="/")
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", answer.stdout)
    return int(found[1]) if found else 0


def _run(program: Path, conninfo: str, options: Sequence[str]) -> None:
    """Run it on a database; a password travels in the environment, where other people's `ps` does not look."""
    parts = conninfo_to_dict(conninfo)
    password = parts.pop("password", None)
    environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})}
    target = f"--dbname={make_conninfo('', **parts)}"
    done = subprocess.run(
        [program, target, *options], env=environment, capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode:
        raise DumpFailed(f"{program.name} failed: {done.stderr.strip()[-600:]}")
