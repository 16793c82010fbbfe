"""The shared harness: one embedded server, one migrated template, a database per worker, a savepoint per test."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, Engine

from hubapp.app import create_app
from hubapp.kernel import clock, migrate, postgres, remembered
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.server import Server, ensure_roles
from hubapp.tenancy import queries as tenancy
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.support.groups import ByGroup, turn_of
from tests.support.leaving import as_it_was, hang_up
from tests.support.quick import quickest_place

# Times are measured by `make bench`, never asserted: a test may not fail because the machine is busy.
hypothesis.register_profile("hubapp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("hubapp")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Workers begin with what takes longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: turn_of(item.nodeid))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking it through for garbage again and again took an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByGroup | None:
    """`--dist loadgroup`: groups by path."""
    return ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of worked cases beside the checkout; tests that need it skip where it is absent."""
    if not SHARED.exists():
        pytest.skip("../shared (worked cases and real data) is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Admin connection string of the embedded test server (fsync off), shared by all xdist workers."""
    folder = os.environ.get("HUBAPP_TEST_DATA", quickest_place() / f"hubapp-tests-{os.getuid()}")
    return postgres.ensure(Path(folder) / "postgres", fast=True, settings={"max_connections": "200"})


def _settings(tmp: Path) -> Settings:
    return Settings(
        env="test",
        data=tmp,
        secret_key="a key for tests only",
        mail_backend="memory",
        port=8000,
        database_url=None,
        stripe_secret_key=None,
    )


def _execute(admin: str, statement: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def template_database(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a migrated, empty database to clone; made once per state of the migrations."""
    folder = Path(__file__).resolve().parents[1] / "migrations" / "versions"
    text = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    name = f"template_{postgres.hash_of(text)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        # xdist workers arrive together; the first one migrates.
        connection.execute("SELECT pg_advisory_lock(77001)")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", (name,)).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
            admin = postgres_server.replace("dbname=postgres", f"dbname={name}")
            ensure_roles(admin)
            migrate.upgrade(Server(admin, _settings(tmp_path_factory.mktemp("data"))))
            connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")  # type: ignore[arg-type]
        connection.execute("SELECT pg_advisory_unlock(77001)")
    return name


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes databases from the template."""

    admin: str
    template: str

    def create(self, name: str) -> str:
        """Clone the template; returns the admin connection string of the clone."""
        return self._make(name, self.template)

    def create_pair(self, name: str) -> tuple[str, str]:
        """The same with an empty database for the sandbox beside it; the admin connection strings of both."""
        return self._make(name, self.template), self._make(f"{name}_sandbox", "template1")

    def _make(self, name: str, template: str) -> str:
        _execute(self.admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        # Not through the log, where each clone would be written a second time.
        _execute(self.admin, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.admin.replace("dbname=postgres", f"dbname={name}")

    def drop(self, name: str) -> None:
        """Remove a clone."""
        _execute(self.admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def databases(postgres_server: str, template_database: str) -> Databases:
    """Clones of the migrated template."""
    return Databases(postgres_server, template_database)


_made = count(1)


def _unique(kind: str, worker_id: str) -> str:
    return f"test_{kind}_{worker_id}_{os.getpid()}_{next(_made)}"


@pytest.fixture(scope="session")
def worker_server(databases: Databases, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server record for this worker's own database, with a sandbox database beside it."""
    name = _unique("db", worker_id)
    admin, sandbox = databases.create_pair(name)
    settings = _settings(tmp_path_factory.mktemp("data")).model_copy(update={"sandbox_database_url": sandbox})
    yield Server(admin, settings)
    databases.drop(name)
    databases.drop(f"{name}_sandbox")


def application(server: Server, own: Path) -> HubFlask:
    """An application whose templates are compiled once for all applications and workers of this run.

    `own`: the worker's folder, which goes with the run: in another run the same template may mean something else.
    """
    app = create_app(server.settings, server)
    templates = (own.parent if own.name.startswith("popen-") else own) / "templates"
    templates.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    return app


@pytest.fixture(scope="session")
def base_app(worker_server: Server, tmp_path_factory: pytest.TempPathFactory) -> HubFlask:
    """The application on this worker's database."""
    app = application(worker_server, tmp_path_factory.getbasetemp())
    gc.freeze()
    return app


@pytest.fixture(scope="session")
def one_connection(worker_server: Server) -> Iterator[Engine]:
    """The engine behind `connection`: kept, with what it knows of statements and tables, from one test to the next."""
    engine = create_engine(
        worker_server.url("owner").set(username="postgres"), execution_options={"hubapp_one_connection": True}
    )
    yield engine
    engine.dispose()


@pytest.fixture
def connection(one_connection: Engine) -> Iterator[Connection]:
    """One connection that plays all roles by SET ROLE; everything on it is rolled back."""
    with one_connection.connect() as connection:
        outer = connection.begin()
        connection.exec_driver_sql("DISCARD PLANS")  # those of triggers were made for another test's rows
        yield connection
        outer.rollback()


@pytest.fixture
def app(base_app: HubFlask, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubFlask]:
    """The application inside one test's transaction: commits become savepoints and vanish afterwards."""
    # What is remembered for seconds stays for the test: counts of queries may not depend on how busy a machine is.
    monkeypatch.setattr(remembered, "now", lambda: 0.0)
    engines = db._app_engines[base_app]
    kept = dict(engines)
    engines.clear()
    engines.update({None: connection, "central": connection})  # type: ignore[dict-item]
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    tenancy.forget()
    base_app.resolver.forget()
    # Factories date what they make by NOW: pages and jobs find it as old on whichever day the tests run.
    clock.set_offset(NOW - clock.wall())
    yield base_app
    engines.clear()
    engines.update(kept)
    db.session.session_factory.kw.pop("join_transaction_mode", None)
    clock.set_offset(clock.timedelta(0))
    tenancy.forget()
    base_app.resolver.forget()


@dataclass(frozen=True, slots=True)
class Live:
    """An application on a database of its own, where commits are real."""

    app: HubFlask
    server: Server
    name: str


@contextmanager
def living(databases: Databases, worker_id: str, path: Path) -> Iterator[Live]:
    """An application on a clone of its own, dropped afterwards."""
    name = _unique("live", worker_id)
    admin, sandbox = databases.create_pair(name)
    settings = _settings(path).model_copy(update={"sandbox_database_url": sandbox})
    server = Server(admin, settings)
    live_app = application(server, path.parent)
    yield Live(live_app, server, name)
    hang_up(live_app)
    databases.drop(name)
    databases.drop(f"{name}_sandbox")


@pytest.fixture(scope="session")
def stage(databases: Databases, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """What `live` is played on: making an application costs ten times what making its databases anew does."""
    with living(databases, worker_id, tmp_path_factory.mktemp("live")) as it:
        gc.freeze()
        yield it


@pytest.fixture
def live(databases: Databases, stage: Live) -> Iterator[Live]:
    """For threads, processes and races: fresh clones per test with real commits."""
    databases.create_pair(stage.name)
    with as_it_was(stage.app) as server:
        yield Live(stage.app, server, stage.name)
