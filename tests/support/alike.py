"""Whether two databases tell the same: every table of both, row by row, but for what chance alone decides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Rows = list[dict[str, Any]]
# An id with or without its hyphens, also as a part of longer ones: `order:…`, `ch_sbx…`.
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
# SHA-256 of what holds ids: as good as chance itself.
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TABLES = """
    SELECT relname AS name,
      ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
            ORDER BY attnum) AS columns,
      ARRAY(SELECT attname::text FROM pg_index, unnest(indkey) WITH ORDINALITY AS part(number, place)
            JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = part.number
            WHERE indrelid = pg_class.oid AND indisprimary ORDER BY place) AS key
    FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
    ORDER BY relname
"""


class Names:
    """Calls an id by where it was first seen, which is the same in both databases if what they tell is."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._seen: Counter[str] = Counter()

    def of(self, found: str, where: str) -> str:
        """The same name for an id however it is written."""
        key = found.replace("-", "")
        if key not in self._known:
            self._seen[where] += 1
            self._known[key] = f"<{where} {self._seen[where]}>"
        return self._known[key]


def tables(admin: str, *, without: Mapping[str, str]) -> dict[str, Rows]:
    """Each table's rows, by their key: ids grow as rows are made. `without`: "table.column" or "table" → why."""
    names, found = Names(), {}
    with psycopg.connect(admin, row_factory=dict_row) as connection:
        for table in connection.execute(_TABLES).fetchall():
            if table["name"] not in without:
                shown = [name for name in table["columns"] if f"{table['name']}.{name}" not in without]
                # A key that chance decides would put the rows in an order of its own.
                key = table["key"] if table["key"] and set(table["key"]) <= set(shown) else shown
                rows = _rows(connection, table["name"], shown, key)
                found[table["name"]] = list(_told(rows, table["name"], names))
    return found


def columns(admin: str) -> set[str]:
    """Every "table" and "table.column" there is."""
    with psycopg.connect(admin, row_factory=dict_row) as connection:
        rows = connection.execute(_TABLES).fetchall()
    return {row["name"] for row in rows} | {f"{row['name']}.{name}" for row in rows for name in row["columns"]}


def differences(one: Mapping[str, Rows], other: Mapping[str, Rows]) -> list[str]:
    """What the two do not have in common, the first of it per column; nothing where they are alike."""
    found = [f"{name}: in one of them only" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        if len(one[name]) != len(other[name]):
            found.append(f"{name}: {len(one[name])} rows and {len(other[name])}")
        pairs = zip(one[name], other[name], strict=False)
        found += list(_first(name, pairs))
    return found


def _first(name: str, pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[str]:
    """The first difference in each column."""
    told: set[str] = set()
    for number, (left, right) in enumerate(pairs):
        for key in left:
            if left[key] != right[key] and key not in told:
                told.add(key)
                yield f"{name}.{key}, row {number}: {left[key]!r} and {right[key]!r}"


def _rows(connection: psycopg.Connection[dict[str, Any]], name: str, shown: list[str], key: list[str]) -> Rows:
    statement = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(map(sql.Identifier, shown)),
        sql.Identifier(name),
        sql.SQL(", ").join(map(sql.Identifier, key)),
    )
    return connection.execute(statement).fetchall()


def _told(rows: Rows, table: str, names: Names) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows):
        where = f"{table} {number}"
        yield {key: _plain(value, f"{where} {key}", names) for key, value in row.items()}


def _plain(value: Any, where: str, names: Names) -> Any:
    if isinstance(value, Mapping):
        return {_plain(key, where, names): _plain(one, f"{where}.{key}", names) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one, where, names) for one in value]
    if isinstance(value, memoryview | bytes):
        return bytes(value)
    if value is None or isinstance(value, int | float | bool):
        return value
    text = _DIGEST.sub("<digest>", str(value))
    return _ID.sub(lambda found: names.of(found.group(), where), text)
