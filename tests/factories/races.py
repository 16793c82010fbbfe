"""Two at once, for real: threads that start together, and a meeting point inside the database session."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Select, event

from hubapp.kernel.db import db

PATIENCE, PATIENCE_WITHOUT_LOCK = 0.7, 15.0  # seconds
_left_out: list[set[str]] = []  # the locks that are out now


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment; answers what they answered, raises what one of them raised."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, action) for action in actions]]


@contextmanager
def meeting(app: Flask, after: Callable[[str], bool], *, nth: int = 1, patience: float = 0) -> Iterator[None]:
    """Let two threads wait for one another after the nth statement that `after` picks; who comes alone goes on.

    It makes a race certain where nothing prevents it, and changes nothing where a lock does. `patience`: for how many
    seconds, unless the usual ones will do: with a lock nobody comes; without, they do, however slow the machine is.
    """
    patience = patience or (PATIENCE_WITHOUT_LOCK if _left_out else PATIENCE)
    barrier = threading.Barrier(2)
    met = threading.local()

    def wait_here(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not after(statement):
            return
        met.count = getattr(met, "count", 0) + 1
        if met.count != nth:
            return
        try:
            barrier.wait(timeout=patience)
        except threading.BrokenBarrierError:
            return

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "after_cursor_execute", wait_here)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "after_cursor_execute", wait_here)


@dataclass(slots=True)
class Other:
    """What came of the one who overtakes: whether they were through before the first went on, and their answer."""

    is_through: bool = False
    answers: list[Any] = field(default_factory=list)

    @property
    def answer(self) -> Any:
        """What they answered, or the error that stopped them."""
        return self.answers[0]


@contextmanager
def overtaken(app: Flask, table: str, by: Callable[[], Any], *, nth: int = 1, patience: float = 0) -> Iterator[Other]:
    """Let `by` happen whole while somebody is between reading `table` and writing, as far as no lock makes it wait.

    `nth`: after which reading of the table. `patience`: for how many seconds, unless the usual ones will do: with its
    lock it would wait for ever; without, it gets through, however slow the machine is.
    """
    other, readings = Other(), count(1)
    patience = patience or (PATIENCE_WITHOUT_LOCK if _left_out else PATIENCE)
    pool = ThreadPoolExecutor(1)
    futures: list[Future[Any]] = []

    def overtake(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if futures or f"FROM {table} " not in " ".join(statement.split()) + " " or next(readings) != nth:
            return
        futures.append(pool.submit(by))
        other.is_through = bool(wait(futures, timeout=patience).done)

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "after_cursor_execute", overtake)
    try:
        yield other
    finally:
        for engine in engines:
            event.remove(engine, "after_cursor_execute", overtake)
        pool.shutdown()
        assert futures, f"nobody read {table}"
        error = futures[0].exception()
        other.answers.append(error if error is not None else futures[0].result())


@contextmanager
def without_lock(*names: str) -> Iterator[None]:
    """The negative control: take the row locks out that the functions of these names (below hubapp) ask for."""
    ask, left_out = Select.with_for_update, set[str]()
    _left_out.append(left_out)

    def with_for_update(statement: Select[Any], **options: Any) -> Select[Any]:
        caller = sys._getframe(1)
        name = f"{caller.f_globals['__name__'].removeprefix('hubapp.')}.{caller.f_code.co_name}"
        if name not in names:
            return ask(statement, **options)
        left_out.add(name)
        return statement

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Select, "with_for_update", with_for_update)
        try:
            yield
        finally:
            _left_out.pop()
    assert left_out == set(names), f"nobody asked for the lock of {set(names) - left_out}"


@contextmanager
def without_turns(name: str, instead: Any = None) -> Iterator[None]:
    """The same for the function of this name that takes an advisory lock: it only answers `instead`."""
    module, function = name.rsplit(".", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module(f"hubapp.{module}"), function, lambda *_args: instead)
        _left_out.append({name})
        try:
            yield
        finally:
            _left_out.pop()


@contextmanager
def without_turns_inside(name: str, *, admin: str, function: str, but_before: str = "") -> Iterator[None]:
    """The same where the function of this name leaves it to one of the database, on a database of the test's own.

    `but_before`: words of that function; it then takes its turn late, before them.
    """
    with psycopg.connect(admin, autocommit=True) as connection:
        row = connection.execute("SELECT pg_get_functiondef(%s::regproc)", (function,)).fetchone()
        assert row is not None
        (lock,) = re.findall(r"PERFORM pg_advisory\w+\(.*\);", row[0])
        without = row[0].replace(lock, "")
        if but_before:
            assert without.count(but_before) == 1
            without = without.replace(but_before, f"{lock} {but_before}")
        connection.execute(without)
    _left_out.append({name})
    try:
        yield
    finally:
        _left_out.pop()


def somebody_waits(admin: str) -> None:
    """Go on as soon as another session waits for an advisory lock in this database."""
    waiting = (
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    gives_up = time.monotonic() + PATIENCE_WITHOUT_LOCK
    with psycopg.connect(admin, autocommit=True) as connection:
        while connection.execute(waiting).fetchone() is None:
            assert time.monotonic() < gives_up, "nobody waits"
            time.sleep(0.01)
