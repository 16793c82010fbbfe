"""When something of the demo's past was, told in days ago."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# Nothing is planned after this: the last steps must have happened by the time the site opens.
QUIET = timedelta(minutes=40)


def last_midnight(wall: datetime) -> datetime:
    """Where the past ends: at whatever hour the demo is made, it is the same past all day (UTC)."""
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def moment(now: datetime, zone: ZoneInfo, chance: random.Random, days_ago: float) -> datetime:
    """Some time of that day at which people are awake there, and before the site opens."""
    day = (now - timedelta(days=days_ago)).astimezone(zone).date()
    minute = time(chance.randint(8, 20), chance.randint(0, 59), chance.randint(0, 59))
    at = datetime.combine(day, minute, zone).astimezone(now.tzinfo)
    return min(at, now - QUIET - timedelta(minutes=chance.randint(0, 200)))
