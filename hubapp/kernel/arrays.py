"""Sets of rows as one array per column: one statement for all, also where row-level security refuses COPY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, text

Columns = Mapping[str, str]  # name → type, as PostgreSQL calls it

UUID = "uuid"
BIGINT = "bigint"
INTEGER = "integer"
SMALLINT = "smallint"
BOOLEAN = "boolean"
TEXT = "text"
BYTES = "bytea"
DATE = "date"
TIME = "timestamptz"
JSON = "jsonb"  # given as text


def arrays(columns: Columns) -> str:
    """The arguments of unnest()."""
    return ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())


def insertion(table: str, columns: Columns) -> TextClause:
    """Adds rows to a hub's `table`; parameters: `hub`, and what `arrays_of` makes of the rows."""
    return text(_addition(table, columns))


def insertions(tables: Mapping[str, Columns]) -> TextClause:
    """Adds rows to several of a hub's tables at once; parameters: `hub`, and what `arrays_of_tables` makes of the rows.

    Foreign keys are looked at when all rows are there, so that the tables may come in any order.
    """
    *first, last = (_addition(table, columns, prefix=f"{table}_") for table, columns in tables.items())
    steps = ", ".join(f"step_{number} AS ({addition})" for number, addition in enumerate(first))
    return text(f"WITH {steps} {last}")


def _addition(table: str, columns: Columns, prefix: str = "") -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    given = arrays({f"{prefix}{name}": kind for name, kind in columns.items()})
    return f"INSERT INTO {table} (hub_id, {names}) SELECT :hub, * FROM unnest({given})"  # noqa: S608


def arrays_of(columns: Columns, rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows in the order of `columns`, as one list per column."""
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    return {name: list(values) for name, values in zip(columns, by_column, strict=True)}


def arrays_of_tables(
    tables: Mapping[str, Columns], rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, list[Any]]:
    """Rows of each table, by their columns' names, as the parameters of its part of `insertions`."""
    return {
        f"{table}_{name}": [row[name] for row in rows[table]] for table, columns in tables.items() for name in columns
    }
