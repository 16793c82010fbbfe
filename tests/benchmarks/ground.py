"""Where benchmarks run: an embedded server of their own in a temporary folder, with a migrated database to copy."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from hubapp.app import create_app
from hubapp.cli import database
from hubapp.kernel import postgres
from hubapp.kernel.config import Settings
from hubapp.kernel.server import Server
from hubapp.money.payments import plug as payments
from hubapp.web.areas import HubFlask

TEMPLATE = "hubapp"  # what `hubapp db upgrade` made and nobody wrote to


@dataclass(frozen=True, slots=True)
class Ground:
    """A running server and the settings that everything on it uses."""

    folder: Path
    settings: Settings

    def database(self, name: str) -> Server:
        """A migrated, empty database with a sandbox beside it."""
        folder = self.folder / "postgres"
        with psycopg.connect(postgres.dsn(folder), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")  # type: ignore[arg-type]
            connection.execute(f"CREATE DATABASE {name}_sandbox")  # type: ignore[arg-type]
        sandbox = postgres.dsn(folder, dbname=f"{name}_sandbox")
        server = Server(
            postgres.dsn(folder, dbname=name), self.settings.model_copy(update={"sandbox_database_url": sandbox})
        )
        payments.install_sandbox(server)
        return server

    def app(self, name: str) -> HubFlask:
        """The application on a new database."""
        server = self.database(name)
        return create_app(server.settings, server)

    def environment(self, server: Server) -> dict[str, str]:
        """What a `hubapp` process needs to find one of these databases."""
        parts = dict(part.split("=", 1) for part in server.admin.split())
        where = f"host={parts['host']}&port={parts['port']}"
        return {
            **os.environ,
            "DATABASE_URL": f"postgresql://postgres@/{parts['dbname']}?{where}",
            "HUBAPP_SANDBOX_DATABASE_URL": f"postgresql://postgres@/{parts['dbname']}_sandbox?{where}",
            "HUBAPP_DATA": str(self.folder),
            "HUBAPP_SECRET_KEY": str(self.settings.secret_key),
        }

    @property
    def version(self) -> str:
        """The server's version."""
        with psycopg.connect(postgres.dsn(self.folder / "postgres")) as connection:
            return str(connection.info.parameter_status("server_version"))


@contextmanager
def prepared() -> Iterator[Ground]:
    """Start the server with the settings an installation has (every commit reaches the disk), and stop it after."""
    folder = Path(tempfile.mkdtemp(prefix="hubapp-bench-"))
    folder.chmod(0o755)  # as root another user runs the server, and has to reach its folder
    settings = Settings(data=folder, secret_key="a key for benchmarks only", mail_backend="memory", port=8000)
    settings = settings.model_copy(update={"database_url": None, "stripe_secret_key": None})
    try:
        database.prepare(settings)
        yield Ground(folder, settings)
    finally:
        postgres.stop(folder / "postgres", mode="immediate")
        shutil.rmtree(folder, ignore_errors=True)


def administrator(app: HubFlask) -> Engine:
    """Reads and writes all there is: messages, for one, are for no role of the application to read whole."""
    admin = app.extensions["hubapp.server"].admin
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(admin), poolclass=NullPool)
