"""Killing the process around every commit: work is lost just before it, or whoever waited for it just after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from flask import Flask

from hubapp.jobs import worker
from hubapp.kernel import crash
from hubapp.kernel.db import Session
from tests.factories import jobs

Moment = Literal["before_commit", "after_commit"]
MOMENTS: tuple[Moment, ...] = ("before_commit", "after_commit")
MOST_COMMITS = 12


class Killed(BaseException):
    """Not an Exception: nothing may catch it on the way, as nothing catches kill -9."""


@contextmanager
def killed_at(moment: Moment, nth: int) -> Iterator[list[int]]:
    """Die at the nth commit; yields a list that says afterwards whether it came to that."""
    seen: list[int] = []
    commit = Session.commit

    def dying(session: Session) -> None:
        seen.append(1)
        if moment == "before_commit" and len(seen) == nth:
            raise Killed
        commit(session)
        if len(seen) == nth:
            raise Killed

    Session.commit = dying  # type: ignore[method-assign]
    try:
        yield seen
    except Killed:
        pass
    finally:
        Session.commit = commit  # type: ignore[method-assign]


@contextmanager
def killed_at_point(name: str, nth: int) -> Iterator[list[int]]:
    """The same at the nth passing of a named point between two durable steps."""
    seen: list[int] = []

    def trap(reached: str) -> None:
        if reached != name:
            return
        seen.append(1)
        if len(seen) == nth:
            raise Killed

    try:
        with crash.trapped(trap):
            yield seen
    except Killed:
        pass


def crash_everywhere(action: Callable[[], None], *, recover: Callable[[], None]) -> int:
    """Do an action again and again, killed at each of its commits in turn, then undisturbed; answers the deaths."""
    deaths = 0
    for moment in MOMENTS:
        for nth in range(1, MOST_COMMITS):
            with killed_at(moment, nth) as seen:
                action()
            if len(seen) < nth:
                break
            deaths += 1
            recover()
    action()
    return deaths


def run_all_crashing(app: Flask, *, recover: Callable[[], None]) -> int:
    """Run the queue with each job killed at each of its commits first; answers how many deaths it took."""
    deaths = 0
    while (job := jobs.next_job(app)) is not None:
        number, arguments = job

        def run(arguments: dict[str, Any] = arguments) -> None:
            worker.run_job(app, **arguments)

        deaths += crash_everywhere(run, recover=recover)
        jobs.delete_job(app, number)
    return deaths
