"""The reference for work on the books: what it wrote, written again by bare psycopg into a copy of the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from hubapp.kernel import postgres
from hubapp.kernel.db import db
from hubapp.web.areas import HubFlask
from tests.benchmarks.ground import Ground

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")
COMMIT = "COMMIT"
Write = tuple[str, Any, bool]


def copy_of(ground: Ground, app: HubFlask, name: str) -> str:
    """A second database like the application's own; answers its address."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    folder = ground.folder / "postgres"
    with psycopg.connect(postgres.dsn(folder), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_bare TEMPLATE {name}".encode())
    return postgres.dsn(folder, dbname=f"{name}_bare")


@contextmanager
def recorded(app: HubFlask) -> Iterator[list[Write]]:
    """Every write of the application, in order, with its parameters, its scope and where a transaction ended."""
    writes: list[Write] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, is_many: Any) -> None:
        if statement.lstrip().startswith(WRITES):
            # Many rows in one statement have one set of parameters, and are called many all the same.
            writes.append((statement, parameters, bool(is_many) and isinstance(parameters, list)))

    def end(_connection: Any) -> None:
        writes.append((COMMIT, None, False))

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
        event.listen(engine, "commit", end)
    try:
        yield writes
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
            event.remove(engine, "commit", end)


def replay(connection: psycopg.Connection[Any], writes: Sequence[Write]) -> None:
    """Write the same once more, in the same transactions."""
    for statement, parameters, is_many in writes:
        if statement == COMMIT:
            connection.commit()
        elif is_many:
            connection.cursor().executemany(statement.encode(), parameters)
        else:
            connection.execute(statement.encode(), parameters)
    connection.commit()


def against_bare(app: HubFlask, bare: str, parts: Sequence[Callable[[], object]]) -> tuple[float, float]:
    """Seconds that the parts took and that their writes take bare, by turns, by the wall clock."""
    ours = theirs = 0.0
    with psycopg.connect(bare) as connection:
        for part in parts:
            with recorded(app) as writes:
                begin = time.perf_counter()
                part()
                ours += time.perf_counter() - begin
            begin = time.perf_counter()
            replay(connection, writes)
            theirs += time.perf_counter() - begin
    return ours, theirs
