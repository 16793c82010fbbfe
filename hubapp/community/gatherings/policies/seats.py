"""Who gets seats and who waits: arithmetic without I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def fits(*, seats: int, left: int | None, waiting: int) -> bool:
    """Whether a new registration gets its seats at once: nobody who waits is passed."""
    return waiting == 0 and (left is None or seats <= left)


def moving_up(queue: Iterable[int], left: int | None) -> Iterator[int]:
    """Wishes from the head of the queue that find room, in order; the first that does not fit ends it."""
    for seats in queue:
        if left is not None and seats > left:
            return
        left = None if left is None else left - seats
        yield seats


def is_due(*, before: timedelta, starts_at: datetime, confirmed_at: datetime, now: datetime) -> bool:
    """Whether a reminder that long before the start is to be sent: who registered later than that knows anyway."""
    moment = starts_at - before
    # A day's reminder that comes in the last hour would be two at once.
    latest = starts_at - HOUR if before > HOUR else starts_at
    return confirmed_at <= moment <= now < latest
