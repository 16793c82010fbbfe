"""Columns from and to PostgreSQL by COPY in its binary format: rows without NULL have one width, which numpy reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import psycopg
from psycopg import sql

from hubapp.earnings.compensation.plans.columns import Column

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"  # in the place of a row's number of fields
TYPES = {"boolean": "?", "smallint": ">i2", "integer": ">i4", "bigint": ">i8"}
AT_ONCE = 100_000  # rows
BLOCK = 8 * 2**20  # bytes


def read(connection: psycopg.Connection, table: str, names: Sequence[str]) -> dict[str, Column]:
    """Whole columns of a table, all of them NOT NULL."""
    asked = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
    kinds = dict(connection.execute(asked, (table,)).fetchall())
    shape = _shape([TYPES[kinds[name]] for name in names])
    (size,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone() or (0,)
    found = {
        name: np.empty(size, shape[field].newbyteorder("=")) for name, field in zip(names, _values(shape), strict=True)
    }
    statement = sql.SQL("COPY {} ({}) TO STDOUT (FORMAT BINARY)").format(*_listed(table, names))
    at = 0
    with connection.cursor().copy(statement) as copy:
        for block in _blocks(copy, shape.itemsize):
            rows = np.frombuffer(block, shape)
            for name, field in zip(names, _values(shape), strict=True):
                found[name][at : at + len(rows)] = rows[field]
            at += len(rows)
    assert at == size, f"{at} rows of {size}"
    return found


def write(connection: psycopg.Connection, table: str, parts: Iterable[dict[str, Column]]) -> int:
    """Append rows, given as columns, part by part; returns how many."""
    written, statement = 0, None
    for part in parts:
        if statement is None:
            statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(*_listed(table, list(part)))
        columns = list(part.values())
        shape = _shape([column.dtype.newbyteorder(">").str for column in columns])
        with connection.cursor().copy(statement) as copy:
            copy.write(SIGNATURE)
            for at in range(0, len(columns[0]), AT_ONCE):
                copy.write(_rows(shape, [column[at : at + AT_ONCE] for column in columns]))
            copy.write(END)
        written += len(columns[0])
    return written


def _shape(types: Sequence[str]) -> np.dtype[np.void]:
    """One row: how many fields, then each with its width before it."""
    fields = [("fields", ">i2")]
    for place, kind in enumerate(types):
        fields += [(f"width{place}", ">i4"), (f"value{place}", kind)]
    return np.dtype(fields)


def _values(shape: np.dtype[np.void]) -> list[str]:
    return [name for name in shape.names or () if name.startswith("value")]


def _rows(shape: np.dtype[np.void], columns: Sequence[Column]) -> bytes:
    rows = np.empty(len(columns[0]), shape)
    rows["fields"] = len(columns)
    for place, column in enumerate(columns):
        rows[f"width{place}"], rows[f"value{place}"] = column.dtype.itemsize, column
    return rows.tobytes()


def _blocks(copy: Iterable[bytes | memoryview], width: int) -> Iterator[bytearray]:
    """Whole rows, some megabytes at a time; what is left at the very end is the mark that ends them."""
    waiting, is_open = bytearray(), False
    for block in copy:
        waiting += block
        if not is_open and len(waiting) >= len(SIGNATURE):
            del waiting[: len(SIGNATURE)]
            is_open = True
        if is_open and len(waiting) > BLOCK:
            whole = len(waiting) // width * width
            yield waiting[:whole]
            del waiting[:whole]
    yield waiting[: len(waiting) // width * width]


def _listed(table: str, names: Sequence[str]) -> tuple[sql.Composable, sql.Composable]:
    return sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
