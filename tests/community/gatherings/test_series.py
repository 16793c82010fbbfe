"""Series, changes, cancelling, and the letters about them: each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.errors import Over, WrongDetails
from hubapp.community.gatherings.models import Frequency
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.community.gatherings.services import Repeat
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place
from tests.factories.gatherings import SATURDAY, all_of, details, make_gathering, register
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.support.letters import letters

PARIS = ZoneInfo("Europe/Paris")
WEEKLY = Repeat(Frequency.WEEKLY)


def test_a_series_makes_its_dates_ahead_at_the_same_time_on_the_clock(inside: Place) -> None:
    first = make_gathering(repeat=WEEKLY)
    dates = all_of(first.series_id)
    assert [one.starts_at.astimezone(PARIS).date() for one in dates[:3]] == [
        date(2026, 11, 28),
        date(2026, 12, 5),
        date(2026, 12, 12),
    ]
    assert 13 <= len(dates) <= 15
    services.extend(series_id=first.series_id, now=NOW + timedelta(days=120))
    summer = all_of(first.series_id)[-1].starts_at
    assert summer.astimezone(PARIS).hour == 10
    assert summer.hour == 8


def test_making_dates_again_makes_none_twice(inside: Place) -> None:
    first = make_gathering(repeat=WEEKLY)
    count = len(all_of(first.series_id))
    assert services.extend(series_id=first.series_id, now=NOW) == 0
    assert len(all_of(first.series_id)) == count


def test_a_series_ends_by_itself(inside: Place) -> None:
    first = make_gathering(repeat=replace(WEEKLY, count=3))
    assert len(all_of(first.series_id)) == 3
    row = queries.series(first.series_id)
    assert row is not None
    assert row.ended_at is not None


def test_a_draft_of_a_series_makes_nothing(inside: Place) -> None:
    first = make_gathering(repeat=WEEKLY, is_published=False)
    assert services.extend(series_id=first.series_id, now=NOW) == 0
    assert len(all_of(first.series_id)) == 1


def test_a_draft_of_a_series_is_changed_as_a_whole(inside: Place) -> None:
    first = make_gathering(repeat=WEEKLY, is_published=False)
    services.edit_gathering(
        gathering_id=first.id, details=details(title="Soup"), when=_week(1), with_following=False, now=NOW
    )
    services.publish_gathering(gathering_id=first.id, now=NOW)
    dates = all_of(first.series_id)
    assert {one.title for one in dates} == {"Soup"}
    assert dates[1].starts_at - dates[0].starts_at == timedelta(days=7)


def test_one_date_is_changed_alone(inside: Place) -> None:
    second = all_of(make_gathering(repeat=WEEKLY).series_id)[1]
    services.edit_gathering(
        gathering_id=second.id,
        details=details(title="At Oriane's"),
        when=When(date(2026, 12, 6), time(14), 60),
        with_following=False,
        now=NOW,
    )
    dates = all_of(second.series_id)
    assert [one.title for one in dates[:3]] == ["Repair café", "At Oriane's", "Repair café"]
    assert dates[2].starts_at.astimezone(PARIS).weekday() == 5


def test_all_that_follow_are_moved_with_it_but_those_edited_alone(inside: Place) -> None:
    first, second, third, fourth = all_of(make_gathering(repeat=WEEKLY).series_id)[:4]
    alone = details(title="Special")
    services.edit_gathering(gathering_id=third.id, details=alone, when=_week(2), with_following=False, now=NOW)
    friday = When(date(2026, 12, 4), time(18), 120)
    services.edit_gathering(
        gathering_id=second.id, details=details(title="Evenings"), when=friday, with_following=True, now=NOW
    )
    shown = [(one.title, one.starts_at.astimezone(PARIS)) for one in (first, second, third, fourth)]
    assert [title for title, _at in shown] == ["Repair café", "Evenings", "Special", "Evenings"]
    assert shown[3][1].date() == date(2026, 12, 18)
    assert shown[3][1].hour == 18
    services.extend(series_id=first.series_id, now=NOW + timedelta(days=60))
    last = all_of(first.series_id)[-1]
    assert (last.title, last.starts_at.astimezone(PARIS).weekday()) == ("Evenings", 4)


def _week(number: int) -> When:
    return replace(SATURDAY, day=SATURDAY.day + timedelta(weeks=number))


def test_cancelling_all_that_follow_ends_the_series(inside: Place) -> None:
    dates = all_of(make_gathering(repeat=WEEKLY).series_id)
    services.cancel_gathering(gathering_id=dates[1].id, reason="Holidays", with_following=True, now=NOW)
    after = all_of(dates[0].series_id)
    assert [one.status for one in after[:3]] == ["published", "canceled", "canceled"]
    assert services.extend(series_id=dates[0].series_id, now=NOW + timedelta(days=200)) == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"place_name": ""}, "place_name"),
        ({"format": "online", "online_url": "javascript:alert(1)"}, "online_url"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(inside: Place, values: dict[str, str], field: str) -> None:
    with pytest.raises(WrongDetails) as refusal:
        make_gathering(**values)
    assert refusal.value.field == field


def test_the_past_and_endless_ones_are_refused(inside: Place) -> None:
    for when in (When(date(2026, 11, 1), time(10), 60), replace(SATURDAY, minutes=0)):
        with pytest.raises(WrongDetails):
            make_gathering(when=when)


def test_what_has_begun_is_not_changed(inside: Place) -> None:
    found = make_gathering()
    with pytest.raises(Over):
        services.edit_gathering(
            gathering_id=found.id, details=details(), when=_week(1), with_following=False, now=found.starts_at
        )


def prepared(lyon: Place) -> object:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        found = make_gathering(capacity=1)
        register(found.id, lyon.ann)
        register(found.id, lyon.ben, minutes=1)
        return found.id


def test_a_new_time_is_told_once_to_all_and_a_new_text_to_nobody(lyon: Place) -> None:
    found_id = prepared(lyon)
    for text, when in (("Bring a cup.", SATURDAY), ("Bring a cup.", _week(1)), ("Bring two.", _week(1))):
        with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
            services.edit_gathering(
                gathering_id=found_id,
                details=details(capacity=1, body_md=text),
                when=when,
                with_following=False,
                now=NOW,
            )
        run_all(lyon.app, only="gatherings.")
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        assert services.tell(gathering_id=found_id, now=NOW) == 0
    assert letters(lyon.app)[2:] == ["gathering_moved", "gathering_moved"]


def test_cancelling_is_told_to_all(lyon: Place) -> None:
    found_id = prepared(lyon)
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        services.cancel_gathering(gathering_id=found_id, reason="Storm", with_following=False, now=NOW)
    run_all(lyon.app, only="gatherings.")
    assert letters(lyon.app)[2:] == ["gathering_canceled", "gathering_canceled"]


def at(lyon: Place, moment: object) -> None:
    """The sweep as the worker runs it, at a moment of the business clock."""
    clock.set_offset(moment - clock.wall())  # type: ignore[operator]
    for _ in range(2):  # a second run finds nothing to do
        worker.run_job(lyon.app, name="gatherings.sweep", hub_id=None, arguments={})
        run_all(lyon.app, only="gatherings.")


def test_reminders_come_a_day_and_an_hour_before_once_each_to_those_who_come(lyon: Place) -> None:
    found_id = prepared(lyon)
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        start = queries.gathering(found_id).starts_at
    counts = []
    for before in (timedelta(hours=25), timedelta(hours=23), timedelta(hours=5), timedelta(minutes=50), -timedelta(1)):
        at(lyon, start - before)
        counts.append(letters(lyon.app).count("gathering_reminder"))
    assert counts == [0, 1, 1, 2, 2]


def test_the_hourly_job_makes_the_dates_that_come_near(lyon: Place) -> None:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        series_id = make_gathering(repeat=WEEKLY).series_id
        before = len(all_of(series_id))
    clock.set_offset(NOW + timedelta(days=30) - clock.wall())
    worker.run_job(lyon.app, name="gatherings.plan", hub_id=None, arguments={})
    run_all(lyon.app, only="gatherings.")
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        assert len(all_of(series_id)) in {before + 4, before + 5}
