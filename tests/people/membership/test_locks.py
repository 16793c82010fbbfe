"""What each row lock of memberships prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import queries, services
from hubapp.people.membership.errors import NoSuchMember
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.factories.races import overtaken, without_lock


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context():
        return make_hub()


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


def leave_and_be_made_helper(live: Live, hub_id: int, *, leaves_first: bool) -> list[Any]:
    """Somebody leaves while they are given a role; the errors of the first and of the second."""
    with live.app.app_context():
        member = make_member(hub_id)
    leave = doing(live, hub_id, lambda: services.leave(account_id=member.account_id, now=NOW))
    role: dict[str, Any] = {"membership_id": member.id, "role": "helper", "actor": SYSTEM, "now": NOW}
    grant = doing(live, hub_id, lambda: services.grant_role(**role))
    first, second = (leave, grant) if leaves_first else (grant, leave)
    with overtaken(live.app, "hub_role", second) as other:
        first()
    return [type(other.answer).__name__, *doing(live, hub_id, queries.team)()]


@pytest.mark.parametrize(("leaves_first", "told", "roles"), [(True, "NoSuchMember", 0), (False, "ConnectorStays", 1)])
def test_who_leaves_has_no_role(live: Live, hub_id: int, told: str, roles: int, *, leaves_first: bool) -> None:
    answer, *team = leave_and_be_made_helper(live, hub_id, leaves_first=leaves_first)
    assert (answer, len(team)) == (told, roles)


def test_without_the_members_lock_a_role_goes_to_who_has_left(live: Live, hub_id: int) -> None:
    with without_lock("people.membership.services._of_account"):
        answer, *_team = leave_and_be_made_helper(live, hub_id, leaves_first=True)
    assert answer == "HubRole"


def test_without_the_lock_of_who_gets_a_role_they_may_have_left(live: Live, hub_id: int) -> None:
    with without_lock("people.membership.services._by_id"):
        answer, *_team = leave_and_be_made_helper(live, hub_id, leaves_first=False)
    assert answer == "NoneType"


def share_while_another_comes(live: Live, hub_id: int) -> int:
    """Two connectors settle their parts while a third is made one; the sum of all parts."""
    with live.app.app_context():
        first, second = make_connector(hub_id), make_connector(hub_id, "Noor")
        third = make_member(hub_id, "Theo")
    parts = {first.id: 6000, second.id: 4000}
    share = doing(live, hub_id, lambda: services.share_among_connectors(parts=parts, actor=SYSTEM, now=NOW))
    role: dict[str, Any] = {"membership_id": third.id, "role": "connector", "actor": SYSTEM, "now": NOW}
    with overtaken(live.app, "hub_role", doing(live, hub_id, lambda: services.grant_role(**role)), nth=2):
        share()
    return sum(member.share_bps for member in doing(live, hub_id, queries.connectors)())


def test_the_parts_of_connectors_are_the_whole(live: Live, hub_id: int) -> None:
    assert share_while_another_comes(live, hub_id) == 10_000


def test_without_their_lock_they_are_more(live: Live, hub_id: int) -> None:
    with without_lock("people.membership.services.connector_roles"):
        assert share_while_another_comes(live, hub_id) > 10_000


def grant_while_shared(live: Live, hub_id: int) -> Any:
    """The other way about: the parts are settled while another connector is being made; what that is told."""
    with live.app.app_context():
        first, second = make_connector(hub_id), make_connector(hub_id, "Noor")
        third = make_member(hub_id, "Theo")
    parts = {first.id: 6000, second.id: 4000}
    share = doing(live, hub_id, lambda: services.share_among_connectors(parts=parts, actor=SYSTEM, now=NOW))
    role: dict[str, Any] = {"membership_id": third.id, "role": "connector", "actor": SYSTEM, "now": NOW}
    with overtaken(live.app, "hub_role", share, nth=2) as other:
        doing(live, hub_id, lambda: services.grant_role(**role))()
    return other.answer


def test_parts_settled_without_the_one_who_comes_are_refused(live: Live, hub_id: int) -> None:
    """Whoever had to wait reads anew: a row that was added meanwhile is not in what a lock waited for."""
    assert isinstance(grant_while_shared(live, hub_id), NoSuchMember)
    assert sum(member.share_bps for member in doing(live, hub_id, queries.connectors)()) == 10_000
