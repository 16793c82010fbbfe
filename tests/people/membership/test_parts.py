"""Dividing the hub's part among co-connectors on its page."""

from __future__ import annotations

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import queries
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub
from tests.factories.members import make_member
from tests.support.browsing import Browser


@pytest.fixture
def hub(app: HubFlask) -> int:
    with app.app_context():
        hub_id = make_hub()
        for name in ("Carla", "Diego"):
            make_member(hub_id, name, role="connector")
    return hub_id


def connectors(app: HubFlask, hub: int) -> list[MemberView]:
    with app.app_context(), hub_scope(hub), unit_of_work():
        return queries.connectors()


def divide(app: HubFlask, hub: int, first: str, second: str) -> tuple[int, str]:
    people = connectors(app, hub)
    values = dict(zip((f"part-{person.id}" for person in people), (first, second), strict=True))
    answer = Browser(app, hub, people[0].account_id).post("/manage/parts", values)
    return answer.status_code, answer.text


@pytest.mark.parametrize(("first", "second", "parts"), [("62,5", "37.5", [6250, 3750]), ("100", "0", [10_000, 0])])
def test_parts_that_make_the_whole_are_kept(app: HubFlask, hub: int, first: str, second: str, parts: list[int]) -> None:
    assert divide(app, hub, first, second)[0] == 303
    assert [person.share_bps for person in connectors(app, hub)] == parts


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("60", "30", "The parts make 90 %; they must make 100 %."),
        ("60", "40.01", "The parts make 100.01 %"),
        ("110", "-10", "Enter a number from 0 to 100"),
        ("50.001", "49.999", "two decimals at most"),
        ("half", "half", "Enter a number"),
        ("", "100", "Enter a number"),
    ],
)
def test_parts_that_do_not_are_refused_and_stay_typed(
    app: HubFlask, hub: int, first: str, second: str, said: str
) -> None:
    status, page = divide(app, hub, first, second)
    assert status == 422
    assert said in page
    assert f'value="{first}"' in page
    assert [person.share_bps for person in connectors(app, hub)] == [5_000, 5_000]


def test_members_do_not_divide(app: HubFlask, hub: int) -> None:
    with app.app_context():
        member = make_member(hub, "Moa")
    assert Browser(app, hub, member.account_id).get("/manage/parts").status_code == 403
