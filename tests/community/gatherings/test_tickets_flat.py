"""One's tickets cost one's own: however many others have, a page reads what one registered for and nothing besides."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.community.gatherings import registered
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member

GATHERINGS, OWN = 12_000, 60
# Each of one's own with its gathering, of the first page also its tickets. An index may look at a row twice.
MOST_READ = 2 * (2 * OWN + registered.PAGE)
FILL = (
    """INSERT INTO gathering (hub_id, id, number, is_own, slug, status, title, body_md, format, place_name, address,
         how_to_find, online_url, starts_at, ends_at, most_seats, closes_minutes, questions, taken, waiting, revision,
         cover_seed, created_at, updated_at)
       SELECT :hub, uuidv7(), 0, false, 'many-' || n, 'published', 'Many ' || n, '', 'place', '', '', '', '',
         :now + (n - :many / 2) * interval '1 hour', :now + (n - :many / 2 + 1) * interval '1 hour',
         4, 0, '[]', 0, 0, 0, '', :now, :now
       FROM generate_series(1, :many) n""",
    """INSERT INTO gathering_registration (hub_id, id, gathering_id, account_id, seats, status, answers, queued_at,
         confirmed_at, told_revision)
       SELECT hub_id, uuidv7(), id, who, 1, 'confirmed', '{}', :now, :now, 0
       FROM (SELECT *, row_number() OVER (ORDER BY starts_at) AS n FROM gathering WHERE hub_id = :hub) numbered
       CROSS JOIN LATERAL (
         SELECT gen_random_uuid() AS who FROM generate_series(1, 1 + 0 * n)
         UNION ALL SELECT :own WHERE n % (:many / :mine) = :many / :mine / 2) everybody""",
    """INSERT INTO gathering_ticket (hub_id, id, gathering_id, registration_id, number, code)
       SELECT hub_id, uuidv7(), gathering_id, id, 1, 'T' || row_number() OVER ()
       FROM gathering_registration WHERE hub_id = :hub""",
)
TABLES = "gathering, gathering_registration, gathering_ticket"
READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    " WHERE relname = ANY(string_to_array(:tables, ', '))"
)


@pytest.fixture
def crowd(app: HubFlask, connection: Connection) -> Iterator[tuple[int, UUID]]:
    """A hub with somebody else at every gathering, and who comes to one of two hundred."""
    with app.app_context():
        hub_id = make_hub()
        own = make_member(hub_id, "Ann").account_id
        connection.exec_driver_sql("RESET ROLE")
        for statement in FILL:
            given = {"hub": hub_id, "now": NOW, "many": GATHERINGS, "mine": OWN, "own": own}
            connection.execute(text(statement), given)
        for table in TABLES.split(", "):
            # Other tests' rows that were rolled back are still in the indexes, and make them look dear.
            connection.exec_driver_sql(f"REINDEX TABLE {table}; ANALYZE {table}")
        yield hub_id, own


def test_each_page_reads_ones_own_and_nothing_besides(crowd: tuple[int, UUID]) -> None:
    hub_id, own = crowd
    read: dict[str, int] = {}
    with hub_scope(hub_id), unit_of_work():
        for is_past in (False, True):
            key, number = None, 0
            while number == 0 or key is not None:
                before = int(db.session.scalar(READ, {"tables": TABLES}) or 0)
                page = registered.page(own, now=NOW, after=key, is_past=is_past)
                read[f"{'past' if is_past else 'ahead'} {number}"] = (
                    int(db.session.scalar(READ, {"tables": TABLES}) or 0) - before
                )
                assert len(page.mine) == (registered.PAGE if page.next_key else OWN // 2 - registered.PAGE)
                key, number = page.next_key, number + 1
    assert list(read) == ["ahead 0", "ahead 1", "past 0", "past 1"]
    assert min(read.values()) > 0
    assert max(read.values()) <= MOST_READ, read
