"""The list stays flat however many members there are: a page reads about as many rows as it shows, not all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.searchable import Found
from hubapp.people.membership import finding as membership
from hubapp.people.profiles import finding, queries
from hubapp.people.profiles.policies import EVERYBODY, MEMBERS
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member

MANY = 6_000
# A page shows 30; whoever reads the list from its beginning, or all of it, reads thousands.
MOST_READ = 400
# A word is looked up as far as 200 rows, before it counts as common and a stretch of the list is read in its order.
MOST_SEARCHED = MANY // 2
# What nobody says but who joined first: the stretch is read in vain, then the hits and who they are.
FAR = 600
MOST_READ_FAR = 2 * 200 + 1_000 + 2 * FAR
SEEN = (EVERYBODY, MEMBERS)
FILL = (
    """INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at)
       SELECT uuidv7(), 'many' || n || '@example.org', 'Many', 'en', false, false, :now
       FROM generate_series(1, :many) n""",
    """INSERT INTO membership (hub_id, id, account_id, handle, display_name, about, is_listed, status, joined_at,
         referral_code)
       SELECT :hub, uuidv7(), id, 'h' || n, 'Person' || n || ' Family' || (n % 60)
           || CASE WHEN n > 5400 THEN ' Elder' ELSE '' END, '', true, 'active',
         :now - n * interval '1 minute', 'C' || n
       FROM (SELECT id, row_number() OVER () AS n FROM account WHERE email LIKE 'many%') numbered""",
    """INSERT INTO profile_tag (hub_id, id, membership_id, kind, position, tag, audience, joined_at)
       SELECT hub_id, uuidv7(), id, 'offers', 0, 'tag' || (row_number() OVER () % 60)
           || CASE WHEN joined_at < :now - interval '5400 minutes' THEN ' relic' ELSE '' END, 'members', joined_at
       FROM membership WHERE hub_id = :hub""",
)
SEEK = """INSERT INTO profile_tag (hub_id, id, membership_id, kind, position, tag, audience, joined_at)
  SELECT hub_id, uuidv7(), id, 'seeks', 0, 'tag', 'members', joined_at FROM membership WHERE hub_id = :hub"""
READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    " WHERE relname IN ('membership', 'profile_tag', 'member_block')"
)


@pytest.fixture
def crowd(app: HubFlask, connection: Connection) -> Iterator[tuple[int, UUID]]:
    with app.app_context():
        hub_id = make_hub()
        viewer = make_member(hub_id, "Viewer").account_id
        connection.exec_driver_sql("RESET ROLE")
        for statement in FILL:
            connection.execute(text(statement), {"now": NOW, "many": MANY, "hub": hub_id})
        # Other tests' rows that were rolled back are still in the indexes, and make them look dear.
        connection.exec_driver_sql("REINDEX TABLE membership; REINDEX TABLE profile_tag")
        connection.exec_driver_sql("ANALYZE membership; ANALYZE profile_tag; ANALYZE member_block")
        yield hub_id, viewer


def rows_read(act: Callable[[], object]) -> int:
    """How many rows of the list's tables something reads."""
    before = int(db.session.scalar(READ) or 0)
    act()
    return int(db.session.scalar(READ) or 0) - before


WAYS = {
    "the first page": ({}, False),
    "a late page": ({}, True),
    "who offers anything": ({"kind": "offers"}, False),
    "who offers anything, a late page": ({"kind": "offers"}, True),
}
SEARCHES = {
    "a name": ("person4777", "", False),
    "a family": ("family59", "", False),
    "a name that everybody has": ("person", "", False),
    "a name that everybody has, a late page": ("person", "", True),
    "a tag": ("tag59", "", False),
    "a tag of one kind": ("tag59", "offers", False),
    "a tag that everybody has": ("tag", "offers", False),
    "a tag that everybody has, a late page": ("tag", "offers", True),
    "a name at the far end": ("elder", "", False),
    "a tag at the far end": ("relic", "", False),
    "a tag of one kind at the far end": ("relic", "offers", False),
    "a name that is nobody's": ("nosuchword", "", False),
}


def test_each_way_of_looking_reads_about_what_it_shows(crowd: tuple[int, UUID]) -> None:
    hub_id, viewer = crowd
    with hub_scope(hub_id), unit_of_work():
        late = db.session.execute(
            text("SELECT joined_at, id FROM membership ORDER BY joined_at DESC, id DESC OFFSET 5000 LIMIT 1")
        ).one()
        found: dict[str, int] = {}
        for name, (asked, is_late) in WAYS.items():
            after = (late.joined_at, late.id) if is_late else None
            look = {"viewer_id": viewer, "seen": SEEN, "limit": 31, "after": after, **asked}
            found[name] = rows_read(lambda look=look: queries.directory(**look))
        for name, (word, kind, is_late) in SEARCHES.items():
            after = Found(1 if kind else 0, late.id, late.joined_at) if is_late else None
            look = {"viewer_id": viewer, "seen": SEEN, "limit": 31, "after": after, "kind": kind}
            found[name] = rows_read(lambda look=look, word=word: finding.found((word,), **look))
        for name, (word, kind, is_late) in SEARCHES.items():
            if not kind:  # the same for those who run the hub, who find everyone
                after = (late.joined_at, late.id) if is_late else None
                look = {"after": after, "limit": 31}
                found[name] = max(
                    found[name], rows_read(lambda look=look, word=word: membership.joined((word,), **look))
                )
        shown = finding.found(("tag59",), viewer_id=viewer, seen=SEEN, limit=31, kind="offers")
    most = {**dict.fromkeys(WAYS, MOST_READ), **dict.fromkeys(SEARCHES, MOST_SEARCHED)}
    most |= {name: MOST_READ_FAR for name in SEARCHES if name.endswith("far end")}
    assert {name: read for name, read in found.items() if read > most[name]} == {}
    assert found["the first page"] >= len(shown) == 31


def test_what_members_look_for_is_read_from_its_end(crowd: tuple[int, UUID], connection: Connection) -> None:
    hub_id, viewer = crowd
    connection.execute(text(SEEK), {"hub": hub_id})
    connection.exec_driver_sql("REINDEX TABLE profile_tag; ANALYZE profile_tag")
    with hub_scope(hub_id), unit_of_work():
        assert len(queries.sought(viewer_id=viewer, limit=6)) == 6
        assert rows_read(lambda: queries.sought(viewer_id=viewer, limit=6)) <= 60
