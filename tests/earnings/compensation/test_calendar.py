"""How a plan cuts time: months and ISO weeks by name, midnights of its own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.compensation import calendar
from hubapp.earnings.compensation.plans.schema import Period

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
KINDS = st.sampled_from([calendar.MONTH, calendar.ISO_WEEK])


@given(KINDS, DAYS)
def test_every_day_is_in_one_period_which_its_name_and_days_lead_back_to(kind: str, day: date) -> None:
    span = calendar.at(kind, day)
    assert span.first <= day < span.end
    assert calendar.named(span.name) == span == calendar.of_days(span.first, span.end)


@given(KINDS, DAYS)
def test_periods_follow_one_another_without_a_gap(kind: str, day: date) -> None:
    span = calendar.at(kind, day)
    assert (span.after.first, span.before.end) == (span.end, span.first)
    assert span.after.before == span


@pytest.mark.parametrize(
    ("name", "first", "end"),
    [
        ("2027-02", date(2027, 2, 1), date(2027, 3, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        ("2027-W01", date(2027, 1, 4), date(2027, 1, 11)),
    ],
)
def test_names_mean_days(name: str, first: date, end: date) -> None:
    span = calendar.named(name)
    assert (span.first, span.end) == (first, end)


@pytest.mark.parametrize(
    "name",
    ["2027-13", "2027-00", "2027-W54", "2027-1", "2027", "0000-01", "", "2027-01-01", "9999-12", "9999-W52", "٢٠٢٧-٠١"],
)
def test_other_names_are_none(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        calendar.named(name)


def test_a_day_begins_at_its_own_midnight_in_summer_and_winter() -> None:
    assert calendar.midnight(date(2027, 1, 1), "Europe/Paris") == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    assert calendar.midnight(date(2027, 7, 1), "Europe/Paris") == datetime(2027, 6, 30, 22, 0, tzinfo=UTC)
    assert calendar.day_of(datetime(2027, 6, 30, 22, 0, tzinfo=UTC), "Europe/Paris") == date(2027, 7, 1)


def test_a_period_may_be_closed_when_the_lag_is_over() -> None:
    assert calendar.closes_on(Period("month", "UTC", 16, "paid_at"), date(2027, 2, 1)) == date(2027, 2, 17)
