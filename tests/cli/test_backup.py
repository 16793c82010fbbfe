"""A backup taken while people buy, restored elsewhere and proved; what is damaged, foreign or in the way is refused."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hubapp.app import create_app
from hubapp.cli import backup, ledger
from hubapp.kernel import archive, clock, files, migrate, postgres
from hubapp.kernel import server as database_server
from hubapp.kernel.archive import Damaged
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import Server
from hubapp.money.payments import plug, world
from tests.conftest import Databases, Live
from tests.factories.earning import Town
from tests.factories.payments import Till, open_till
from tests.support.quick import quickest_place


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    """A till with a hub's worth of sandbox."""
    opened = open_till(live.app)
    yield opened
    opened.sandbox.close()
    clock.set_offset(clock.timedelta(0))


@pytest.fixture
def town(till: Till) -> Town:
    """Two hubs."""
    town = Town(till, [])
    town.hub("lyon")
    town.hub("nantes")
    return town


@dataclass
class Elsewhere:
    """An empty installation."""

    server: Server

    def count(self, table: str) -> int:
        with psycopg.connect(self.server.admin) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload]
        return int(row[0])

    def bring_back(self, path: Path, *, force: bool = False) -> None:
        with archive.opened(path) as found:
            backup.require_readable(found, self.server.settings)
            backup.bring_back(self.server, found, force=force)

    def do_books_hold(self) -> bool:
        app = create_app(self.server.settings, self.server)
        try:
            return ledger.report(app, None)
        finally:
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose()


@pytest.fixture
def elsewhere(databases: Databases, live: Live, tmp_path: Path) -> Iterator[Elsewhere]:
    """Databases without a table, and no file."""
    names = (f"restored_{os.getpid()}", f"restored_{os.getpid()}_sandbox")  # several workers share the server
    with psycopg.connect(databases.admin, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    admin, sandbox = (databases.admin.replace("dbname=postgres", f"dbname={name}") for name in names)
    changes = {"data": tmp_path / "elsewhere", "sandbox_database_url": sandbox, "secret_key": None}
    yield Elsewhere(Server(admin, live.server.settings.model_copy(update=changes)))
    for name in names:
        databases.drop(name)


def rows_of(admin: str, query: str) -> Any:
    with psycopg.connect(admin) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload]


def rewritten(path: Path, target: Path, **changes: Any) -> Path:
    """The same backup with other facts, its checksums right again."""
    folder = target.with_suffix(".parts")
    with archive.opened(path) as found:
        facts = {name: value for name, value in found.manifest.items() if name not in {"members", "format"}}
        for name in found.names(""):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            found.extract(name, folder / name)
    archive.write(target, folder, facts | changes)
    return target


