"""Logins of their own, on a server that asks for passwords: what serves cannot become the owner or undo a guard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from hubapp.app import create_app
from hubapp.cli import backup, database
from hubapp.cli.ready import require_serving
from hubapp.kernel import archive, logins, migrate
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import Server
from tests.factories.hosting import OWNER, Hosted, hosting
from tests.factories.hubs import make_hub
from tests.factories.processes import Installation, free_port

SERVING = ("app", "central")
AS_ANOTHER = (
    "SET ROLE hubapp_owner",
    "SET ROLE hubapp_guard",
    f"SET ROLE {OWNER}",
    "SET SESSION AUTHORIZATION hubapp_owner",
    f"SET SESSION AUTHORIZATION {OWNER}",
    "GRANT hubapp_owner TO CURRENT_USER",
    "SET session_replication_role = replica",
    "ALTER TABLE earning_right DISABLE TRIGGER plan_guard",
    "DROP TRIGGER plan_guard ON earning_right",
    "DROP FUNCTION plan_right_has_a_line() CASCADE",
    "CREATE OR REPLACE FUNCTION plan_right_has_a_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP TABLE earning_right CASCADE",
    "DROP SCHEMA public CASCADE",
    "ALTER ROLE CURRENT_USER SUPERUSER",
)
UNEARNED = """
WITH zero AS (INSERT INTO order_share (hub_id, id, number, currency, gross, base, fee, refunded, source, month,
  rule_key, settled_at)
  SELECT id, '01900000-0000-7000-8000-000000000001', '', 'EUR', 0, 0, 0, 0, 'compensation', '2027-01-01',
  (SELECT min(key) FROM share_rule_version), now() FROM hub RETURNING hub_id, id)
INSERT INTO earning_right (hub_id, id, order_id, position, owner, role, purpose, currency, amount, reversed, claimed,
  is_vacant, earned_at, available_at, explanation)
SELECT hub_id, uuidv7(), id, 0, 'account:mallory', 'plan', 'owed', 'EUR', 100, 0, 0, false, now(), now(), '{}' FROM zero
"""


@pytest.fixture(scope="module")
def hosted() -> Iterator[Hosted]:
    """A hub, in a database made through the owner's login; the serving processes know the other two."""
    with hosting("network", "restored") as it:
        server = database.prepare(it.settings("network"))
        app = create_app(server.settings, server)
        with app.app_context():
            make_hub("lyon")
            for engine in db.engines.values():
                engine.dispose()
        yield it


def serving(hosted: Hosted, **changes: str | None) -> Server:
    """What a web server or worker has."""
    return database_server.connect(hosted.settings("network", **{"database_url_owner": None, **changes}))


def environment(settings: Settings) -> dict[str, str]:
    names = {"DATABASE_URL": settings.database_url, "HUBAPP_DATABASE_URL_CENTRAL": settings.database_url_central}
    return {**os.environ, **{name: str(value) for name, value in names.items()}, "HUBAPP_DATA": str(settings.data)}


@pytest.mark.parametrize("role", SERVING)
def test_each_role_signs_in_with_the_password_of_its_url(hosted: Hosted, role: str) -> None:
    with psycopg.connect(serving(hosted).conninfo(role)) as connection:
        connection.execute("RESET ROLE")
        asked = connection.execute("SELECT session_user::text, current_user::text").fetchone()
    assert asked == (f"hubapp_{role}", f"hubapp_{role}")
    wrong = serving(hosted, database_url=hosted.url("hubapp_app", "network", "guessed")).conninfo("app")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"), psycopg.connect(wrong):
        pytest.fail("let in")


@pytest.mark.parametrize("role", SERVING)
def test_what_serves_cannot_become_the_owner_or_undo_a_guard(hosted: Hosted, role: str) -> None:
    with psycopg.connect(serving(hosted).conninfo(role)) as connection:
        for statement in AS_ANOTHER:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement.encode())
                pytest.fail(f"not refused: {statement}")
        connection.execute("RESET ROLE; RESET SESSION AUTHORIZATION")
        hub = connection.execute("SELECT id FROM hub").fetchone()
        assert hub is not None
        connection.execute(f"SET app.hub_id = '{hub[0]}'".encode())
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(UNEARNED.encode())


def test_with_one_login_for_all_that_would_work(hosted: Hosted) -> None:
    """The control: it is the login that refuses, not the statements."""
    one = hosted.settings("network", database_url=hosted.url(OWNER, "network"), database_url_central=None)
    server = database_server.connect(one.model_copy(update={"database_url_owner": None}))
    with psycopg.connect(server.conninfo("app")) as connection:
        connection.execute("SET ROLE hubapp_owner; DROP TRIGGER plan_guard ON earning_right")
        connection.rollback()
    assert str(logins.complaint(server)).startswith(
        f"Who serves could take away what guards the money in the database: {OWNER} (DATABASE_URL) may become"
    )


def test_what_serves_knows_the_version_and_nothing_of_the_owner(hosted: Hosted) -> None:
    server = serving(hosted)
    assert migrate.status(server) == (migrate.newest(), migrate.newest())
    for act in (lambda: migrate.upgrade(server), lambda: backup.make(server, hosted.data / "none")):
        with pytest.raises(Refusal, match="HUBAPP_DATABASE_URL_OWNER"):
            act()


