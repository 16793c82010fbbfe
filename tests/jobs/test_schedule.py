"""Schedules mean what they say: seconds first, and every one of them can be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from croniter import croniter

from hubapp.jobs import queue
from hubapp.jobs.worker import seconds_last
from hubapp.web.areas import HubFlask

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "next_run"),
    [
        ("*/15 * * * * *", datetime(2026, 11, 22, 12, 0, 15, tzinfo=UTC)),
        ("0 50 3 * * *", datetime(2026, 11, 23, 3, 50, 0, tzinfo=UTC)),
    ],
)
def test_the_first_field_is_the_seconds(cron: str, next_run: datetime) -> None:
    assert croniter(seconds_last(cron), NOON).get_next(datetime) == next_run


def test_every_schedule_can_be_read(app: HubFlask) -> None:
    assert queue.schedule
    for entry in queue.schedule:
        assert croniter(seconds_last(entry.cron), NOON).get_next(datetime) > NOON
