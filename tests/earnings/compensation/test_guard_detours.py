"""No way around the payout guard: bulk loads, conflicts, switched-off triggers, shadowing tables."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from hubapp.kernel import ids
from tests.earnings.compensation.guarding import Books

COLUMNS = "id, period_id, run_id, account_id, component, component_type, amount, exact, forfeited, reason, in_hub_id"
COPY = f"COPY plan_line ({COLUMNS}, sale_id, sale_hub_id) FROM STDIN"


def copied(books: Books, sale: UUID) -> None:
    """One line of cem's, by the bulk load that a close uses too."""
    hub = books.network.hub_id
    values = [
        ids.uuid7(),
        books.period,
        books.run,
        books.network.people["cem"],
        "x",
        "personal_tier",
        100,
        0,
        0,
        "",
        hub,
    ]
    driver = books.connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.transaction(), driver.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write_row([*values, sale, hub])


def test_a_bulk_load_is_guarded_line_by_line(books: Books) -> None:
    copied(books, books.network.sells("cem"))
    for sale, reason in (
        (books.network.sells("cem", kind="kit"), "kit can never be paid for"),
        (books.network.sells("cem", buyer=books.network.people["cem"]), "own purchases"),
        (books.network.sells("ben"), "is somebody else's"),
        (ids.uuid7(), "names no sale"),
    ):
        with pytest.raises(psycopg.Error, match=reason):
            copied(books, sale)


def test_what_a_conflict_turns_into_an_update_is_guarded_too(books: Books) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    kit = books.network.sells("cem", kind="kit")
    books.acts_as("owner")
    again = (
        f"INSERT INTO plan_line ({COLUMNS}, sale_id, sale_hub_id) SELECT {COLUMNS}, sale_id, sale_hub_id FROM plan_line"
        f" WHERE id = '{line}' ON CONFLICT (id) DO UPDATE SET sale_id = '{kit}'"
    )
    with pytest.raises(DBAPIError, match="kit can never be paid for"), books.connection.begin_nested():
        books.connection.exec_driver_sql(again)


@pytest.mark.parametrize("role", ["app", "central", "owner"])
def test_nobody_plays_a_replica_for_which_triggers_sleep(books: Books, role: str) -> None:
    books.acts_as(role)
    with pytest.raises(DBAPIError, match="permission denied"), books.connection.begin_nested():
        books.connection.exec_driver_sql("SET LOCAL session_replication_role = 'replica'")


@pytest.mark.parametrize("role", ["app", "central"])
@pytest.mark.parametrize("table", ["plan_line", "earning_right", "plan_sale"])
def test_who_writes_cannot_switch_the_guard_off(books: Books, role: str, table: str) -> None:
    books.acts_as(role, books.network.hub_id)
    for statement in (
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        f"DROP TABLE {table} CASCADE",
        f"TRUNCATE {table}",
    ):
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"), books.connection.begin_nested():
            books.connection.exec_driver_sql(statement)


def test_the_guard_does_not_read_a_table_that_shadows_the_sales(books: Books) -> None:
    sale = ids.uuid7()
    columns = "SELECT * FROM public.plan_sale"
    books.connection.exec_driver_sql(f"CREATE TEMP TABLE plan_sale AS {columns} WHERE false")
    books.connection.exec_driver_sql("SET LOCAL search_path = pg_temp, public")
    with pytest.raises(DBAPIError, match="names no sale"):
        books.writes("cem", "personal_tier", sale)


@pytest.mark.parametrize("role", ["app", "central"])
@pytest.mark.parametrize(
    "change",
    ["amount = 101", "currency = 'TND'", "role = 'referrer'", "order_id = uuidv7()", "position = 1", "owner = 'x'"],
)
def test_who_serves_pages_or_runs_changes_nothing_of_what_an_earning_is(books: Books, role: str, change: str) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("app", books.network.hub_id)
    books.gives(line, "cem")
    books.acts_as(role, books.network.hub_id)
    with pytest.raises(DBAPIError, match="permission denied"), books.connection.begin_nested():
        books.connection.exec_driver_sql(f"UPDATE earning_right SET {change}")


@pytest.mark.parametrize("role", ["app", "central", "owner"])
def test_one_line_stands_behind_one_right(books: Books, role: str) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("app", books.network.hub_id)
    books.gives(line, "cem")
    books.acts_as(role, books.network.hub_id)
    columns = (
        "owner, role, purpose, currency, amount, reversed, claimed, is_vacant, earned_at, available_at, explanation"
    )
    again = (
        f"INSERT INTO earning_right (hub_id, id, order_id, position, {columns})"
        f" SELECT hub_id, uuidv7(), order_id, 1, {columns} FROM earning_right WHERE order_id = '{line}'"
    )
    with pytest.raises(DBAPIError, match="uq_earning_right_plan"), books.connection.begin_nested():
        books.connection.exec_driver_sql(again)


def test_a_right_is_not_moved_to_what_no_line_stands_behind(books: Books) -> None:
    line = books.writes("cem", "personal_tier", books.network.sells("cem"))
    books.acts_as("app", books.network.hub_id)
    books.gives(line, "cem")
    books.acts_as("owner", books.network.hub_id)
    with pytest.raises(DBAPIError, match="no line of a period stands behind"), books.connection.begin_nested():
        books.connection.exec_driver_sql("UPDATE earning_right SET order_id = uuidv7()")
