"""Running what needs a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def alone(action: Callable[[], object]) -> None:
    """Run in a thread of its own: a browser that another test opened here keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(action).result()
