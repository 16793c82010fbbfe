"""Rules of subscriptions without I/O: months and their days, when a failed renewal is tried again, legal moves."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from hubapp.market.subscriptions.models import Status

MONTHS = 12
# In the hub's own time, when people are awake to read what failed.
RENEWED_AT = time(8)
# Days after a renewal first failed on which it is tried again; after the last one the subscription is suspended.
RETRY_DAYS = (1, 3, 5, 7)
# A page on which somebody pays is open: look again soon instead of charging beside it.
WAIT_FOR_PAGE = timedelta(hours=1)
PAGE_LASTS = timedelta(hours=1)
# A standing order keeps its goods while its payment is tried again.
ORDER_LASTS = timedelta(days=40)
# The bank wants its client: charging again without them would only be refused again.
NEEDS_OWNER = frozenset({"authentication_required", "action_required"})

# The table of moves: from a status to those it may become.
MOVES: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.ACTIVE, Status.CANCELED}),
    Status.ACTIVE: frozenset({Status.PAUSED, Status.PAST_DUE, Status.CANCELED}),
    Status.PAUSED: frozenset({Status.ACTIVE, Status.PAST_DUE, Status.CANCELED}),
    Status.PAST_DUE: frozenset({Status.ACTIVE, Status.SUSPENDED, Status.CANCELED}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.CANCELED}),
    Status.CANCELED: frozenset(),
}


def can_move(before: str, after: Status) -> bool:
    """Whether a subscription may go from one status to another."""
    return after in MOVES[Status(before)]


def due_on(starts_on: date, period: int) -> date:
    """The day of a period: the same day of the month, or the last one where there is none. 31 → 28 → 31."""
    months = starts_on.year * MONTHS + starts_on.month - 1 + period
    year, month = divmod(months, MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(starts_on.day, last))


def due_at(starts_on: date, period: int, zone: tzinfo) -> datetime:
    """The moment of a period in UTC: in the morning of its day, by the hub's clock."""
    return datetime.combine(due_on(starts_on, period), RENEWED_AT, zone).astimezone(UTC)


def next_period(starts_on: date, *, after: datetime, at_least: int, zone: tzinfo) -> int:
    """The first period from `at_least` on that is due later than a moment: what was missed is not made up for."""
    today = after.astimezone(zone).date()
    passed = (today.year - starts_on.year) * MONTHS + today.month - starts_on.month
    period = max(at_least, passed, 0)
    return period if due_at(starts_on, period, zone) > after else period + 1


def retry_at(since: datetime, now: datetime) -> datetime | None:
    """The next day of the schedule for what first failed at `since`; None: no more. Tries in between change nothing."""
    return next((moment for moment in retries(since) if moment > now), None)


def retries(since: datetime) -> list[datetime]:
    """The published schedule, as pages show it."""
    return [since + timedelta(days=days) for days in RETRY_DAYS]
