"""Whole columns from and to PostgreSQL by COPY in its binary format: rows of one width, which numpy reads as they come.

The central role only: forced policies refuse COPY. What is read may hold no NULL; coalesce it in the query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

Column: TypeAlias = NDArray[Any]
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"  # in the place of a row's number of fields
# 16 bytes of text, because numpy sorts and searches texts and not bare bytes; those of one width keep their zeros.
UUID = "S16"
TYPES = {"uuid": UUID, "bool": "?", "int2": ">i2", "int4": ">i4", "int8": ">i8"}
AT_ONCE = 50_000  # rows
BLOCK = 4 * 2**20  # bytes
DIGITS = 10_000  # numeric has digits of this base
POSITIVE, NEGATIVE = 0, 0x4000


class UnevenRows(ValueError):
    """A row has another width than was said: something is NULL, or of another type."""


def read(
    connection: Connection[Any], query: str, values: Mapping[str, Any], kinds: Mapping[str, str]
) -> dict[str, Column]:
    """What a query with `%(name)s` gives, by columns in their order: name → type (one of TYPES). Raises UnevenRows."""
    shape = _shape([TYPES[kind] for kind in kinds.values()])
    parts: dict[str, list[Column]] = {name: [] for name in kinds}
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(sql.SQL(query))
    with connection.cursor() as cursor, cursor.copy(statement, values) as copy:
        for block in _blocks(copy, shape.itemsize):
            rows = np.frombuffer(block, shape)
            _check(rows)
            for place, name in enumerate(kinds):
                column = rows[f"value{place}"]
                parts[name].append(column.astype(column.dtype.newbyteorder("=")))
    return {name: _joined(parts.pop(name), TYPES[kind]) for name, kind in kinds.items()}


def _joined(parts: list[Column], kind: str) -> Column:
    return np.concatenate(parts) if parts else np.zeros(0, np.dtype(kind).newbyteorder("="))


def write(
    connection: Connection[Any], table: str, columns: Mapping[str, Column], *, numerics: Sequence[str] = ()
) -> int:
    """Append rows given as columns, in the width that each has; `numerics` are numeric there. Returns how many."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    size = len(next(iter(columns.values())))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(SIGNATURE)
        for at in range(0, size, AT_ONCE):
            part = {name: column[at : at + AT_ONCE] for name, column in columns.items()}
            copy.write(_rows([_numeric(one) if name in numerics else _binary(one) for name, one in part.items()]))
        copy.write(END)
    return size


def _binary(column: Column) -> Column:
    return column.astype(column.dtype.newbyteorder(">"))


def _numeric(column: Column) -> Column:
    """Whole numbers as PostgreSQL sends numeric: how many digits, weight of the first, sign, scale, and the digits."""
    left, digits = np.abs(column), list[Column]()
    while not digits or left.any():
        digits.append(left % DIGITS)
        left //= DIGITS
    sign = np.where(column < 0, NEGATIVE, POSITIVE)
    head = [np.full(len(column), number) for number in (len(digits), len(digits) - 1)]
    rows = np.stack([*head, sign, np.zeros(len(column), np.int16), *reversed(digits)], axis=1).astype(">i2")
    return np.ascontiguousarray(rows).view(f"V{rows.shape[1] * 2}")[:, 0]


def _shape(types: Sequence[Any]) -> np.dtype[np.void]:
    """One row: how many fields, then each with its width before it."""
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for place, kind in enumerate(types):
        fields += [(f"width{place}", ">i4"), (f"value{place}", kind)]
    return np.dtype(fields)


def _check(rows: Column) -> None:
    names = rows.dtype.names or ()
    wanted = {"fields": len(names) // 2}
    for place in range(len(names) // 2):
        wanted[f"width{place}"] = rows.dtype[f"value{place}"].itemsize
    for name, width in wanted.items():
        if (rows[name] != width).any():
            raise UnevenRows(f"{name} is not {width} everywhere")


def _rows(columns: Sequence[Column]) -> bytes:
    rows = np.empty(len(columns[0]), _shape([column.dtype for column in columns]))
    rows["fields"] = len(columns)
    for place, column in enumerate(columns):
        rows[f"width{place}"], rows[f"value{place}"] = column.dtype.itemsize, column
    return rows.tobytes()


def _blocks(copy: Iterable[bytes | bytearray | memoryview], width: int) -> Iterator[bytearray]:
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
    rest = len(waiting) - len(END)
    if rest % width:
        raise UnevenRows(f"{rest % width} bytes are left over")
    if rest:
        yield waiting[:rest]
