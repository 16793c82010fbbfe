"""Digests at the local hour and quiet hours, through every change of the clocks."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hubapp.people.notifications import policies
from hubapp.people.notifications.policies import Wishes

ZONES = ("Europe/Paris", "Africa/Nairobi", "Africa/Tunis", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham")
moments = some.integers(1_704_067_200, 1_924_905_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
wishes = some.builds(
    Wishes,
    zone=some.sampled_from(ZONES).map(ZoneInfo),
    weekday=some.integers(0, 6),
    hour=some.integers(0, 23),
    quiet=some.tuples(some.integers(0, 23), some.integers(0, 23)).filter(lambda hours: hours[0] != hours[1]),
)


@given(moments, wishes, some.booleans())
def test_the_next_digest_is_later_on_its_day_and_at_its_hour(now: datetime, wanted: Wishes, weekly: bool) -> None:
    wanted = replace(wanted, quiet=None)
    due, day = policies.next_digest(now, wanted, weekly=weekly)
    local = due.astimezone(wanted.zone)
    assert now < due <= now + timedelta(days=8 if weekly else 2)
    assert local.date() == day
    # Where the change to summer time leaves the hour out, it is the hour after it.
    assert local.hour == wanted.hour or local.replace(hour=wanted.hour).astimezone(UTC).astimezone(wanted.zone) == local
    assert not weekly or day.weekday() == wanted.weekday


@given(moments, wishes, some.booleans())
def test_a_digest_waits_for_the_end_of_quiet_hours(now: datetime, wanted: Wishes, weekly: bool) -> None:
    due, day = policies.next_digest(now, wanted, weekly=weekly)
    hour = datetime.combine(day, time(wanted.hour), tzinfo=wanted.zone).astimezone(UTC)
    assert now < due <= now + timedelta(days=8 if weekly else 2)
    assert due == (policies.quiet_until(hour, wanted) or hour)
    assert not weekly or day.weekday() == wanted.weekday


@pytest.mark.parametrize(("hour", "day", "at"), [(8, 23, 10), (10, 23, 10), (21, 22, 21), (22, 22, 10), (23, 22, 10)])
def test_a_digest_in_quiet_hours_comes_when_they_end_and_is_that_of_its_own_day(hour: int, day: int, at: int) -> None:
    zone = ZoneInfo("Europe/Paris")
    now = datetime(2026, 11, 22, 20, 30, tzinfo=zone)
    due, of = policies.next_digest(now, Wishes(zone, hour=hour, quiet=(22, 10)), weekly=False)
    assert (of.day, due.astimezone(zone).hour) == (day, at)
    assert (
        policies.next_digest(due - timedelta(hours=1), Wishes(zone, hour=hour, quiet=(22, 10)), weekly=False)[1] == of
    )


@given(moments, wishes)
def test_each_local_day_has_one_digest(now: datetime, wanted: Wishes) -> None:
    days = []
    for _number in range(5):
        now, day = policies.next_digest(now, wanted, weekly=False)
        days.append(day)
    assert [later - earlier for earlier, later in itertools.pairwise(days)] == [timedelta(days=1)] * 4


@given(moments, wishes)
def test_quiet_hours_end_within_a_day_and_outside_of_themselves(now: datetime, wanted: Wishes) -> None:
    until = policies.quiet_until(now, wanted)
    assert wanted.quiet is not None
    if until is None:
        return
    assert now <= until <= now + timedelta(hours=25)
    start, _end = wanted.quiet
    local = until.astimezone(wanted.zone)
    assert policies.quiet_until(until, wanted) is None or start == (local.hour - 1) % 24


@pytest.mark.parametrize(
    ("hour", "minute", "is_quiet"), [(21, 59, False), (22, 0, True), (3, 0, True), (6, 59, True), (7, 0, False)]
)
def test_quiet_hours_span_midnight(hour: int, minute: int, is_quiet: bool) -> None:
    zone = ZoneInfo("Europe/Paris")
    now = datetime(2026, 11, 22, hour, minute, tzinfo=zone)
    until = policies.quiet_until(now, Wishes(zone, quiet=(22, 7)))
    assert (until is not None) is is_quiet
    assert until is None or until.astimezone(zone).hour == 7


@pytest.mark.parametrize(
    ("default", "chosen", "is_off", "rhythm", "mail"),
    [
        ("daily", None, False, "daily", "daily"),
        ("daily", None, False, "weekly", "weekly"),
        ("now", None, False, "weekly", "now"),
        ("daily", "now", False, "weekly", "now"),
        ("daily", "now", True, "daily", "off"),
    ],
)
def test_how_a_kind_is_mailed(default: str, chosen: str | None, is_off: bool, rhythm: str, mail: str) -> None:
    assert policies.mail_of(default=default, chosen=chosen, is_off=is_off, rhythm=rhythm) == mail


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 02 Jan 2026 00:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 23:59:00 GMT", None),  # it is over
        ("99999999", 6 * 3600),  # nobody waits for years
        ("", None),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("Fri, 99 Jan 2026 00:01:00 GMT", None),
        ("٣٠", None),
    ],
)
def test_a_service_says_how_long_it_wants_to_be_left_alone(said: str, seconds: int | None) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert policies.pause_asked(said, now=now) == expected


def test_pauses_between_tries_grow_and_end_growing() -> None:
    pauses = [policies.pause_after(tries) for tries in range(40)]
    assert pauses[0] == policies.FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == policies.LONGEST_PAUSE


@given(some.lists(some.uuids(), min_size=50, max_size=50, unique=True), some.uuids())
def test_what_waits_for_one_service_comes_to_it_one_after_the_other(
    notices: list[uuid.UUID], device: uuid.UUID
) -> None:
    waits = [policies.spread(notice, device) for notice in notices]
    assert all(timedelta(0) <= wait < policies.SPREAD for wait in waits)
    assert len({int(wait.total_seconds()) for wait in waits}) > 10  # of 60
    assert waits == [policies.spread(notice, device) for notice in notices]
