"""What taking turns prevents: two who join together both given to the mentor who had the fewest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from hubapp.community.mentoring import queries, services
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.factories.races import meeting, together, without_turns


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context():
        hub_id = make_hub()
        connector = make_connector(hub_id).account_id
        for name in ("Ann", "Ben"):
            mentor = make_member(hub_id, name)
            ask = {"handle": mentor.handle, "asked_by": connector, "now": NOW}
            doing(live, hub_id, lambda ask=ask: services.ask(**ask))()
            given = {"account_id": mentor.account_id, "accepts": True, "now": NOW}
            doing(live, hub_id, lambda given=given: services.answer(**given))()
    return hub_id


def load_after_two_joined_at_once(live: Live, hub_id: int) -> list[int]:
    """How many newcomers the mentors have."""
    with live.app.app_context():
        newcomers: list[UUID] = [make_member(hub_id, f"New {number}").account_id for number in range(2)]
    welcomes = [doing(live, hub_id, lambda one=one: services.welcome(account_id=one, now=NOW)) for one in newcomers]
    with meeting(live.app, lambda statement: "FROM newcomer" in statement and "count" in statement):
        together(*welcomes)
    return sorted(doing(live, hub_id, lambda: queries.open_counts(now=NOW))().values())


def test_two_who_join_at_once_get_a_mentor_each(live: Live, hub_id: int) -> None:
    assert load_after_two_joined_at_once(live, hub_id) == [1, 1]


def test_without_turns_one_mentor_gets_both(live: Live, hub_id: int) -> None:
    with without_turns("community.mentoring.services._wait_for_turn"):
        assert load_after_two_joined_at_once(live, hub_id) == [2]