def test_taken_while_people_buy_and_brought_back_elsewhere(
    town: Town, live: Live, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    seller = town.person()
    files.opened(live.server.settings).put("hub/1/listing/a/b-640.webp", b"a picture")
    town.sell(town.hubs[0], seller)
    begun, done, path = threading.Event(), threading.Event(), tmp_path / "network.hubapp"
    bought = [1]

    def buy() -> None:
        for number in itertools.count():
            last = done.is_set()
            town.sell(town.hubs[number % 2], seller)
            bought[0] += 1
            begun.set()
            if last:  # one more than the backup can hold
                return

    buyer = threading.Thread(target=buy, daemon=True)
    buyer.start()
    try:
        assert begun.wait(60)
        before = bought[0]
        facts = backup.make(live.server, path)
        assert bought[0] > before, "the backup was to be taken in between"
    finally:
        done.set()
        buyer.join()
    elsewhere.bring_back(path)
    assert elsewhere.do_books_hold()
    assert before <= elsewhere.count("order_share") < bought[0]
    assert elsewhere.count("payment") == facts["rows"]["payment"]
    assert files.opened(elsewhere.server.settings).get("hub/1/listing/a/b-640.webp") == b"a picture"
    assert (elsewhere.server.settings.data / "secret_key").read_text() == "a key for tests only"
    # Whatever the books know of the provider, the provider's copy knows as well.
    known = {row[0] for row in rows_of(elsewhere.server.admin, "SELECT charge_id FROM payment WHERE charge_id > ''")}
    there = {row[0] for row in rows_of(elsewhere.server.sandbox, "SELECT id FROM resource WHERE kind = 'charge'")}
    assert known <= there


def test_what_was_restored_says_the_same_and_goes_on(
    town: Town, live: Live, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    town.sell(town.hubs[0], town.person())
    path = tmp_path / "network.hubapp"
    backup.make(live.server, path)
    assert path.stat().st_mode & 0o777 == 0o600
    elsewhere.bring_back(path)
    for table in ("ledger_entry", "ledger_posting", "ledger_balance", "payment", "hub", "procrastinate_jobs"):
        query = f"SELECT * FROM {table} ORDER BY 1, 2"
        assert rows_of(elsewhere.server.admin, query) == rows_of(live.server.admin, query), table
    rights = (
        "SELECT relname, relacl::text, relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY 1"
    )
    assert rows_of(elsewhere.server.admin, rights) == rows_of(live.server.admin, rights)
    functions = (
        "SELECT oid::regprocedure::text, proacl::text, proowner::regrole::text, prosecdef FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
    )
    assert rows_of(elsewhere.server.admin, functions) == rows_of(live.server.admin, functions)
    assert migrate.status(elsewhere.server)[0] == migrate.status(elsewhere.server)[1]
    assert world.require(elsewhere.server) == "sandbox"


def test_a_place_that_holds_something_is_kept(town: Town, live: Live, elsewhere: Elsewhere, tmp_path: Path) -> None:
    town.sell(town.hubs[0], town.person())
    path = tmp_path / "network.hubapp"
    backup.make(live.server, path)
    elsewhere.bring_back(path)
    with psycopg.connect(elsewhere.server.admin) as connection:
        connection.execute("UPDATE hub SET name = 'Changed'")
    with pytest.raises(Refusal, match="something here already"):
        elsewhere.bring_back(path)
    assert rows_of(elsewhere.server.admin, "SELECT DISTINCT name FROM hub") == [("Changed",)]
    with psycopg.connect(elsewhere.server.admin), pytest.raises(Refusal, match="still connected"):
        elsewhere.bring_back(path, force=True)
    files.opened(elsewhere.server.settings).put("left/over", b"x")
    elsewhere.bring_back(path, force=True)
    assert "Changed" not in str(rows_of(elsewhere.server.admin, "SELECT name FROM hub"))
    assert list(files.opened(elsewhere.server.settings).all_keys()) == []
    assert elsewhere.do_books_hold()


def test_files_alone_are_in_the_way(town: Town, live: Live, elsewhere: Elsewhere, tmp_path: Path) -> None:
    backup.make(live.server, tmp_path / "network.hubapp")
    files.opened(elsewhere.server.settings).put("somebody/else", b"x")
    with pytest.raises(Refusal, match="something here already"):
        elsewhere.bring_back(tmp_path / "network.hubapp")


@pytest.mark.parametrize("place", [0.02, 0.5, 0.97])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    town: Town, live: Live, elsewhere: Elsewhere, tmp_path: Path, place: float
) -> None:
    path = tmp_path / "network.hubapp"
    backup.make(live.server, path)
    with tarfile.open(path) as whole:
        members = [member for member in whole.getmembers() if member.size > 100]
    member = members[min(int(place * len(members)), len(members) - 1)]
    content = bytearray(path.read_bytes())
    content[member.offset_data + int(member.size * place)] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(Damaged):
        elsewhere.bring_back(path, force=True)
    assert rows_of(elsewhere.server.admin, "SELECT to_regclass('public.hub')") == [(None,)]


def test_half_a_backup_and_another_file_are_refused(town: Town, live: Live, tmp_path: Path) -> None:
    path = tmp_path / "network.hubapp"
    backup.make(live.server, path)
    (tmp_path / "half").write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").touch()
    with tarfile.open(tmp_path / "other.tar", "w") as other:
        other.add(tmp_path / "text", "text")
    for name in ("half", "text", "empty", "other.tar"):
        with pytest.raises(Damaged), archive.opened(tmp_path / name):
            raise AssertionError(name)
    with pytest.raises(Refusal, match="no file"), archive.opened(tmp_path / "none"):
        raise AssertionError


def test_a_newer_schema_and_another_world_are_refused(
    town: Town, live: Live, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    path = tmp_path / "network.hubapp"
    backup.make(live.server, path)
    newer = rewritten(path, tmp_path / "newer", revision="9999_future")
    with pytest.raises(Refusal, match="newer hubapp"):
        elsewhere.bring_back(newer)
    with pytest.raises(Refusal, match="never mix"):
        elsewhere.bring_back(rewritten(path, tmp_path / "real", mode="live"))
    wrong = rewritten(path, tmp_path / "wrong", rows={"hub": 7})
    with pytest.raises(Refusal, match="do not hold what the backup says"):
        elsewhere.bring_back(wrong)


def test_an_older_schema_is_migrated(databases: Databases, live: Live, elsewhere: Elsewhere, tmp_path: Path) -> None:
    till = open_till(live.app)
    migrate.downgrade(live.server, "0016_payout_runs")
    path = tmp_path / "network.hubapp"
    facts = backup.make(live.server, path)
    assert facts["revision"] == "0016_payout_runs"
    elsewhere.bring_back(path)
    assert migrate.status(elsewhere.server)[0] == migrate.status(elsewhere.server)[1]
    till.sandbox.close()


def test_a_failure_leaves_the_earlier_backup_and_no_rubbish(
    town: Town, live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    path = folder / "network.hubapp"
    path.write_text("the one from yesterday")

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="full"):
        backup.make(live.server, path)
    assert [(found.name, found.read_text()) for found in folder.iterdir()] == [
        ("network.hubapp", "the one from yesterday")
    ]


def test_the_manifest_says_what_is_inside(town: Town, live: Live, tmp_path: Path) -> None:
    path = tmp_path / "network.hubapp"
    backup.make(live.server, path)
    with tarfile.open(path) as whole:
        manifest = whole.extractfile("manifest.json")
        assert manifest is not None
        facts = json.load(manifest)
    assert (facts["mode"], facts["rows"]["hub"], facts["revision"]) == ("sandbox", 2, migrate.newest())
    assert {"hubapp.dump", "sandbox.dump", "secret_key"} <= set(facts["members"])


def test_there_must_be_a_folder(live: Live, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no folder"):
        backup.make(live.server, tmp_path / "nowhere" / "x")


@pytest.fixture
def hosted() -> Iterator[str]:
    """A server of its own, whose login may make roles and see all rows and is no superuser; its socket and port."""
    folder = Path(tempfile.mkdtemp(prefix="hubapp-hosted-", dir=quickest_place()))
    folder.chmod(0o755)  # the server runs as somebody else
    try:
        admin = postgres.ensure(folder / "postgres", fast=True)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE ROLE plain LOGIN CREATEROLE CREATEDB BYPASSRLS")
            for name in ("begun", "begun_sandbox", "restored", "restored_sandbox"):
                connection.execute(f"CREATE DATABASE {name} OWNER plain".encode())
        parts = dict(part.split("=") for part in admin.split())
        yield f"host={parts['host']}&port={parts['port']}"
        postgres.stop(folder / "postgres", mode="immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hosted_server(hosted: str, live: Live, path: Path) -> Server:
    url = f"postgresql://plain@/{path.name}?{hosted}"
    changes = {"database_url": url, "sandbox_database_url": None, "data": path}
    return database_server.connect(live.server.settings.model_copy(update=changes))


def test_a_login_that_is_no_superuser_may_do_both(hosted: str, live: Live, tmp_path: Path) -> None:
    begun = hosted_server(hosted, live, tmp_path / "begun")
    migrate.upgrade(begun)
    plug.install_sandbox(begun)
    backup.make(begun, tmp_path / "network.hubapp")
    restored = Elsewhere(hosted_server(hosted, live, tmp_path / "restored"))
    restored.bring_back(tmp_path / "network.hubapp")
    restored.bring_back(tmp_path / "network.hubapp", force=True)
    assert migrate.status(restored.server) == migrate.status(begun)
    rights = "SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public'"
    assert rows_of(restored.server.admin, rights) == rows_of(begun.admin, rights)


def test_a_hosted_network_from_before_the_guards_role_gets_it(hosted: str, live: Live, tmp_path: Path) -> None:
    """Its functions were the central role's, in the database and in backups of it."""
    begun = hosted_server(hosted, live, tmp_path / "begun")
    migrate.upgrade(begun)
    plug.install_sandbox(begun)
    migrate.downgrade(begun, "0091_keyed_lists")
    with psycopg.connect(begun.admin) as connection:
        connection.execute("DROP ROLE hubapp_guard")
    backup.make(begun, tmp_path / "network.hubapp")
    restored = Elsewhere(hosted_server(hosted, live, tmp_path / "restored"))
    restored.bring_back(tmp_path / "network.hubapp")
    migrate.upgrade(begun)
    for server in (begun, restored.server):
        query = "SELECT DISTINCT proowner::regrole::text FROM pg_proc WHERE prosecdef"
        assert rows_of(server.admin, f"{query} AND pronamespace = 'public'::regnamespace") == [("hubapp_guard",)]
