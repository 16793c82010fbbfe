"""Two at once, for real: threads that start together, and a meeting point inside the database session."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from hubapp.kernel.db import db


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment; answers what they answered, raises what one of them raised."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, action) for action in actions]]


@contextmanager
def meeting(app: Flask, after: Callable[[str], bool], *, nth: int = 1, patience: float = 1.0) -> Iterator[None]:
    """Let two threads wait for one another after the nth statement that `after` picks; who comes alone goes on.

    It makes a race certain where nothing prevents it, and changes nothing where a lock does.
    """
    barrier = threading.Barrier(2)
    met = threading.local()

    def wait(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
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
        event.listen(engine, "after_cursor_execute", wait)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "after_cursor_execute", wait)