def test_the_web_server_and_the_worker_run_with_their_logins_alone(hosted: Hosted) -> None:
    settings = hosted.settings("network", port=free_port(), database_url_owner=None)
    settings.data.mkdir(exist_ok=True)
    site = Installation(settings, database_server.connect(settings))
    site.environment = lambda: {**environment(settings), "PORT": str(settings.port)}  # type: ignore[method-assign]
    try:
        site.start("serve")
        site.wait_until_ready()
        done = subprocess.run(
            [sys.executable, "-m", "hubapp.cli", "worker", "--once"],
            env=environment(settings),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "Who serves" in done.stderr) == (0, False), done.stderr
        assert site.ended_by_themselves == []
    finally:
        for name in list(site.running):
            site._end(name)


@contextmanager
def granted(hosted: Hosted, do: str, undo: str) -> Iterator[None]:
    hosted.execute(do, database="network")
    try:
        yield
    finally:
        hosted.execute(undo, database="network")


FAULTS = {
    "may become hubapp_central, hubapp_guard, hubapp_owner": (
        "GRANT hubapp_owner TO hubapp_app",
        "REVOKE hubapp_owner FROM hubapp_app",
    ),
    "may become hubapp_central, hubapp_guard": (
        "GRANT hubapp_guard TO hubapp_app WITH INHERIT FALSE, SET FALSE, ADMIN TRUE",
        "REVOKE hubapp_guard FROM hubapp_app",
    ),
    "is a superuser": ("ALTER ROLE hubapp_app SUPERUSER", "ALTER ROLE hubapp_app NOSUPERUSER"),
    "may make roles": ("ALTER ROLE hubapp_app CREATEROLE", "ALTER ROLE hubapp_app NOCREATEROLE"),
    "may copy the whole server": ("ALTER ROLE hubapp_app REPLICATION", "ALTER ROLE hubapp_app NOREPLICATION"),
    "sees past row-level security": ("ALTER ROLE hubapp_app BYPASSRLS", "ALTER ROLE hubapp_app NOBYPASSRLS"),
    "owns tables or functions": ("CREATE TABLE stray ()", "DROP TABLE stray"),
    "owns the database": (
        "ALTER DATABASE network OWNER TO hubapp_app",
        f"ALTER DATABASE network OWNER TO {OWNER}",
    ),
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_login_that_could_do_more_does_not_serve(hosted: Hosted, words: str) -> None:
    settings = hosted.settings("network", database_url_owner=None)
    assert require_serving(settings)
    do, undo = FAULTS[words]
    if "stray" in do:
        do += "; ALTER TABLE stray OWNER TO hubapp_app"
    with granted(hosted, do, undo), pytest.raises(Refusal) as refusal:
        require_serving(settings)
    assert f": hubapp_app (DATABASE_URL) {words}. Give each role a login" in str(refusal.value)


def test_one_login_for_all_serves_with_a_plain_warning(hosted: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    alone = {"database_url_central": None, "database_url_owner": None}
    assert require_serving(hosted.settings("network", database_url=hosted.url(OWNER, "network"), **alone))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"{OWNER} (DATABASE_URL) may become hubapp_central, hubapp_guard, hubapp_owner, may make roles" in said


def test_a_login_by_another_name_serves_as_its_role(hosted: Hosted) -> None:
    hosted.execute("CREATE ROLE shop_web LOGIN PASSWORD 'w'; GRANT hubapp_app TO shop_web WITH INHERIT FALSE")
    settings = hosted.settings("network", database_url=hosted.url("shop_web", "network", "w"), database_url_owner=None)
    with psycopg.connect(require_serving(settings).conninfo("app")) as connection:
        asked = connection.execute("SELECT session_user::text, current_user::text").fetchone()
    assert asked == ("shop_web", "hubapp_app")


def test_in_production_what_serves_is_not_given_the_owners_login(hosted: Hosted) -> None:
    with pytest.raises(Refusal, match="Take HUBAPP_DATABASE_URL_OWNER out"):
        require_serving(hosted.settings("network", env="production"))


@pytest.mark.parametrize("missing", ["database_url", "database_url_central"])
def test_half_of_the_logins_are_refused(hosted: Hosted, missing: str) -> None:
    with pytest.raises(Refusal, match="Logins of their own go together"):
        database_server.connect(hosted.settings("network", **{missing: None}))


def test_a_backup_comes_back_through_the_owners_login(hosted: Hosted) -> None:
    path = hosted.data / "network.hubapp"
    backup.make(database_server.connect(hosted.settings("network")), path)
    settings = hosted.settings("restored")
    with archive.opened(path) as found:
        backup.require_readable(found, settings)
        backup.bring_back(database_server.connect(settings), found, force=False)
    server = require_serving(hosted.settings("restored", database_url_owner=None))
    for role in SERVING:
        with psycopg.connect(server.conninfo(role)) as connection:
            assert connection.execute("SELECT slug FROM hub").fetchall() == [("lyon",)]
