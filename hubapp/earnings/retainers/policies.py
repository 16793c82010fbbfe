"""The calendar of a retainer and what each period brings: pure values, days in the hub's own time zone."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7
DAY = timedelta(days=1)
# How far from today a first day may lie: what was agreed by word of mouth last month can still be written down.
BACK, AHEAD = timedelta(days=31), timedelta(days=366)
LONGEST = timedelta(days=366 * 30)


class Rhythm(enum.StrEnum):
    """How long a whole period is."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Status(enum.StrEnum):
    """A proposal is decided once; what was agreed stays agreed, also after its last day."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    AGREED = "agreed"


MOVES = {
    Status.PROPOSED: frozenset({Status.REFUSED, Status.AGREED}),
    Status.REFUSED: frozenset(),
    Status.AGREED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. `amount`: minor units for a whole period; `last_day` counts, None is without end.

    A last day before the first means that it never began.
    """

    amount: int
    rhythm: Rhythm
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month, or the part of it before the end: `days` of the `of_days` of a whole one; `number` from 0."""

    number: int
    first: date
    last: date
    days: int
    of_days: int
    amount: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is cut off."""
        return self.days == self.of_days


def month_later(day: date, count: int) -> date:
    """The same day `count` months later, or the month's last day where it has no such day."""
    place = day.year * 12 + day.month - 1 + count
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def begin_of(terms: Terms, number: int) -> date:
    """The first day of a period. Counted from the first day of all, so that a 31st comes back after February."""
    if terms.rhythm == Rhythm.WEEKLY:
        return terms.first_day + timedelta(days=WEEK * number)
    return month_later(terms.first_day, number)


def pro_rata(amount: int, days: int, of_days: int) -> int:
    """`amount` × `days` ÷ `of_days`, rounded half up to a minor unit; `amount` is not negative."""
    return (2 * amount * days + of_days) // (2 * of_days)


def period_of(terms: Terms, number: int) -> Period | None:
    """A period by its number; None when the retainer ends before it begins."""
    first, following = begin_of(terms, number), begin_of(terms, number + 1)
    if terms.last_day is not None and terms.last_day < first:
        return None
    whole_last = following - DAY
    last = whole_last if terms.last_day is None else min(whole_last, terms.last_day)
    days, of_days = (last - first).days + 1, (following - first).days
    return Period(number, first, last, days, of_days, pro_rata(terms.amount, days, of_days))


def due_at(period: Period, zone: ZoneInfo) -> datetime:
    """The moment at which a period is over: the first one of the day after it, there."""
    return datetime.combine(period.last + DAY, time(), zone).astimezone(UTC)


def due(terms: Terms, *, earned: int, zone: ZoneInfo, now: datetime) -> Iterator[Period]:
    """The periods that are over and not earned yet, the oldest first; `earned`: how many are."""
    number = earned
    while (period := period_of(terms, number)) is not None and due_at(period, zone) <= now:
        yield period
        number += 1


def next_due(terms: Terms, *, earned: int, zone: ZoneInfo) -> datetime | None:
    """When the next period is over; None when there is none."""
    period = period_of(terms, earned)
    return None if period is None else due_at(period, zone)


def today(now: datetime, zone: ZoneInfo) -> date:
    """The day that it is there."""
    return now.astimezone(zone).date()


class State(enum.StrEnum):
    """Where a retainer stands, for those who look at it."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    TO_BEGIN = "to_begin"
    RUNNING = "running"
    ENDING = "ending"
    ENDED = "ended"


def state(status: str, terms: Terms, today: date) -> State:
    """The state on a day of the hub's calendar."""
    if status != Status.AGREED:
        return State(status)
    if terms.last_day is not None and terms.last_day < max(today, terms.first_day):
        return State.ENDED
    if terms.first_day > today:
        return State.TO_BEGIN
    return State.RUNNING if terms.last_day is None else State.ENDING
