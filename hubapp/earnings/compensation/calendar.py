"""How a plan cuts time: periods by their names, their days, and from when one may be closed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hubapp.earnings.compensation.plans.schema import Period

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONTHS = 12
MONTH, ISO_WEEK = "month", "iso_week"
# Which column of plan_sale a plan's `event_time` means.
EVENT_COLUMNS = {"delivered_at": "handed_over_at", "paid_at": "paid_at", "ordered_at": "ordered_at"}
# Years that leave room before the end of time for what comes after a period.
_MONTH = re.compile(r"([12][0-9]{3})-([0-9]{2})")
_WEEK = re.compile(r"([12][0-9]{3})-W([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Span:
    """A period's days: from `first` up to, not including, `end`."""

    kind: str
    first: date
    end: date

    @property
    def name(self) -> str:
        """2027-01 or 2027-W05."""
        if self.kind == MONTH:
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - DAY

    @property
    def before(self) -> Span:
        """The period before this one."""
        return at(self.kind, self.first - DAY)

    @property
    def after(self) -> Span:
        """The period after this one."""
        return at(self.kind, self.end)


def at(kind: str, day: date) -> Span:
    """The period that a day is in."""
    if kind == ISO_WEEK:
        first = day - DAY * day.weekday()
        return Span(kind, first, first + WEEK)
    first = day.replace(day=1)
    return Span(kind, first, (first + 31 * DAY).replace(day=1))


def named(name: str) -> Span:
    """A period by its name. Raises ValueError."""
    if found := _MONTH.fullmatch(name):
        return at(MONTH, date(int(found[1]), int(found[2]), 1))
    if found := _WEEK.fullmatch(name):
        return at(ISO_WEEK, date.fromisocalendar(int(found[1]), int(found[2]), 1))
    raise ValueError(f"{name!r} is no period like 2027-01 or 2027-W05")


def of_days(first: date, end: date) -> Span:
    """A period by its days."""
    return Span(ISO_WEEK if end - first == WEEK else MONTH, first, end)


def day_of(moment: datetime, timezone: str) -> date:
    """The day that a moment is on there."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def midnight(day: date, timezone: str) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(timezone)).astimezone(UTC)


def closes_on(period: Period, end: date) -> date:
    """The first day on which a period that ended may be closed: the time of withdrawal is over."""
    return end + period.close_lag_days * DAY
