"""A group of a hundred thousand opens like one of ten: in as many statements and bytes, wherever one looks."""

from __future__ import annotations

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


# Who is beneath whom, as the database makes them: numbers are ids.
NUMBER = "('00000001-0000-0000-0000-' || lpad(to_hex(%s), 12, '0'))::uuid"
ABOVE = f"CASE WHEN n = {DIRECT} THEN 0 WHEN n < {DIRECT + LINE} THEN n - 1 ELSE {DIRECT} + n %% 100 END"
SPONSOR = f"CASE WHEN n < {DIRECT} THEN %(root)s ELSE {NUMBER.replace('%s', f'({ABOVE})')} END"
PERSON = NUMBER.replace("%s", "n")
CROWDED = (
    "RESET ROLE; SET LOCAL session_replication_role = replica",
    (
        f"INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at) SELECT {PERSON},"
        " n || '@crowd.example', 'Person ' || n, 'en', false, false, %(now)s FROM generate_series(0, %(last)s) AS n"
    ),
    (
        f"INSERT INTO participant (account_id, terms, joined_at, shows_name) SELECT {PERSON}, '1', %(now)s, true"
        " FROM generate_series(0, %(last)s) AS n"
    ),
    (
        f"INSERT INTO sponsorship (id, account_id, sponsor_id, since) SELECT {PERSON}, {PERSON}, {SPONSOR}, %(now)s"
        " FROM generate_series(0, %(last)s) AS n"
    ),
    "SET LOCAL session_replication_role = origin; ANALYZE account, participant, sponsorship",
)


@pytest.fixture
def group(app: HubFlask, connection: Connection) -> Group:
    with app.app_context():
        hub_id = make_hub()
        plan.announce()
        root = plan.participant(hub_id, "Anna")
    found = Group(app, hub_id, root)
    facts = {"root": root, "now": NOW, "last": CROWD - 1}
    for statement in CROWDED:
        connection.exec_driver_sql(statement, facts if "%(" in statement else None)
    count(connection, found)
    return found


def count(connection: Connection, group: Group) -> None:
    """Stored sizes, as if everybody had joined one by one."""
    numbers = np.arange(CROWD)
    above = np.where(numbers < DIRECT + LINE, numbers - 1, DIRECT + numbers % 100)
    above[:DIRECT], above[DIRECT] = -1, 0
    tree, ones = plant(above, numbers), np.ones(CROWD, np.int64)
    people, direct = tree.roll_up(ones) - 1, tree.legs(ones)
    rows = [(group.person(at), int(direct[at]), int(people[at])) for at in np.flatnonzero(people).tolist()]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY plan_group (account_id, direct, people) FROM STDIN") as out:
        for row in [(group.root, DIRECT, CROWD), *rows]:
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
