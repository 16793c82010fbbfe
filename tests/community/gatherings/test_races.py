"""Two at once: never more people than seats, nobody forgotten on the waiting list, nobody counted twice at the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from hubapp.community.gatherings import attendance, queries, services
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import NAMES, Place
from tests.conftest import Live
from tests.factories.gatherings import make_gathering, register
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.races import meeting, together, without_lock


@pytest.fixture
def place(live: Live) -> Place:
    with live.app.app_context():
        hub_id = make_hub("lyon")
        people = {name: make_member(hub_id, name.title()).account_id for name in NAMES}
    return Place(live.app, hub_id, people)


def inside(place: Place, act: Callable[[], Any]) -> Any:
    with place.app.app_context(), hub_scope(place.hub_id), unit_of_work():
        return act()


def race(place: Place, *acts: Callable[[], Any]) -> list[Any]:
    """All at once, meeting after they have read the gathering."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return inside(place, act)
        except IntegrityError as error:
            return type(error).__name__

    read = "FROM gathering \nWHERE"
    with meeting(place.app, lambda statement: read in statement):
        return together(*(lambda act=act: run(act) for act in acts))  # type: ignore[misc]


def state(place: Place, found_id: UUID) -> tuple[int, int, list[str]]:
    def read() -> tuple[int, int, list[str]]:
        found = queries.gathering(found_id)
        return found.taken, found.waiting, [one.status for one in attendance.registrations(found_id)]

    answer: tuple[int, int, list[str]] = inside(place, read)
    return answer


def last_seat(place: Place) -> tuple[UUID, list[Any]]:
    found_id: UUID = inside(place, lambda: make_gathering(capacity=1).id)
    answers = race(
        place, lambda: register(found_id, place.ann).status, lambda: register(found_id, place.ben, minutes=1).status
    )
    return found_id, answers


def test_the_last_seat_goes_to_one_and_the_other_waits(place: Place) -> None:
    found_id, answers = last_seat(place)
    assert sorted(answers) == ["confirmed", "waiting"]
    assert state(place, found_id) == (1, 1, ["confirmed", "waiting"])


def test_without_the_lock_the_last_seat_goes_to_both(place: Place) -> None:
    with without_lock("community.gatherings.services.rows.locked"):
        found_id, answers = last_seat(place)
    assert answers == ["confirmed", "confirmed"]
    assert state(place, found_id)[2] == ["confirmed", "confirmed"]


def two_leave(place: Place) -> tuple[int, int, list[str]]:
    def prepare() -> UUID:
        found = make_gathering(capacity=2)
        for number, name in enumerate(NAMES):
            register(found.id, place.people[name], minutes=number)
        return found.id

    found_id: UUID = inside(place, prepare)

    def leave(account_id: UUID) -> Callable[[], None]:
        return lambda: services.cancel_registration(gathering_id=found_id, account_id=account_id, now=NOW)

    race(place, leave(place.ann), leave(place.ben))
    return state(place, found_id)


def test_two_free_seats_at_once_let_two_move_up(place: Place) -> None:
    assert two_leave(place) == (2, 0, ["confirmed", "confirmed"])


def test_without_the_lock_two_free_seats_let_one_person_move_up_or_two_count_wrongly(place: Place) -> None:
    with without_lock("community.gatherings.services.rows.locked"):
        assert two_leave(place) != (2, 0, ["confirmed", "confirmed"])


def test_a_double_click_is_one_registration(place: Place) -> None:
    found_id: UUID = inside(place, lambda: make_gathering().id)

    def click() -> Any:
        try:
            return inside(place, lambda: register(found_id, place.ann).status)
        except Exception as error:  # noqa: BLE001
            return type(error).__name__

    assert sorted(together(click, click)) == ["AlreadyRegistered", "confirmed"]


def test_two_people_checking_in_at_once_count_one_arrival(place: Place) -> None:
    def prepare() -> tuple[UUID, str]:
        found = make_gathering()
        one = register(found.id, place.ann)
        return found.id, queries.tickets([one.id])[one.id][0].code

    found_id, code = inside(place, prepare)

    def scan(by: UUID) -> Callable[[], bool]:
        return lambda: services.check_in(gathering_id=found_id, code=code, by=by, now=NOW).is_new

    read = "FROM gathering_ticket JOIN"
    with meeting(place.app, lambda statement: read in statement):
        answers = together(*(lambda by=by: inside(place, scan(by)) for by in (place.ben, place.cleo)))  # type: ignore[misc]
    assert sorted(answers) == [False, True]
    assert inside(place, lambda: attendance.arrived([found_id])) == {found_id: 1}
