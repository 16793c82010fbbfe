"""Sets of rows as one array per column: one statement for all, also where row-level security refuses COPY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.types import TypeEngine

Kind = tuple[str, TypeEngine[Any]]
Columns = Mapping[str, Kind]

UUID: Kind = ("uuid", Uuid())
BIGINT: Kind = ("bigint", BigInteger())
INTEGER: Kind = ("integer", Integer())
SMALLINT: Kind = ("smallint", SmallInteger())
BOOLEAN: Kind = ("boolean", Boolean())
TEXT: Kind = ("text", Text())
BYTES: Kind = ("bytea", LargeBinary())
DATE: Kind = ("date", Date())
TIME: Kind = ("timestamptz", DateTime(timezone=True))
JSON: Kind = ("jsonb", Text())  # given as text


def typed(statement: str, columns: Columns) -> TextClause:
    """A statement whose parameters are the columns' arrays."""
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, (_, kind) in columns.items()))


def arrays(columns: Columns) -> str:
    """The arguments of unnest()."""
    return ", ".join(f"CAST(:{name} AS {sql}[])" for name, (sql, _) in columns.items())


def insertion(table: str, columns: Columns) -> TextClause:
    """Adds rows to a hub's `table`; parameters: `hub`, and what `arrays_of` makes of the rows."""
    return typed(_addition(table, columns, columns), columns)


def insertions(tables: Mapping[str, Columns]) -> TextClause:
    """Adds rows to several of a hub's tables at once; parameters: `hub`, and what `arrays_of_tables` makes of the rows.

    Foreign keys are looked at when all rows are there, so that the tables may come in any order.
    """
    parameters = {
        table: {f"{table}_{name}": kind for name, kind in columns.items()} for table, columns in tables.items()
    }
    *first, last = (_addition(table, columns, parameters[table]) for table, columns in tables.items())
    steps = ", ".join(f"step_{number} AS ({addition})" for number, addition in enumerate(first))
    return typed(f"WITH {steps} {last}", {name: kind for every in parameters.values() for name, kind in every.items()})


def _addition(table: str, columns: Columns, parameters: Columns) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} (hub_id, {names}) SELECT :hub, * FROM unnest({arrays(parameters)})"  # noqa: S608


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
