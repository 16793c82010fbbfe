"""The only place that reads the time: business time, which the sandbox may move, and wall time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def now() -> datetime:
    """Business time in UTC: orders, holds, payouts. `hubapp sandbox advance` moves it."""
    return datetime.now(UTC) + _offset


def wall() -> datetime:
    """Real time in UTC, never moved: sessions, tokens, one-time codes and rate limits depend on it."""
    return datetime.now(UTC)


def set_offset(offset: timedelta) -> None:
    """Move this process's business clock; the sandbox's stored offset is the truth."""
    global _offset  # noqa: PLW0603  one process, one clock
    _offset = offset


def offset() -> timedelta:
    """How far business time runs ahead of wall time."""
    return _offset
