"""How things are measured: by turns, so that a neighbour's work meets all of them, and by the median."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
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
    """Median seconds of a request: CPU time of this process, and how long it waited for its statements."""

    cpu: float
    database: float

    def __str__(self) -> str:
        return f"{milliseconds(self.cpu)} + {milliseconds(self.database)}"


class _Clock:
    """Adds up what statements take, from their sending to the last row."""

    def __init__(self) -> None:
        self.seconds = self._since = 0.0

    def begin(self, *_event: object) -> None:
        self._since = time.perf_counter()

    def end(self, *_event: object) -> None:
        self.seconds += time.perf_counter() - self._since


@contextmanager
def _statements() -> Iterator[_Clock]:
    clock = _Clock()
    listeners = (("before_cursor_execute", clock.begin), ("after_cursor_execute", clock.end))
    for name, act in listeners:
        event.listen(Engine, name, act)
    try:
        yield clock
    finally:
        for name, act in listeners:
            event.remove(Engine, name, act)


def costs_by_turns(calls: Sequence[Callable[[], object]], *, rounds: int) -> list[Cost]:
    """What each call costs, called A B A B after a warm-up."""
    taken: list[list[tuple[float, float]]] = [[] for _ in calls]
    with _statements() as clock:
        for number in range(WARM_UP + rounds):
            for place, call in enumerate(calls):
                clock.seconds, start = 0.0, time.process_time()
                call()
                if number >= WARM_UP:
                    taken[place].append((time.process_time() - start, clock.seconds))
    return [Cost(median(cpu for cpu, _ in times), median(spent for _, spent in times)) for times in taken]


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
