"""How things are measured: by turns, so that a neighbour's work meets all of them, and by the median."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from werkzeug.test import EnvironBuilder

WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: what was compared, how it came out, and what it should be at most (or at least)."""

    what: str
    figures: str
    value: float
    goal: float
    unit: str = "×"
    is_floor: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.value >= self.goal if self.is_floor else self.value <= self.goal

    def row(self) -> str:
        """A row of the Markdown table."""
        sign = "≥" if self.is_floor else "≤"
        verdict = "ok" if self.is_met else "**over**"
        if self.is_floor and not self.is_met:
            verdict = "**under**"
        return (
            f"| {self.what} | {self.figures} | {self.value:.2f}{self.unit} | {sign} {self.goal:g}{self.unit} "
            f"| {verdict} |"
        )


def milliseconds(seconds: float) -> str:
    """For the table."""
    return f"{seconds * 1000:.1f} ms"


def by_turns(
    calls: Sequence[Callable[[], object]],
    *,
    rounds: int,
    timer: Callable[[], float] = time.process_time,
    prepare: Sequence[Callable[[], object]] = (),
) -> list[float]:
    """Median seconds of each call by `timer` (CPU time of this process unless told), called A B A B after a warm-up.

    `prepare`: what goes before each call and is not measured.
    """
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(WARM_UP + rounds):
        for place, call in enumerate(calls):
            if prepare:
                prepare[place]()
            start = timer()
            call()
            if number >= WARM_UP:
                taken[place].append(timer() - start)
    return [median(times) for times in taken]


@dataclass(frozen=True, slots=True)
class Cost:
    """Median seconds of CPU that a request takes: of this process, and of the database behind it."""

    cpu: float
    database: float

    def __str__(self) -> str:
        return f"{milliseconds(self.cpu)} + {milliseconds(self.database)}"


class _Backends:
    """The database's processes that were spoken to: what they worked, whatever else went on at that time."""

    def __init__(self) -> None:
        self.known: set[int] = set()

    def meet(self, connection: Connection, *_event: object) -> None:
        self.known.add(connection.connection.driver_connection.info.backend_pid)  # type: ignore[union-attr]

    def seconds(self) -> float:
        # Nanoseconds on a processor; clocks of the whole process count hundredths of a second.
        files = (Path("/proc") / str(pid) / "schedstat" for pid in self.known)
        return sum(int(file.read_text().split()[0]) for file in files if file.exists()) / 1e9


@contextmanager
def _backends() -> Iterator[_Backends]:
    backends = _Backends()
    event.listen(Engine, "before_cursor_execute", backends.meet)
    try:
        yield backends
    finally:
        event.remove(Engine, "before_cursor_execute", backends.meet)


def costs_by_turns(calls: Sequence[Callable[[], object]], *, rounds: int) -> list[Cost]:
    """What each call costs, called A B A B after a warm-up (Linux, a database on this machine)."""
    taken: list[list[tuple[float, float]]] = [[] for _ in calls]
    with _backends() as backends:
        for number in range(WARM_UP + rounds):
            for place, call in enumerate(calls):
                worked, start = backends.seconds(), time.process_time()
                call()
                if number >= WARM_UP:
                    spent = time.process_time() - start
                    taken[place].append((spent, backends.seconds() - worked))
    return [Cost(median(cpu for cpu, _ in times), median(worked for _, worked in times)) for times in taken]


class Page:
    """A request that can be made again and again without a client in between."""

    def __init__(self, app: Flask, path: str, *, base_url: str, cookie: str = "") -> None:
        self.app = app
        headers = {"Cookie": cookie} if cookie else {}
        # What a browser sends, so that answers are compressed as they are for people.
        headers["Accept-Encoding"] = "gzip, deflate, br"
        self.environ = EnvironBuilder(path, base_url=base_url, headers=headers).get_environ()

    def __call__(self) -> bytes:
        return self.ask()[1]

    def text(self) -> str:
        """The page, not compressed."""
        environ = {**self.environ, "HTTP_ACCEPT_ENCODING": "identity", "wsgi.input": BytesIO()}
        return answer(self.app, environ, "200")[1].decode()

    def ask(self) -> tuple[dict[str, str], bytes]:
        """Headers and body; raises for anything but 200."""
        return answer(self.app, {**self.environ, "wsgi.input": BytesIO()}, "200")


def answer(app: Flask, environ: dict[str, Any], expected: str) -> tuple[dict[str, str], bytes]:
    """One call of the WSGI application; raises when the status does not start with `expected`."""
    seen: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        seen.extend((status, headers))
        return lambda _data: None

    chunks: Iterable[bytes] = app(environ, start_response)  # type: ignore[arg-type]
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if not seen[0].startswith(expected):
        raise RuntimeError(f"{environ['PATH_INFO']} answered {seen[0]}: {body[:2000]!r}")
    return dict(seen[1]), body
