"""The few statements that write the books, a set at a time: one array per column instead of a statement per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, LargeBinary, SmallInteger, Text, Uuid, bindparam, text
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.types import TypeEngine

Columns = Mapping[str, tuple[str, TypeEngine[Any]]]

UUID_COLUMN = ("uuid", Uuid())
BIGINT = ("bigint", BigInteger())
SMALLINT = ("smallint", SmallInteger())
TEXT = ("text", Text())
BYTES = ("bytea", LargeBinary())
TIME = ("timestamptz", DateTime(timezone=True))

ACCOUNT: Columns = {"id": UUID_COLUMN, "owner": TEXT, "purpose": TEXT, "currency": TEXT}
ENTRY: Columns = {
    "id": UUID_COLUMN,
    "seq": BIGINT,
    "idempotency_key": TEXT,
    "kind": TEXT,
    "ref": TEXT,
    "currency": TEXT,
    "occurred_at": TIME,
    "memo": TEXT,
    "legs": SMALLINT,
    "prev_hash": BYTES,
    "hash": BYTES,
}
POSTING: Columns = {
    "id": UUID_COLUMN,
    "entry_id": UUID_COLUMN,
    "seq": BIGINT,
    "legs": SMALLINT,
    "position": SMALLINT,
    "account_id": UUID_COLUMN,
    "currency": TEXT,
    "amount": BIGINT,
    "available_at": TIME,
    "tag": TEXT,
}


def _typed(statement: str, columns: Columns) -> TextClause:
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, (_, kind) in columns.items()))


def _arrays(columns: Columns) -> str:
    return ", ".join(f"CAST(:{name} AS {sql}[])" for name, (sql, _) in columns.items())


def _insert(table: str, columns: Columns) -> TextClause:
    names = ", ".join(f'"{name}"' for name in columns)
    return _typed(f"INSERT INTO {table} (hub_id, {names}) SELECT :hub, * FROM unnest({_arrays(columns)})", columns)  # noqa: S608


def arrays_of(columns: Columns, rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows in the order of `columns`, as one list per column."""
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    return {name: list(values) for name, values in zip(columns, by_column, strict=True)}


TAKE_HEAD = text("SELECT seq, hash FROM ledger_take_head()")
KNOWN_KEYS = text(
    "SELECT idempotency_key, id, seq, prev_hash, hash FROM ledger_entry "
    "WHERE hub_id = :hub AND idempotency_key = ANY(:keys)"
)
_WANTED: Columns = {name: kind for name, kind in ACCOUNT.items() if name != "id"}
FIND_ACCOUNTS = _typed(
    "SELECT account.id, account.owner, account.purpose, account.currency FROM ledger_account AS account "  # noqa: S608
    f"JOIN unnest({_arrays(_WANTED)}) AS wanted (owner, purpose, currency) USING (owner, purpose, currency) "
    "WHERE account.hub_id = :hub",
    _WANTED,
)
WANTED = _WANTED
ADD_ACCOUNTS = _insert("ledger_account", ACCOUNT)
ADD_ENTRIES = _insert("ledger_entry", ENTRY)
ADD_POSTINGS = _insert("ledger_posting", POSTING)
