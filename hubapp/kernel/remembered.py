"""Answers that a process remembers for a while, because to be a little behind is better than to ask for each page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Answers by key, each for `seconds`; with more than `size` of them it begins anew. Threads may share it.

    What another process changes is seen when the time is over; what this one changes, `forget` shows at once.
    """

    def __init__(self, seconds: float, *, size: int = 10_000) -> None:
        self._seconds, self._size = seconds, size
        self._known: dict[K, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def get(self, key: K, ask: Callable[[], V]) -> V:
        """The answer for `key`, asked where none is known any more. Several threads may ask at once."""
        hit = self._known.get(key)
        if hit and hit[0] > now():
            return hit[1]
        answer = ask()
        with self._lock:
            if len(self._known) >= self._size:
                self._known.clear()
            self._known[key] = (now() + self._seconds, answer)
        return answer

    def forget(self, is_meant: Callable[[K], bool] = lambda _key: True) -> None:
        """Drop the answers whose keys are meant, by default all."""
        with self._lock:
            for key in [key for key in self._known if is_meant(key)]:
                del self._known[key]


def now() -> float:
    """Seconds of a clock that nobody sets."""
    return time.monotonic()
