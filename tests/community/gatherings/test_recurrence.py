"""Dates that repeat: the right weekday, the same time on the clocks, and never an end before its beginning."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.community.gatherings.models import Frequency
from hubapp.community.gatherings.policies.recurrence import AHEAD, AT_LEAST, Rule, When, moment, when_of

ZONES = [
    ZoneInfo(name) for name in ("Europe/Paris", "Africa/Nairobi", "Africa/Tunis", "America/Santiago", "Pacific/Apia")
]
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
numbers = st.integers(0, 60)
steps = st.integers(1, 12)
zones = st.sampled_from([*ZONES, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York")])


@given(days, steps, numbers)
def test_weekly_dates_keep_their_weekday_and_distance(first: date, every: int, number: int) -> None:
    found = Rule(Frequency.WEEKLY, every, first).day(number)
    assert found == first + timedelta(weeks=every * number)


@given(days, steps, numbers)
def test_monthly_dates_are_in_the_right_month_and_on_the_day_or_the_last_one(
    first: date, every: int, number: int
) -> None:
    found = Rule(Frequency.MONTHLY_DAY, every, first).day(number)
    assert found is not None
    assert (found.year - first.year) * 12 + found.month - first.month == every * number
    assert found.day == first.day or (found.day < first.day and (found + timedelta(days=1)).day == 1)


@given(days, steps, numbers)
def test_monthly_weekdays_are_the_same_weekday_and_the_same_one_of_the_month(
    first: date, every: int, number: int
) -> None:
    found = Rule(Frequency.MONTHLY_WEEKDAY, every, first).day(number)
    assert found is not None
    assert (found.year - first.year) * 12 + found.month - first.month == every * number
    assert found.weekday() == first.weekday()
    is_last = (found + timedelta(days=7)).month != found.month
    assert is_last if first.day > 28 else (found.day - 1) // 7 == (first.day - 1) // 7


@given(days, steps, numbers, st.integers(0, 30), st.sampled_from(Frequency))
def test_counting_from_a_later_date_gives_the_same_weeks(
    first: date, every: int, number: int, base: int, frequency: Frequency
) -> None:
    rule = Rule(frequency, every, first)
    again = rule.day(base)
    assert again is not None
    if frequency == Frequency.WEEKLY or first.day <= 28:
        assert Rule(frequency, every, again, base).day(number) == rule.day(number)


@pytest.mark.parametrize(
    ("frequency", "first", "expected"),
    [
        (Frequency.MONTHLY_WEEKDAY, date(2026, 1, 20), date(2026, 2, 17)),  # third Tuesday
        (Frequency.MONTHLY_WEEKDAY, date(2026, 1, 29), date(2026, 2, 26)),  # fifth Thursday: the last one
        (Frequency.MONTHLY_DAY, date(2026, 1, 31), date(2026, 2, 28)),
    ],
)
def test_the_next_month(frequency: Frequency, first: date, expected: date) -> None:
    assert Rule(frequency, 1, first).day(1) == expected


def test_a_series_ends_after_its_count_or_its_last_day() -> None:
    first = date(2026, 11, 24)
    assert Rule(Frequency.WEEKLY, 1, first, count=3).day(2) is not None
    assert Rule(Frequency.WEEKLY, 1, first, count=3).day(3) is None
    assert Rule(Frequency.WEEKLY, 1, first, until=date(2026, 12, 8)).day(2) == date(2026, 12, 8)
    assert Rule(Frequency.WEEKLY, 1, first, until=date(2026, 12, 7)).day(2) is None


@given(days, steps, st.sampled_from(Frequency))
def test_dates_are_made_ahead_and_no_further(today: date, every: int, frequency: Frequency) -> None:
    due = list(Rule(frequency, every, today).due(number=0, today=today))
    assert len(due) >= AT_LEAST
    assert all(day <= today + AHEAD for _number, day in due[AT_LEAST:])
    assert [number for number, _day in due] == list(range(len(due)))


@given(days, st.times(), st.integers(1, 60 * 30), zones)
def test_it_ends_after_it_begins_whatever_the_clocks_do(day: date, at: time, minutes: int, zone: ZoneInfo) -> None:
    start, end = When(day, at.replace(microsecond=0, second=0), minutes).span(zone)
    assert end > start
    assert abs((end - start) - timedelta(minutes=minutes)) <= timedelta(hours=25)


@given(days, st.integers(8, 20), st.integers(0, 59), st.integers(15, 180), zones, numbers)
def test_a_series_keeps_its_time_on_the_clocks(
    first: date, hour: int, minute: int, minutes: int, zone: ZoneInfo, number: int
) -> None:
    day = Rule(Frequency.WEEKLY, 1, first).day(number)
    assert day is not None
    start, end = When(day, time(hour, minute), minutes).span(zone)
    shown = start.astimezone(zone)
    if shown.date() == day:  # a day may be missing altogether: Samoa crossed the date line
        assert (shown.hour, shown.minute) == (hour, minute)
        assert when_of(start, end, zone) == When(day, time(hour, minute), minutes)


def test_paris_in_winter_and_summer_is_the_same_on_the_clock_and_not_in_utc() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert moment(date(2026, 3, 28), time(18), paris) == datetime(2026, 3, 28, 17, tzinfo=UTC)
    assert moment(date(2026, 3, 29), time(18), paris) == datetime(2026, 3, 29, 16, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_or_show_twice_is_one_moment() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert moment(date(2026, 3, 29), time(2, 30), paris) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(2, 30), paris) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    start, end = When(date(2026, 3, 29), time(2, 30), 45).span(paris)
    assert end - start == timedelta(minutes=45)


def test_an_evening_over_the_change_ends_when_the_clocks_say_so() -> None:
    start, end = When(date(2026, 10, 24), time(23), 360).span(ZoneInfo("Europe/Paris"))
    assert end - start == timedelta(hours=7)
