"""Indexes of tables that are in use: made by a migration while people write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import TextClause

# What a migration otherwise lives under: it gives up, rather than have everybody wait behind it for a table.
LIMITS = ("SET lock_timeout = '4s'", "SET statement_timeout = '60s'")
# An index that nobody waits for may itself wait as long as it takes, for everybody who writes before it.
NO_LIMITS = ("SET lock_timeout = '0'", "SET statement_timeout = '0'")


def make(name: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    """Make one. `options` are those of `op.create_index`.

    It ends the transaction of the migration and begins another. An attempt that was broken off leaves an index behind
    that is kept up and serves nobody; so whatever has the name is made anew.
    """
    with _while_people_write():
        _make(name, table, columns, options)


def replace(old: str, new: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    """Make `new` and drop `old` after it, so that one of them serves all the time; they may have the same name."""
    made = f"{new}_anew" if new == old else new
    with _while_people_write():
        _make(made, table, columns, options)
        op.drop_index(old, table, if_exists=True, postgresql_concurrently=True)
        if made != new:
            op.execute(f"ALTER INDEX {made} RENAME TO {new}")


def _make(name: str, table: str, columns: Sequence[str | TextClause], options: dict[str, Any]) -> None:
    op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
    op.create_index(name, table, list(columns), postgresql_concurrently=True, **options)


@contextmanager
def _while_people_write() -> Iterator[None]:
    with op.get_context().autocommit_block():
        _set(NO_LIMITS)
        try:
            yield
        finally:
            _set(LIMITS)


def _set(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.execute(statement)
