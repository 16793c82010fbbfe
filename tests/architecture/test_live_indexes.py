"""Migrations that make an index of a large table let people write to it meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from hubapp.kernel import migrate
from hubapp.kernel.server import Server
from tests.conftest import Databases

BEFORE = "0070_plan_freeze"
# Revision, the one before it, the table that people write to, its index, what an attempt that broke off leaves behind.
MADE = [
    ("0071_brought", "0070_plan_freeze", "membership", "ix_membership_brought", "ix_membership_brought"),
    ("0072_needs", "0071_brought", "profile_tag", "ix_profile_tag_told", "ix_profile_tag_told"),
    ("0080_member_search", "0072_needs", "membership", "ix_membership_terms", "ix_membership_terms_anew"),
    ("0091_keyed_lists", "0090_plan_explained", "dispute", "ix_dispute_nearest", "ix_dispute_nearest"),
]
EACH = pytest.mark.parametrize(("revision", "before", "table", "index", "remnant"), MADE)


@pytest.fixture(scope="module")
def database(databases: Databases, worker_server: Server, worker_id: str) -> Iterator[Server]:
    """One for all of these tests."""
    name = f"indexes_{worker_id}"
    yield Server(databases.create(name), worker_server.settings)
    databases.drop(name)


@pytest.fixture
def earlier(database: Server) -> Server:
    """As it was before these indexes."""
    migrate.downgrade(database, BEFORE)
    return database


def is_waiting(server: Server, what: str) -> bool:
    """Whether `what` is held up by somebody, asked until it is; seven times as long as a migration waits for a lock."""
    with psycopg.connect(server.admin, autocommit=True) as connection:
        for _ in range(280):
            found = connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                " AND query ILIKE %s",
                (f"%{what}%",),
            ).fetchone()
            if found:
                return True
            time.sleep(0.1)
    return False


def indexes(server: Server, table: str) -> dict[str, tuple[bool, str]]:
    """(serves, definition) of each index of a table."""
    with psycopg.connect(server.admin) as connection:
        rows = connection.execute(
            "SELECT c.relname, i.indisvalid, pg_get_indexdef(c.oid)"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = %s::regclass",
            (table,),
        )
        return {str(name): (bool(is_valid), str(definition)) for name, is_valid, definition in rows}


@EACH
def test_people_write_while_an_index_is_made(
    earlier: Server, revision: str, before: str, table: str, index: str, remnant: str
) -> None:
    migrate.upgrade(earlier, before)
    writes = f"SET LOCAL lock_timeout = '1s'; LOCK TABLE {table} IN ROW EXCLUSIVE MODE"  # what every write takes first
    with ThreadPoolExecutor(1) as pool, psycopg.connect(earlier.admin) as first:
        first.execute(writes)
        migrating = pool.submit(migrate.upgrade, earlier, revision)
        assert is_waiting(earlier, "CREATE INDEX CONCURRENTLY")
        with psycopg.connect(earlier.admin) as second:
            second.execute(writes)
        first.rollback()
        migrating.result(timeout=60)
    assert migrate.status(earlier)[0] == revision
    assert indexes(earlier, table)[index][0]


@EACH
def test_what_a_broken_attempt_left_behind_is_made_anew(
    earlier: Server, revision: str, before: str, table: str, index: str, remnant: str
) -> None:
    migrate.upgrade(earlier, revision)
    whole = indexes(earlier, table)
    migrate.downgrade(earlier, before)
    with psycopg.connect(earlier.admin) as connection:
        connection.execute(f"CREATE INDEX {remnant} ON {table} (hub_id)")
        connection.execute(f"ALTER INDEX {remnant} OWNER TO hubapp_owner")
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
            (remnant,),
        )
    migrate.upgrade(earlier, revision)
    assert indexes(earlier, table) == whole


def test_the_limits_of_migrations_are_back_after_an_index(earlier: Server) -> None:
    migrate.upgrade(earlier, "0080_member_search")
    with ThreadPoolExecutor(1) as pool, psycopg.connect(earlier.admin) as reader:
        reader.execute("LOCK TABLE profile_tag IN ACCESS SHARE MODE")
        # First an index is replaced without limits, then another dropped within a transaction: that has to give up.
        migrating = pool.submit(migrate.downgrade, earlier, "0071_brought")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrating.result(timeout=60)
