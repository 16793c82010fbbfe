"""A group of a hundred thousand opens like one of ten: in as many statements and bytes, wherever one looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.engine import Connection

from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation.participant_queries import Size
from hubapp.earnings.compensation.plans.tree import plant
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.hubs import NOW, make_hub
from tests.support.browsing import Browser
from tests.support.queries import counted

DIRECT, LINE, CROWD = 20_000, 500, 100_000
MOST_BYTES, MOST_STATEMENTS = 90_000, 40


@dataclass
class Group:
    """Twenty thousand directly under the root; under the first of them a line, and everybody else along its top."""

    app: HubFlask
    hub_id: int
    root: UUID

    @staticmethod
    def person(number: int) -> UUID:
        return UUID(int=2**96 + number)

    def page(self, path: str = "", **headers: str) -> tuple[str, int]:
        """(page, how many statements it took)."""
        browser = Browser(self.app, self.hub_id, self.root)
        with counted() as statements:
            answer = browser.get(f"/me/group{path}", headers=headers)
        assert answer.status_code == 200
        assert len(answer.data) < MOST_BYTES
        return answer.text, len(statements)


def parent(number: int) -> int:
    if number < DIRECT:
        return -1
    if number == DIRECT:
        return 0
    return number - 1 if number < DIRECT + LINE else DIRECT + number % 100


@pytest.fixture
def group(app: HubFlask, connection: Connection) -> Group:
    with app.app_context():
        hub_id = make_hub()
        plan.announce()
        root = plan.participant(hub_id, "Anna")
    found, numbers = Group(app, hub_id, root), range(CROWD)
    ids = [found.person(number) for number in numbers]
    above = [parent(number) for number in numbers]
    sponsors = [ids[one] if one >= 0 else root for one in above]
    tree = plant(above, ids)
    people = (tree.roll_up(np.ones(CROWD, np.int64)) - 1).tolist()
    direct = tree.legs(np.ones(CROWD, np.int64)).tolist()
    connection.exec_driver_sql("RESET ROLE; SET LOCAL session_replication_role = replica")
    copy(connection, "account (id, email, name, locale, is_central, is_demo, created_at)", accounts(ids))
    copy(connection, "participant (account_id, terms, joined_at, shows_name)", ((one, "1", NOW, True) for one in ids))
    rows = zip(ids, ids, sponsors, strict=True)
    copy(connection, "sponsorship (id, account_id, sponsor_id, since)", ((*row, NOW) for row in rows))
    sizes = [(root, DIRECT, CROWD), *zip(ids, direct, people, strict=True)]
    copy(connection, "plan_group (account_id, direct, people)", sizes)
    connection.exec_driver_sql("SET LOCAL session_replication_role = origin; ANALYZE account, participant, sponsorship")
    return found


def accounts(ids: list[UUID]) -> Iterator[tuple[Any, ...]]:
    return ((one, f"{number}@crowd.example", f"Person {number}", "en", False, False, NOW) for number, one in enumerate(ids))


def copy(connection: Connection, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def test_a_crowd_opens_in_as_little_as_a_handful(app: HubFlask, group: Group) -> None:
    """One test, so that the crowd is made once."""
    everything, of_root = group.page()
    assert "20,000 directly beneath, 100,000 in all" in everything
    assert everything.count('hx-trigger="toggle once"') == 1  # only the first of the first page has people beneath
    assert f"Person {queries.PAGE - 1}<" in everything
    assert f"Person {queries.PAGE}<" not in everything

    fragment = {"HX-Request": "true"}
    after = group.person(DIRECT - queries.PAGE - 1)
    last, of_last = group.page(f"/{group.root}?after={after}", **fragment)
    assert f"Person {DIRECT - 1}<" in last
    assert "More people at this level" not in last

    wide, of_wide = group.page(f"/{group.person(DIRECT)}", **fragment)
    assert wide.count('class="knot"') == queries.PAGE
    deep, of_deep = group.page(f"/{group.person(DIRECT + LINE - 2)}")
    assert deep.count("Person ") < 20  # the way there is cut short
    assert max(of_root, of_last, of_wide, of_deep) <= MOST_STATEMENTS

    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert queries.sizes([group.root]) == {group.root: Size(DIRECT, CROWD)}


def test_a_few_take_as_many_statements(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        plan.announce()
        root = plan.participant(hub_id, "Anna")
        plan.participant(hub_id, "Ben", root)
    _page, number = Group(app, hub_id, root).page()
    assert number <= MOST_STATEMENTS
