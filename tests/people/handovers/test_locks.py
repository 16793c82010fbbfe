"""What each lock of handovers prevents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.people.handovers import services
from hubapp.people.handovers.errors import AlreadyProposed, HandoverOver
from hubapp.people.handovers.services import Wish
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership import succession
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.factories.races import meeting, overtaken, together, without_lock


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context():
        return make_hub()


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


def prepared(live: Live, hub_id: int) -> tuple[MemberView, MemberView, Any]:
    with live.app.app_context():
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo")
    actor = Actor(giver.account_id, giver.display_name)
    row = doing(live, hub_id, lambda: services.propose(wish=Wish(giver.id, "theo"), actor=actor, now=NOW))()
    return giver, taker, row.id


def connectors(live: Live, hub_id: int) -> list[str]:
    return [one.handle for one in doing(live, hub_id, membership.connectors)()]


def accept_while_withdrawn(live: Live, hub_id: int) -> tuple[list[str], Any]:
    """The giver takes it back at the moment of the yes; who looks after the hub, and what the giver was told."""
    giver, taker, row_id = prepared(live, hub_id)
    accept = doing(live, hub_id, lambda: services.accept(handover_id=row_id, account_id=taker.account_id, now=NOW))
    withdraw = doing(live, hub_id, lambda: services.withdraw(giver_id=giver.id, actor=SYSTEM, now=NOW))
    with overtaken(live.app, "hub_handover", withdraw) as other:
        accept()
    return connectors(live, hub_id), other.answer


def test_a_yes_and_a_withdrawal_at_once_are_one_or_the_other(live: Live, hub_id: int) -> None:
    people, told = accept_while_withdrawn(live, hub_id)
    assert people == ["theo"]
    assert type(told).__name__ == "NoSuchHandover"


def test_without_its_lock_what_was_withdrawn_is_accepted(live: Live, hub_id: int) -> None:
    with without_lock("people.handovers.services._locked"):
        people, told = accept_while_withdrawn(live, hub_id)
    assert (people, told) == (["theo"], None)  # withdrawn, says the giver's page; and gone all the same


def withdraw_while_accepted(live: Live, hub_id: int) -> Any:
    """The other way about: the yes comes while the giver takes it back; what the one asked was told."""
    giver, taker, row_id = prepared(live, hub_id)
    accept = doing(live, hub_id, lambda: services.accept(handover_id=row_id, account_id=taker.account_id, now=NOW))
    with overtaken(live.app, "hub_handover", accept) as other:
        doing(live, hub_id, lambda: services.withdraw(giver_id=giver.id, actor=SYSTEM, now=NOW))()
    return other.answer


def test_what_is_being_withdrawn_cannot_be_accepted(live: Live, hub_id: int) -> None:
    assert isinstance(withdraw_while_accepted(live, hub_id), HandoverOver)
    assert connectors(live, hub_id) == ["maud"]


def test_without_the_lock_of_the_open_one_it_is_accepted(live: Live, hub_id: int) -> None:
    with without_lock("people.handovers.services._open_of"):
        assert not isinstance(withdraw_while_accepted(live, hub_id), Exception)
    assert connectors(live, hub_id) == ["theo"]


def leave_while_accepting(live: Live, hub_id: int) -> tuple[str, list[str]]:
    """The one asked leaves the hub while they accept; what leaving said, and who looks after the hub."""
    _giver, taker, row_id = prepared(live, hub_id)
    leave = doing(live, hub_id, lambda: members.leave(account_id=taker.account_id, now=NOW))
    # After both memberships were read and before the role passes.
    with overtaken(live.app, "hub_role", leave) as other:
        doing(live, hub_id, lambda: services.accept(handover_id=row_id, account_id=taker.account_id, now=NOW))()
    return type(other.answer).__name__, connectors(live, hub_id)


def test_who_takes_over_cannot_leave_meanwhile(live: Live, hub_id: int) -> None:
    assert leave_while_accepting(live, hub_id) == ("ConnectorStays", ["theo"])


def test_without_the_lock_of_both_a_hub_goes_to_who_has_left(live: Live, hub_id: int) -> None:
    with without_lock("people.membership.succession._both"):
        told, people = leave_while_accepting(live, hub_id)
    assert (told, people) == ("NoneType", [])  # a role without an active member: nobody looks after the hub


def lay_down_while_accepted(live: Live, hub_id: int) -> tuple[list[str], list[str]]:
    """A connector lays the role down at the moment of the yes to their handover; what both heard, and who is there."""
    giver, taker, row_id = prepared(live, hub_id)
    with live.app.app_context():
        make_connector(hub_id, "Olga")
    accept = doing(live, hub_id, lambda: services.accept(handover_id=row_id, account_id=taker.account_id, now=NOW))
    lay = doing(live, hub_id, lambda: succession.lay_down(membership_id=giver.id, actor=SYSTEM, now=NOW))

    def quietly(act: Callable[[], Any]) -> Callable[[], str]:
        def run() -> str:
            try:
                act()
            except Refusal as refusal:
                return type(refusal).__name__
            return "done"

        return run

    with meeting(live.app, locks_somebody):
        told = together(quietly(lay), quietly(accept))
    return told, sorted(connectors(live, hub_id))


def locks_somebody(statement: str) -> bool:
    words = " ".join(statement.split())
    return words.endswith("FOR UPDATE") and ("FROM membership " in words or "FROM hub_role " in words)


def test_laying_a_role_down_and_accepting_it_at_once_end_one_way_or_the_other(live: Live, hub_id: int) -> None:
    told, people = lay_down_while_accepted(live, hub_id)
    assert (told, people) in [
        (["done", "HandoverOver"], ["olga"]),
        (["NoSuchMember", "done"], ["olga", "theo"]),
    ]


def test_without_the_lock_of_the_membership_first_both_wait_for_one_another(live: Live, hub_id: int) -> None:
    unlocked = without_lock("people.membership.standing._locked")
    with unlocked, pytest.raises(OperationalError, match="deadlock detected"):
        lay_down_while_accepted(live, hub_id)


def test_two_proposals_at_once_are_one(live: Live, hub_id: int) -> None:
    with live.app.app_context():
        giver = make_connector(hub_id)
        make_member(hub_id, "Theo")
        make_member(hub_id, "Noor")
    actor = Actor(giver.account_id, "Maud")

    def ask(handle: str) -> Callable[[], Any]:
        return doing(live, hub_id, lambda: services.propose(wish=Wish(giver.id, handle), actor=actor, now=NOW))

    ask("theo")()
    with pytest.raises(AlreadyProposed):
        ask("noor")()
