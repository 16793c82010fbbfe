"""Whoever may write rows owns neither what guards them nor the means to change it, as itself or as another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from hubapp.kernel import migrate
from hubapp.kernel.server import Server
from tests.conftest import Databases

SERVING = ("app", "central")
TABLES = ("plan_line", "earning_right", "plan_sale", "participant", "sponsorship", "plan_version", "ledger_posting")
TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname::text, tgfoid::regprocedure::text FROM pg_trigger"
    " WHERE NOT tgisinternal AND tgrelid = ANY (%s::regclass[]) ORDER BY 1, 2"
)
OWNERS = (
    "SELECT oid::regprocedure::text, proowner::regrole::text, (SELECT array_agg(acl::text ORDER BY acl::text)"
    " FROM unnest(proacl) AS acl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
)
# A guard that lets everything pass, in the place of the one that is there.
IDLE = "CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
ON_FUNCTIONS = (
    "DROP FUNCTION {function}",
    "DROP FUNCTION {function} CASCADE",
    IDLE,
    "ALTER FUNCTION {function} RENAME TO gone",
    "ALTER FUNCTION {function} SECURITY INVOKER",
    "ALTER FUNCTION {function} SET search_path = pg_temp",
    "ALTER FUNCTION {function} OWNER TO {role}",
    "ALTER FUNCTION {function} DEPENDS ON EXTENSION pg_trgm",
)
ON_TRIGGERS = (
    "DROP TRIGGER {trigger} ON {table}",
    "ALTER TRIGGER {trigger} ON {table} RENAME TO gone",
    "ALTER TABLE {table} DISABLE TRIGGER {trigger}",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} ENABLE REPLICA TRIGGER {trigger}",
    "ALTER TABLE {table} OWNER TO {role}",
    "CREATE TRIGGER zz_undo BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger()",
    "CREATE RULE aside AS ON INSERT TO {table} DO INSTEAD NOTHING",
)
AS_ANOTHER = (
    "SET ROLE hubapp_guard",
    "SET ROLE hubapp_owner",
    "SET SESSION AUTHORIZATION hubapp_guard",
    "GRANT hubapp_guard TO {role}",
    "GRANT hubapp_owner TO {role}",
    "ALTER ROLE hubapp_guard LOGIN",
    "ALTER ROLE {role} SUPERUSER",
    "DROP ROLE hubapp_guard",
    "REASSIGN OWNED BY hubapp_guard TO {role}",
    "DROP OWNED BY hubapp_guard CASCADE",
    "SET session_replication_role = replica",
    "CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
)


def triggers(connection: psycopg.Connection) -> list[dict[str, str]]:
    found = connection.execute(TRIGGERS, (list(TABLES),)).fetchall()
    names = ("table", "trigger", "function")
    return [dict(zip(names, (str(value) for value in row), strict=True)) for row in found]


@pytest.fixture(params=SERVING)
def serving(worker_server: Server, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """Signed in as the pages are, or as the console and the close are."""
    with psycopg.connect(worker_server.conninfo(request.param)) as connection:
        yield connection
        connection.rollback()


def refused(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(statement.encode())
        pytest.fail(f"not refused: {statement}")


def test_who_serves_changes_neither_trigger_nor_function(serving: psycopg.Connection) -> None:
    found = triggers(serving)
    assert {one["table"] for one in found} >= set(TABLES) - {"ledger_posting"}
    assert {"plan_line_is_behind_a_sale()", "plan_right_has_a_line()"} <= {one["function"] for one in found}
    for one in found:
        for statement in (*ON_FUNCTIONS, *ON_TRIGGERS):
            refused(serving, statement.format(**one, role=serving.info.user))
    assert triggers(serving) == found


def test_who_serves_does_not_become_who_could(serving: psycopg.Connection) -> None:
    for statement in AS_ANOTHER:
        refused(serving, statement.format(role=serving.info.user))


@pytest.mark.parametrize("role", SERVING)
def test_a_right_to_make_functions_would_not_replace_one(connection: Connection, role: str) -> None:
    """Not only for want of a place to make functions in."""
    connection.exec_driver_sql(f"GRANT CREATE ON SCHEMA public TO hubapp_{role}; SET LOCAL ROLE hubapp_{role}")
    connection.exec_driver_sql("CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    for function in ("plan_line_is_behind_a_sale()", "plan_right_has_a_line()", "plan_version_stays()"):
        for statement in (IDLE, "ALTER FUNCTION {function} RENAME TO gone", "DROP FUNCTION {function} CASCADE"):
            refusal = f"must be owner of function {function.removesuffix('()')}"
            with pytest.raises(DBAPIError, match=refusal), connection.begin_nested():
                connection.exec_driver_sql(statement.format(function=function))


def facts(server: Server) -> list[Any]:
    with psycopg.connect(server.admin) as connection:
        return connection.execute(OWNERS).fetchall()


def test_what_an_earlier_version_made_is_moved(databases: Databases, worker_server: Server, worker_id: str) -> None:
    name = f"owners_{worker_id}_{os.getpid()}"
    server = Server(databases.create(name), worker_server.settings)
    drop = "DROP FUNCTION plan_right_has_a_line() CASCADE"
    try:
        migrate.downgrade(server, "0092_guards_owner")  # later ones make theirs where they belong
        begun = facts(server)
        migrate.downgrade(server, "0091_keyed_lists")
        before = facts(server)
        migrate.upgrade(server, "0092_guards_owner")
        assert facts(server) == begun
        moved = {function for function, owner, _rights in begun if owner == "hubapp_guard"}
        assert moved == {function for function, owner, _rights in before if owner == "hubapp_central"}
        assert {owner for _function, owner, _rights in begun} == {"hubapp_guard", "hubapp_owner", "postgres"}
        with psycopg.connect(server.conninfo("central")) as central:
            refused(central, drop)
        migrate.downgrade(server, "0091_keyed_lists")
        with psycopg.connect(server.conninfo("central")) as central:  # the way that is closed now
            central.execute(drop)
            central.rollback()
    finally:
        databases.drop(name)
