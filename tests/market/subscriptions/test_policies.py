"""The calendar and the moves of subscriptions, by property."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.market.subscriptions import policies
from hubapp.market.subscriptions.models import Status

ZONES = [ZoneInfo(name) for name in ("Europe/Paris", "Africa/Tunis", "Pacific/Auckland", "America/St_Johns")]
days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
periods = st.integers(0, 600)
zones = st.sampled_from(ZONES)


@pytest.mark.parametrize(
    ("starts_on", "period", "day"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2028, 1, 30), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_the_day_of_the_month_comes_back(starts_on: date, period: int, day: date) -> None:
    assert policies.due_on(starts_on, period) == day


@given(days, periods)
def test_every_month_has_exactly_one_renewal(starts_on: date, period: int) -> None:
    this, following = policies.due_on(starts_on, period), policies.due_on(starts_on, period + 1)
    assert (following.year * 12 + following.month) - (this.year * 12 + this.month) == 1
    assert this.day == starts_on.day or (this + timedelta(days=1)).day == 1


@given(days, periods, zones)
def test_a_renewal_is_on_its_day_by_the_hubs_clock(starts_on: date, period: int, zone: ZoneInfo) -> None:
    local = policies.due_at(starts_on, period, zone).astimezone(zone)
    assert (local.date(), local.time()) == (policies.due_on(starts_on, period), policies.RENEWED_AT)


@given(days, st.integers(0, 60), st.integers(0, 900 * 24), zones)
def test_the_next_one_is_the_first_that_is_still_ahead(
    starts_on: date, at_least: int, hours: int, zone: ZoneInfo
) -> None:
    after = datetime(starts_on.year, starts_on.month, starts_on.day, tzinfo=UTC) + timedelta(hours=hours)
    period = policies.next_period(starts_on, after=after, at_least=at_least, zone=zone)
    assert period >= at_least
    assert policies.due_at(starts_on, period, zone) > after
    assert period == at_least or policies.due_at(starts_on, period - 1, zone) <= after


@given(st.lists(st.integers(0, 10 * 24), max_size=12))
def test_retries_follow_the_published_days_whatever_is_tried_in_between(hours: list[int]) -> None:
    since = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for hour in sorted(hours):
        now = since + timedelta(hours=hour)
        again = policies.retry_at(since, now)
        later = [day for day in policies.RETRY_DAYS if day * 24 > hour]
        assert again == (since + timedelta(days=later[0]) if later else None)


@given(st.lists(st.sampled_from(list(Status)), max_size=20))
def test_what_is_over_stays_over_and_everything_else_can_end(wanted: list[Status]) -> None:
    status = Status.PENDING
    for to in wanted:
        if policies.can_move(status, to):
            assert status != Status.CANCELED
            status = to
    assert status == Status.CANCELED or policies.can_move(status, Status.CANCELED)


def test_nothing_begins_twice_and_nothing_begins_unpaid() -> None:
    assert not any(Status.PENDING in moves for moves in policies.MOVES.values())
    assert policies.MOVES[Status.PENDING] == {Status.ACTIVE, Status.CANCELED}
    assert policies.MOVES[Status.SUSPENDED] == {Status.ACTIVE, Status.CANCELED}
