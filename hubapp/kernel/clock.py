"""The only place that reads the time: business time, which the sandbox may move, and wall time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_offset = timedelta(0)
_held: datetime | None = None


def now() -> datetime:
    """Business time in UTC: orders, holds, payouts. `hubapp sandbox advance` moves it."""
    return wall() + _offset


def wall() -> datetime:
    """Real time in UTC, never moved: sessions, tokens, one-time codes and rate limits depend on it."""
    return datetime.now(UTC) if _held is None else _held


@contextmanager
def held(at: datetime | None = None) -> Iterator[None]:
    """Let no real time pass in this process meanwhile: it is `at`, or what it was, from the first line to the last.

    For a past that is made up, whose moments must not depend on how fast the machine is.
    """
    global _held  # noqa: PLW0603  one process, one clock
    before, _held = _held, at or wall()
    try:
        yield
    finally:
        _held = before


def set_offset(offset: timedelta) -> None:
    """Move this process's business clock; the sandbox's stored offset is the truth."""
    global _offset  # noqa: PLW0603  one process, one clock
    _offset = offset


def offset() -> timedelta:
    """How far business time runs ahead of wall time."""
    return _offset
