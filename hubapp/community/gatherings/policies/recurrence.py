"""Dates that repeat, and their moments in a time zone whose clocks change: rules without I/O."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hubapp.community.gatherings.models import Frequency

WEEK = 7
# A fifth Tuesday is the last one: most months have none.
FIFTH = 5
# How far ahead the dates of a series are made, and how many of them there are at least.
AHEAD = timedelta(days=100)
AT_LEAST = 2
MOST_DATES = 520


@dataclass(frozen=True, slots=True)
class Rule:
    """Every so many weeks or months from `first`, which has the number `base`; up to `until`, `count` dates in all."""

    frequency: Frequency
    every: int
    first: date
    base: int = 0
    until: date | None = None
    count: int | None = None

    def day(self, number: int) -> date | None:
        """The day with this number, which may be before `base`; None where the series is over."""
        if self.count is not None and number >= self.count:
            return None
        steps = (number - self.base) * self.every
        if self.frequency == Frequency.WEEKLY:
            found = self.first + timedelta(days=WEEK * steps)
        else:
            found = _in_month(self.first, steps, by_weekday=self.frequency == Frequency.MONTHLY_WEEKDAY)
        return None if self.until is not None and found > self.until else found

    def due(self, *, number: int, today: date, coming: int = 0) -> Iterator[tuple[int, date]]:
        """(number, day) of the dates to make by now, from `number` on: AHEAD of today, and AT_LEAST that many.

        `coming`: how many of the earlier ones are still ahead.
        """
        for place in range(number, MOST_DATES):
            found = self.day(place)
            if found is None or (found > today + AHEAD and coming >= AT_LEAST):
                return
            coming += found >= today
            yield place, found


def _in_month(first: date, months: int, *, by_weekday: bool) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    month += 1
    last = calendar.monthrange(year, month)[1]
    if not by_weekday:
        # The 31st is the last day where a month is shorter.
        return date(year, month, min(first.day, last))
    nth = (first.day - 1) // WEEK
    begin = 1 + (first.weekday() - date(year, month, 1).weekday()) % WEEK
    day = begin + WEEK * nth
    return date(year, month, day if day <= last and nth < FIFTH - 1 else begin + WEEK * ((last - begin) // WEEK))


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time on the clocks of a place, in UTC.

    Where the clocks skip it, as long after the change as it would have been; where they show it twice, the first time.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class When:
    """A time on the hub's clocks: from `at` on `day`, until `minutes` later as those clocks show it."""

    day: date
    at: time
    minutes: int

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """(start, end) in UTC; it ends after it began, whatever the clocks do meanwhile."""
        start = moment(self.day, self.at, zone)
        shown = datetime.combine(self.day, self.at) + timedelta(minutes=self.minutes)
        end = moment(shown.date(), shown.time(), zone)
        return start, end if end > start else start + timedelta(minutes=self.minutes)


def when_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> When:
    """The same as the hub's clocks showed it."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    shown = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    minutes = int(shown.total_seconds() // 60)
    return When(
        start.date(), start.time(), minutes if minutes > 0 else int((ends_at - starts_at).total_seconds() // 60)
    )
