"""Reminders in somebody's quiet hours wait for their end, where that is in time; the others come at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.notifications import services as notifications
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place
from tests.factories.gatherings import SATURDAY, details, make_gathering, register
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all, waiting
from tests.support.letters import letters

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def is_quiet(who: UUID, *hours: int) -> None:
    """By the clocks of Paris, where the hub is."""
    start, end = hours
    notifications.save_settings(
        account_id=who, rhythm="daily", weekday=0, hour=8, timezone=None, quiet=(start, end), now=NOW
    )


def remind(found: Gathering, now: datetime) -> int:
    return services.remind(gathering_id=found.id, now=now, wall=now)


def ends(found: Gathering, now: datetime) -> int:
    """Quiet hours end: how many are reminded now."""
    return services.remind_held(gathering_id=found.id, until=now, now=now)


def coming(inside: Place) -> Gathering:
    """On Saturday at ten; Ann and Ben come, and Ann wants quiet around ten."""
    found = make_gathering()
    register(found.id, inside.ann)
    register(found.id, inside.ben)
    is_quiet(inside.ann, 9, 12)
    return found


def test_a_days_reminder_waits_for_the_end_of_quiet_hours_and_comes_once(inside: Place) -> None:
    found = coming(inside)
    at = found.starts_at - DAY
    assert [remind(found, at), remind(found, at + HOUR)] == [1, 0]
    assert [ends(found, at + HOUR), ends(found, at + 2 * HOUR), ends(found, at + 2 * HOUR)] == [0, 1, 0]
    assert remind(found, at + 3 * HOUR) == 0


def test_what_would_come_too_late_comes_at_once(inside: Place) -> None:
    found = coming(inside)
    remind(found, found.starts_at - DAY)
    assert remind(found, found.starts_at - HOUR) == 2


@pytest.mark.parametrize("is_canceled", [True, False])
def test_nothing_that_waits_is_sent_for_a_seat_given_back_or_a_gathering_called_off(
    inside: Place, is_canceled: bool
) -> None:
    found = coming(inside)
    at = found.starts_at - DAY
    remind(found, at)
    if is_canceled:
        services.cancel_gathering(gathering_id=found.id, reason="", with_following=False, now=at)
    else:
        services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=at)
    assert ends(found, at + 2 * HOUR) == 0


def test_what_was_moved_meanwhile_is_reminded_of_at_its_new_time(inside: Place) -> None:
    found = coming(inside)
    at = found.starts_at - DAY
    remind(found, at)
    later = When(SATURDAY.day + DAY, SATURDAY.at, 180)
    services.edit_gathering(gathering_id=found.id, details=details(), when=later, with_following=False, now=at)
    assert ends(found, at + 2 * HOUR) == 0
    assert [remind(found, at + DAY), ends(found, at + DAY + 2 * HOUR)] == [1, 1]


def test_the_sweep_leaves_what_waits_to_a_job_at_the_end_of_quiet_hours(lyon: Place) -> None:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        found = coming(lyon)
        found_id, start = found.id, queries.gathering(found.id).starts_at
    run_all(lyon.app)
    clock.set_offset(start - DAY + timedelta(minutes=1) - clock.wall())
    for _ in range(3):
        worker.run_job(lyon.app, name="gatherings.sweep", hub_id=None, arguments={})
        run_all(lyon.app)
    until = (start - DAY + 2 * HOUR).isoformat()
    assert waiting(lyon.app) == [
        ("gatherings.remind_held", lyon.hub_id, {"gathering_id": str(found_id), "until": until})
    ]
    assert letters(lyon.app).count("gathering_reminder") == 1
    clock.set_offset(start - DAY + 2 * HOUR - clock.wall())
    run_all(lyon.app, until=2 * HOUR)
    assert letters(lyon.app).count("gathering_reminder") == 2
