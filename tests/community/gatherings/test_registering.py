"""Seats and the waiting list: in order, never more than there are, and everybody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.community.gatherings import attendance, queries, services
from hubapp.community.gatherings.errors import (
    AlreadyRegistered,
    AnswerMissing,
    NoSuchGathering,
    NotRegistered,
    Over,
    RegistrationClosed,
    SeatsTaken,
    TooManySeats,
)
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.details import Question
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place
from tests.factories.gatherings import SATURDAY, details, make_gathering, register
from tests.factories.hubs import NOW
from tests.support.letters import letters


def statuses(found: Gathering) -> dict[object, str]:
    return {one.account_id: one.status for one in attendance.registrations(found.id)}


def test_a_registration_has_a_ticket_for_each_seat(inside: Place) -> None:
    one = register(make_gathering(capacity=5).id, inside.ann, 3)
    tickets = queries.tickets([one.id])[one.id]
    assert [ticket.number for ticket in tickets] == [1, 2, 3]
    assert len({ticket.code for ticket in tickets}) == 3


def test_who_finds_no_seat_waits_and_moves_up_in_order(inside: Place) -> None:
    found = make_gathering(capacity=2)
    for number, name in enumerate(("ann", "ben", "cleo", "dan")):
        register(found.id, inside.people[name], minutes=number)
    assert (found.taken, found.waiting) == (2, 2)
    services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=NOW)
    assert statuses(found) == {inside.ben: "confirmed", inside.cleo: "confirmed", inside.dan: "waiting"}
    assert (found.taken, found.waiting) == (2, 1)


def test_nobody_is_passed_on_the_waiting_list(inside: Place) -> None:
    found = make_gathering(capacity=3)
    register(found.id, inside.ann, 2)
    register(found.id, inside.ben, 2, minutes=1)
    register(found.id, inside.cleo, 1, minutes=2)  # one seat is free, but Ben was first
    assert statuses(found) == {inside.ann: "confirmed", inside.ben: "waiting", inside.cleo: "waiting"}
    services.cancel_registration(gathering_id=found.id, account_id=inside.ben, now=NOW)
    assert statuses(found)[inside.cleo] == "confirmed"


def test_more_capacity_lets_them_move_up(inside: Place) -> None:
    found = make_gathering(capacity=1)
    for number, name in enumerate(("ann", "ben", "cleo")):
        register(found.id, inside.people[name], minutes=number)
    services.edit_gathering(
        gathering_id=found.id, details=details(capacity=2), when=SATURDAY, with_following=False, now=NOW
    )
    assert statuses(found) == {inside.ann: "confirmed", inside.ben: "confirmed", inside.cleo: "waiting"}


def test_everybody_is_told_by_mail(lyon: Place) -> None:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        found = make_gathering(capacity=1)
        register(found.id, lyon.ann)
        register(found.id, lyon.ben, minutes=1)
        services.cancel_registration(gathering_id=found.id, account_id=lyon.ann, now=NOW)
    assert letters(lyon.app) == ["gathering_registered", "gathering_waiting", "gathering_moved_up"]


def test_capacity_cannot_fall_beneath_what_is_taken(inside: Place) -> None:
    found = make_gathering(capacity=4)
    register(found.id, inside.ann, 3)
    with pytest.raises(SeatsTaken):
        services.edit_gathering(
            gathering_id=found.id, details=details(capacity=2), when=SATURDAY, with_following=False, now=NOW
        )


def test_one_registration_each_and_no_more_seats_than_allowed(inside: Place) -> None:
    found = make_gathering(most_seats=2)
    register(found.id, inside.ann)
    with pytest.raises(AlreadyRegistered):
        register(found.id, inside.ann)
    with pytest.raises(TooManySeats):
        register(found.id, inside.ben, 3)
    with pytest.raises(TooManySeats):
        register(make_gathering(capacity=1).id, inside.ben, 2)


def test_registration_closes_when_it_was_said(inside: Place) -> None:
    found = make_gathering(closes_minutes=60)
    assert found.starts_at - found.closes_at == timedelta(hours=1)
    services.register(
        gathering_id=found.id,
        account_id=inside.ann,
        seats_wanted=1,
        answers={},
        now=found.closes_at - timedelta(seconds=1),
    )
    with pytest.raises(RegistrationClosed):
        services.register(gathering_id=found.id, account_id=inside.ben, seats_wanted=1, answers={}, now=found.closes_at)


def test_a_draft_does_not_exist_for_those_who_register(inside: Place) -> None:
    with pytest.raises(NoSuchGathering):
        register(make_gathering(is_published=False).id, inside.ann)


def test_required_questions_are_answered_and_choices_are_on_the_list(inside: Place) -> None:
    asked = (
        Question("a", "What do you bring?", is_required=True),
        Question("b", "Lunch?", "choice", False, ("Soup", "Salad")),
        Question("c", "First time?", "yes_no"),
    )
    found = make_gathering(questions=asked)
    with pytest.raises(AnswerMissing, match="What do you bring"):
        register(found.id, inside.ann, a=" ")
    with pytest.raises(AnswerMissing, match="Lunch"):
        register(found.id, inside.ann, a="A radio", b="Steak")
    one = register(found.id, inside.ann, a="A radio", b="Soup", c="yes", z="ignored")
    assert one.answers == {"a": "A radio", "b": "Soup", "c": "yes"}


def test_cancelling_ends_when_it_begins_and_nobody_moves_up_then(inside: Place) -> None:
    found = make_gathering(capacity=1)
    register(found.id, inside.ann)
    with pytest.raises(Over):
        services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=found.starts_at)
    with pytest.raises(NotRegistered):
        services.cancel_registration(gathering_id=found.id, account_id=inside.ben, now=NOW)


def test_who_gave_the_seat_back_after_all_did_not_arrive(inside: Place) -> None:
    found = make_gathering()
    one = register(found.id, inside.ann)
    code = queries.tickets([one.id])[one.id][0].code
    services.check_in(gathering_id=found.id, code=code, by=inside.maud, now=NOW)
    assert attendance.arrived([found.id]) == {found.id: 1}
    services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=NOW)
    assert attendance.arrived([found.id]) == {}


def test_after_cancelling_one_may_register_again_at_the_end_of_the_queue(inside: Place) -> None:
    found = make_gathering(capacity=1)
    register(found.id, inside.ann)
    register(found.id, inside.ben, minutes=1)
    services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=NOW)
    assert register(found.id, inside.ann, minutes=2).status == "waiting"


def test_a_wish_for_more_seats_than_there_are_keeps_nobody_waiting(inside: Place) -> None:
    found = make_gathering(capacity=4)
    register(found.id, inside.ann, 2)
    register(found.id, inside.ben, 3, minutes=1)
    register(found.id, inside.cleo, 1, minutes=2)
    services.edit_gathering(
        gathering_id=found.id, details=details(capacity=2), when=SATURDAY, with_following=False, now=NOW
    )
    assert statuses(found) == {inside.ann: "confirmed", inside.ben: "waiting", inside.cleo: "waiting"}
    services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=NOW)
    assert statuses(found) == {inside.ben: "waiting", inside.cleo: "confirmed"}
    assert register(found.id, inside.dan, 1, minutes=3).status == "confirmed"
    assert (found.taken, found.waiting) == (2, 3)
    services.edit_gathering(
        gathering_id=found.id, details=details(capacity=5), when=SATURDAY, with_following=False, now=NOW
    )
    assert statuses(found)[inside.ben] == "confirmed"


def test_who_takes_and_gives_back_seats_without_end_is_slowed_down(inside: Place) -> None:
    found = make_gathering()
    for _ in range(60):
        register(found.id, inside.ann)
        services.cancel_registration(gathering_id=found.id, account_id=inside.ann, now=NOW)
    with pytest.raises(TooManyAttempts):
        register(found.id, inside.ann)
    assert register(found.id, inside.ben).status == "confirmed"
    assert register(found.id, inside.ann, minutes=60).status == "confirmed"
