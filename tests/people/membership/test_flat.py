"""Whom somebody brought, and through which link, stay flat lists: a page of them reads about what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import invite_queries, welcome
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member

MANY, SHOWN = 6_000, 31
# Each row of the page with who they are; nothing of what comes before it or is out of sight.
MOST_READ = 3 * SHOWN
MOST_READ_IN_FRONT = 20
# Who came first is still here; the latest half has left, and others were brought by nobody.
FILL = (
    """INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at)
       SELECT uuidv7(), 'many' || n || '@example.org', 'Many', 'en', false, false, :now
       FROM generate_series(1, :many) n""",
    """INSERT INTO membership (hub_id, id, account_id, handle, display_name, about, is_listed, status, joined_at,
         referral_code, invited_by, invited_code)
       SELECT :hub, uuidv7(), id, 'h' || n, 'Person', '', true, CASE WHEN n < :many / 2 THEN 'left' ELSE 'active' END,
         :now - n * interval '1 minute', 'C' || n, CASE WHEN n % 10 > 0 THEN CAST(:by AS uuid) END,
         CASE WHEN n % 10 > 0 THEN 'L' || (n / 2) END
       FROM (SELECT id, row_number() OVER () AS n FROM account WHERE email LIKE 'many%') numbered""",
)
READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    " WHERE relname = 'membership'"
)


@pytest.fixture
def bringer(app: HubFlask, connection: Connection) -> Iterator[tuple[int, MemberView]]:
    with app.app_context():
        hub_id = make_hub()
        bringer = make_member(hub_id, "Bringer")
        connection.exec_driver_sql("RESET ROLE")
        for statement in FILL:
            connection.execute(text(statement), {"now": NOW, "many": MANY, "hub": hub_id, "by": bringer.id})
        # Other tests' rows that were rolled back are still in the indexes, and make them look dear.
        connection.exec_driver_sql("REINDEX TABLE membership")
        connection.exec_driver_sql("ANALYZE membership")
        yield hub_id, bringer


def rows_read(act: Callable[[], object]) -> int:
    """How many memberships something reads."""
    before = int(db.session.scalar(READ) or 0)
    act()
    return int(db.session.scalar(READ) or 0) - before


def test_a_page_of_whom_one_brought_reads_about_what_it_shows(bringer: tuple[int, MemberView]) -> None:
    hub_id, member = bringer
    with hub_scope(hub_id), unit_of_work():
        every = invite_queries.invited_by(member.id, limit=MANY)
        late = (every[-100].joined_at, every[-100].id)
        for after, shown in ((None, every[:SHOWN]), (late, every[-99 : SHOWN - 99])):
            page = invite_queries.invited_by(member.id, after=after, limit=SHOWN)
            assert [one.id for one in page] == [one.id for one in shown]
            read = rows_read(lambda after=after: invite_queries.invited_by(member.id, after=after, limit=SHOWN))
            assert read <= MOST_READ


def test_the_front_page_does_not_count_whom_somebody_brought(bringer: tuple[int, MemberView]) -> None:
    hub_id, member = bringer
    with hub_scope(hub_id), unit_of_work():
        assert welcome.welcome(reader_id=member.account_id, account_ids=()).has_invited
        read = rows_read(lambda: welcome.welcome(reader_id=member.account_id, account_ids=()))
    assert read <= MOST_READ_IN_FRONT


LINKS = text(
    """INSERT INTO invite_link (hub_id, id, membership_id, code, label, created_at)
       SELECT :hub, uuidv7(), :by, 'L' || n, 'Poster ' || n, :now - n * interval '1 minute'
       FROM generate_series(1, :many) n"""
)


def test_a_page_of_links_counts_who_came_through_those_it_shows(
    bringer: tuple[int, MemberView], connection: Connection
) -> None:
    hub_id, member = bringer
    connection.execute(LINKS, {"hub": hub_id, "by": member.id, "now": NOW, "many": MANY})
    connection.exec_driver_sql("ANALYZE invite_link")
    with hub_scope(hub_id), unit_of_work():
        page = invite_queries.invites(limit=SHOWN)
        assert [(one.label, one.joined) for one in page[:5]] == [
            ("Poster 1", 2), ("Poster 2", 2), ("Poster 3", 2), ("Poster 4", 2), ("Poster 5", 1),
        ]  # fmt: skip
        late = (page[-1].created_at, page[-1].id)
        for after in (None, late):
            read = rows_read(lambda after=after: invite_queries.invites(after=after, limit=SHOWN))
            assert read <= MOST_READ + SHOWN
