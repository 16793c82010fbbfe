"""The calendar and the arithmetic of retainers: no day twice, none left out, no minor unit made or lost by rounding."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.retainers import policies
from hubapp.earnings.retainers.policies import DAY, Period, Rhythm, State, Terms
from hubapp.kernel.money import MAX_MINOR, Money

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Paris", "Africa/Nairobi", "Pacific/Kiritimati", "UTC")])
AMOUNTS = st.integers(1, MAX_MINOR)


@st.composite
def agreed(draw: st.DrawFn) -> Terms:
    first = draw(DAYS)
    last = draw(st.none() | st.integers(0, 900).map(lambda days: first + timedelta(days)))
    return Terms(draw(AMOUNTS), draw(st.sampled_from(Rhythm)), first, last)


def periods(terms: Terms, most: int = 40) -> list[Period]:
    found = (policies.period_of(terms, number) for number in range(most))
    return [period for period in takewhile(lambda one: one is not None, found) if period is not None]


@given(agreed())
def test_periods_follow_one_another_day_by_day(terms: Terms) -> None:
    found = periods(terms)
    assert found[0].first == terms.first_day
    for before, after in pairwise(found):
        assert after.first == before.last + DAY
        assert before.is_whole
    for period in found:
        assert (period.last - period.first).days + 1 == period.days <= period.of_days


@given(agreed())
def test_the_last_period_ends_with_the_last_day_and_nothing_comes_after_it(terms: Terms) -> None:
    found = periods(terms, 140)
    if terms.last_day is None:
        assert len(found) == 140
    else:
        assert found[-1].last == terms.last_day
        assert policies.period_of(terms, len(found)) is None


@given(agreed())
def test_a_whole_period_is_seven_days_or_as_long_as_a_month(terms: Terms) -> None:
    for period in periods(terms):
        assert period.of_days == 7 if terms.rhythm == Rhythm.WEEKLY else period.of_days in {28, 29, 30, 31}
        assert (period.amount == terms.amount) or not period.is_whole


@given(DAYS, st.integers(0, 400))
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = policies.month_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    length = calendar.monthrange(later.year, later.month)[1]
    assert later.day == min(day.day, length)


def test_a_first_day_on_the_31st_comes_back_after_short_months() -> None:
    terms = Terms(100, Rhythm.MONTHLY, date(2027, 12, 31))
    firsts = [policies.begin_of(terms, number) for number in range(5)]
    assert firsts == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]


@given(AMOUNTS, st.integers(1, 31).flatmap(lambda whole: st.tuples(st.integers(1, whole), st.just(whole))))
def test_pro_rata_is_half_up_exactly(amount: int, span: tuple[int, int]) -> None:
    days, whole = span
    exact = Fraction(amount * days, whole)
    rounded = policies.pro_rata(amount, days, whole)
    assert -Fraction(1, 2) < rounded - exact <= Fraction(1, 2)
    assert 0 <= rounded <= amount
    assert rounded == amount or days < whole or amount == 0


@given(AMOUNTS, st.integers(2, 31))
def test_a_day_more_never_brings_less(amount: int, whole: int) -> None:
    parts = [policies.pro_rata(amount, days, whole) for days in range(whole + 1)]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0, amount)


@pytest.mark.parametrize(
    ("amount", "currency", "days", "expected"),
    [
        ("300.00", "EUR", 10, "100.00"),
        ("100.01", "EUR", 15, "50.01"),  # half a cent goes up
        ("1001", "JPY", 15, "501"),  # no decimals: half a yen goes up
        ("10.001", "KWD", 15, "5.001"),  # three decimals
        ("1", "JPY", 1, "0"),
        ("0.01", "EUR", 15, "0.01"),
    ],
)
def test_pro_rata_in_currencies_of_all_kinds(amount: str, currency: str, days: int, expected: str) -> None:
    first = date(2026, 11, 1)
    terms = Terms(Money.parse(amount, currency).amount, Rhythm.MONTHLY, first, first + timedelta(days - 1))
    (period,) = periods(terms)
    assert period.amount == Money.parse(expected, currency).amount


@given(agreed(), ZONES, st.integers(0, 500), st.integers(0, 24 * 60 - 1))
def test_what_is_due_is_what_is_over_there_and_not_earned(terms: Terms, zone: ZoneInfo, days: int, minute: int) -> None:
    day = terms.first_day + timedelta(days)
    now = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    due = list(policies.due(terms, earned=0, zone=zone, now=now))
    assert due == [period for period in periods(terms, 140) if period.last < policies.today(now, zone)]
    following = policies.next_due(terms, earned=len(due), zone=zone)
    assert following is None or following > now


@given(agreed(), ZONES, st.lists(st.integers(1, 60), max_size=12))
def test_looking_often_or_once_finds_the_same_periods(terms: Terms, zone: ZoneInfo, steps: list[int]) -> None:
    now = datetime(terms.first_day.year, terms.first_day.month, terms.first_day.day, 12, tzinfo=zone)
    often: list[Period] = []
    for step in steps:
        now += timedelta(days=step)
        often += policies.due(terms, earned=len(often), zone=zone, now=now)
    assert often == list(policies.due(terms, earned=0, zone=zone, now=now))


@given(agreed(), st.integers(-10, 60))
def test_the_state_says_whether_something_can_still_be_earned(terms: Terms, days: int) -> None:
    today = terms.first_day + timedelta(days)
    state = policies.state("agreed", terms, today)
    left = any(today <= period.last for period in periods(terms, 140))
    assert (state != State.ENDED) == left
    assert (state == State.TO_BEGIN) == (today < terms.first_day)


def test_one_that_ended_before_it_began_earns_nothing() -> None:
    never = Terms(100, Rhythm.WEEKLY, date(2026, 12, 1), date(2026, 11, 30))
    assert policies.period_of(never, 0) is None
    assert policies.state("agreed", never, date(2026, 11, 22)) == State.ENDED
