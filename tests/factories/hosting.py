"""A database server as others run it: passwords are asked for, and the owner's login is no superuser."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from hubapp.kernel import postgres
from hubapp.kernel.config import Settings
from tests.support.quick import quickest_place

OWNER = "shop_owner"
PASSWORDS = {"hubapp_app": "pages' own", "hubapp_central": "console %", OWNER: "owner/s"}
QUOTED = {name: word.replace("%", "%25").replace("/", "%2F").replace(" ", "%20") for name, word in PASSWORDS.items()}
ASKS = "local all postgres trust\nlocal all all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Hosted:
    """Where it is: `superuser` is the connection string of whoever runs it."""

    superuser: str
    data: Path

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Have whoever runs the server do something."""
        with psycopg.connect(self.superuser.replace("dbname=postgres", f"dbname={database}"), autocommit=True) as it:
            for statement in statements:
                it.execute(statement.encode())

    def url(self, login: str, database: str, password: str | None = None) -> str:
        """A URL as the environment has it."""
        parts = dict(part.split("=") for part in self.superuser.split())
        word = QUOTED.get(login, "") if password is None else password
        return f"postgresql://{login}:{word}@/{database}?host={parts['host']}&port={parts['port']}"

    def settings(self, database: str, **changes: Any) -> Settings:
        """Each role by a login of its own, the owner's among them."""
        usual = {
            "env": "development",
            "data": self.data / database,
            "secret_key": "a key for tests only",
            "mail_backend": "file",
            "stripe_secret_key": None,
            "sandbox_database_url": None,
            "database_url": self.url("hubapp_app", database),
            "database_url_central": self.url("hubapp_central", database),
            "database_url_owner": self.url(OWNER, database),
        }
        return Settings(**{**usual, **changes})


@contextmanager
def hosting(*databases: str) -> Iterator[Hosted]:
    """Run one with empty databases of the owner's."""
    folder = Path(tempfile.mkdtemp(prefix="hubapp-hosting-", dir=quickest_place()))
    folder.chmod(0o755)  # the server runs as somebody else
    try:
        hosted = Hosted(postgres.ensure(folder / "postgres", fast=True), folder)
        hosted.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB BYPASSRLS PASSWORD '{PASSWORDS[OWNER]}'")
        hosted.execute(*(f"CREATE DATABASE {name} OWNER {OWNER}" for name in databases))
        (folder / "postgres" / "pg_hba.conf").write_text(ASKS)
        postgres.stop(folder / "postgres")
        postgres.ensure(folder / "postgres", fast=True)
        yield hosted
        postgres.stop(folder / "postgres", mode="immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
