"""Named points between durable steps, where tests end the process; otherwise a name costs one comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_points: dict[str, str] = {}
_trap: Callable[[str], None] | None = None


def point(name: str, meaning: str) -> str:
    """Name a point; `meaning` says what is lasting there and what is not. Each name once."""
    if name in _points:
        raise ValueError(f"two points are called {name}")
    _points[name] = meaning
    return name


def points() -> Mapping[str, str]:
    """All points and what they mean."""
    return dict(_points)


def reached(name: str) -> None:
    """The process is at a point: whatever it knows and has not written down would be lost here."""
    if _trap is not None:
        _trap(name)


@contextmanager
def trapped(trap: Callable[[str], None]) -> Iterator[None]:
    """Let `trap` be called at every point (tests only)."""
    global _trap  # noqa: PLW0603  one process, one trap
    _trap = trap
    try:
        yield
    finally:
        _trap = None
