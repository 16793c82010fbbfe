"""Many rows at once by COPY, inside the session's transaction. The central role only: forced policies refuse COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from psycopg import sql
from sqlalchemy import TextClause, text

from hubapp.kernel import columns
from hubapp.kernel.columns import Column
from hubapp.kernel.db import db

# From here on the planner has to know about the new rows.
MANY = 300

Item = TypeVar("Item")


def copy_rows(table: str, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Add rows to `table` (binary COPY; `types` are PostgreSQL type names, one per column); returns how many."""
    db.session.flush()
    connection: Any = db.session.connection().connection.driver_connection
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(types))
        for row in rows:
            copy.write_row(row)
            count += 1
    if count >= MANY:
        learn(table)
    return count


def read_columns(statement: TextClause, values: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Column]:
    """What a statement gives as arrays; `kinds`: name → type of each column, in their order (see kernel.columns)."""
    db.session.flush()
    connection = db.session.connection()
    driver: Any = connection.connection.driver_connection
    return columns.read(driver, str(statement.compile(dialect=connection.dialect)), values, kinds)


def copy_columns(table: str, given: Mapping[str, Column], *, numerics: Sequence[str] = ()) -> int:
    """Add rows to `table`, given as arrays; returns how many."""
    db.session.flush()
    driver: Any = db.session.connection().connection.driver_connection
    return columns.write(driver, table, given, numerics=numerics)


def learn(table: str) -> None:
    """Let the planner see new rows before the transaction ends (the role needs MAINTAIN on the table).

    The database keeps the plans of its foreign key checks. Made while a table is empty, they go through all rows of the
    hub for each row that comes later: without this, loading a large hub takes forty times as long.
    """
    db.session.execute(text(f"ANALYZE {table}"))


def in_groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items, `size` at a time: a long way in steps that fit into memory."""
    left = iter(items)
    while group := list(islice(left, size)):
        yield group
