"""Who gets seats and who waits: arithmetic without I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def fits(*, seats: int, left: int | None, waiting: int) -> bool:
    """Whether a new registration gets its seats at once: nobody who waits is passed."""
    return waiting == 0 and (left is None or seats <= left)


def can_ever_fit(*, seats: int, capacity: int | None) -> bool:
    """Whether there are so many seats at all: a capacity may have been lowered below what somebody waits for."""
    return capacity is None or seats <= capacity


def moving_up(queue: Iterable[int], left: int | None, capacity: int | None = None) -> Iterator[int]:
    """Places in the queue (from 0) whose wishes find room, from its head; the first that does not fit ends it.

    But nobody waits behind a wish for more seats than there are.
    """
    for place, seats in enumerate(queue):
        if not can_ever_fit(seats=seats, capacity=capacity):
            continue
        if left is not None and seats > left:
            return
        left = None if left is None else left - seats
        yield place


def is_due(*, before: timedelta, starts_at: datetime, confirmed_at: datetime, now: datetime) -> bool:
    """Whether a reminder that long before the start is to be sent: who registered later than that knows anyway."""
    moment = starts_at - before
    # A day's reminder that comes in the last hour would be two at once.
    latest = starts_at - HOUR if before > HOUR else starts_at
    return confirmed_at <= moment <= now < latest
