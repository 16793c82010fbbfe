"""Search stays flat: however much there is, in this hub and in others, it reads about what it shows; no table whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine, text

from hubapp.community.conversations.queries import finding as conversations
from hubapp.community.gatherings import finding as gatherings
from hubapp.home import likeness
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.folding import words_in
from hubapp.kernel.searchable import Found
from hubapp.market.catalogue import finding as listings
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import finding as members
from hubapp.tenancy import finding as tenancy
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.conftest import Databases, living
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member

MANY = 8_000
LIMIT = 101
# `w7` is the beginning of eleven words in eighty. What a word finds may be read twice and look up who wrote it; a few
# hundred of thousands are that, and whoever reads a table whole reads more.
MOST_READ = MANY // 2
KEY = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
WORDS = "'common w' || (n % 80) || ' x' || n"
FILL = (
    f"""INSERT INTO post (hub_id, id, author_id, title, body_md, version, created_at, comment_count)
       SELECT :hub, {KEY}, :author, 'title' || (n % 80), {WORDS}, 1, now(), 0 FROM generate_series(1, :many) n""",
    f"""INSERT INTO post_comment (hub_id, id, post_id, author_id, body_md, version, created_at)
       SELECT :hub, {KEY}, {KEY}, :author, {WORDS}, 1, now() FROM generate_series(1, :many) n""",
    f"""INSERT INTO listing (hub_id, id, kind, title, slug, body_md, price, currency, reserved, sold, has_pickup,
         tax_category, status, cover_seed, created_at, updated_at)
       SELECT :hub, {KEY}, 'offer', 'title' || (n % 80), 's', {WORDS}, 1, 'EUR', 0, 0, true, 'standard', 'live', 's',
         now(), now() FROM generate_series(1, :many) n""",
    f"""INSERT INTO gathering (hub_id, id, number, is_own, slug, status, title, body_md, format, place_name, address,
         how_to_find, online_url, starts_at, ends_at, most_seats, closes_minutes, questions, taken, waiting, revision,
         cover_seed, created_at, updated_at)
       SELECT :hub, {KEY}, 0, false, 'g' || n, 'published', 'title' || (n % 80), {WORDS}, 'place', 'Hall', '', '', '',
         :now + (n - 4000) * interval '1 day', :now + (n - 4000) * interval '1 day' + interval '1 hour', 1, 0, '[]', 0,
         0, 0, 's', now(), now() FROM generate_series(1, :many) n""",
    """INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at)
       SELECT uuidv7(), 'many' || :hub || n || '@example.org', 'Many', 'en', false, false, now()
       FROM generate_series(1, :many) n""",
    """INSERT INTO membership (hub_id, id, account_id, handle, display_name, about, is_listed, status, joined_at,
         referral_code)
       SELECT :hub, uuidv7(), id, 'h' || n, 'Common x' || n || ' w' || (n % 80), '', true, 'active',
         :now - n * interval '1 minute', 'C' || n
       FROM (SELECT id, row_number() OVER () AS n FROM account WHERE email LIKE 'many' || :hub || '%') numbered""",
    """INSERT INTO profile_tag (hub_id, id, membership_id, kind, position, tag, audience, joined_at)
       SELECT hub_id, uuidv7(), id, 'offers', 0, 'tag w' || (row_number() OVER () * 7 % 80), 'members', joined_at
       FROM membership WHERE hub_id = :hub""",
)
TABLES = ("post", "post_comment", "listing", "gathering", "membership", "profile_tag", "hub_page", "hub")
Filled = tuple[HubFlask, int, MemberView]
READ = text(
    "SELECT relname, seq_tup_read, seq_tup_read + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_xact_user_tables"
    f" WHERE relname IN {TABLES}"
)


@pytest.fixture(scope="module")
def filled(databases: Databases, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A hub with much of everything, and another one with as much of the same words."""
    with living(databases, worker_id, tmp_path_factory.mktemp("crowd")) as live:
        with live.app.app_context():
            hub_id, other = make_hub(), make_hub("other")
            viewer = make_member(hub_id, "Viewer")
            author = make_member(other, "Author").account_id
        owner = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(live.server.admin))
        with owner.begin() as connection:
            for hub in (hub_id, other):
                values = {"now": NOW, "many": MANY, "hub": hub, "author": author}
                for statement in FILL:
                    names = {name: value for name, value in values.items() if f":{name}" in statement}
                    connection.execute(text(statement), names)
            connection.exec_driver_sql("; ".join(f"ANALYZE {table}" for table in TABLES))
        owner.dispose()
        yield live.app, hub_id, viewer


@pytest.fixture
def crowd(filled: Filled) -> Iterator[tuple[int, MemberView]]:
    """(the hub, somebody in it), where the application is at hand."""
    app, hub_id, viewer = filled
    with app.app_context():
        yield hub_id, viewer


def rows_read(act: Callable[..., object], *given: object, **values: object) -> tuple[int, int]:
    """(rows read by going through tables, rows read in all) of what search looks into."""
    before = {row.relname: row for row in db.session.execute(READ)}
    act(*given, **values)
    after = {row.relname: row for row in db.session.execute(READ)}
    return tuple(  # type: ignore[return-value]
        sum(getattr(after[name], what) - getattr(before[name], what) for name in after)
        for what in ("seq_tup_read", "read")
    )


def test_each_area_reads_about_what_it_shows(crowd: tuple[int, MemberView]) -> None:
    hub_id, viewer = crowd
    seen, reader, found = ("everybody", "members"), viewer.account_id, {}
    with hub_scope(hub_id), unit_of_work():
        for typed in ("common", "w7", "x3141", "title7", "w7 x3127", "nosuchword"):
            words, few = words_in(typed), {"limit": LIMIT}
            found[typed, "posts"] = rows_read(conversations.found, words, reader_id=reader, **few)
            found[typed, "listings"] = rows_read(listings.found, words, **few)
            found[typed, "gatherings"] = rows_read(gatherings.found, words, now=NOW, **few)
            found[typed, "members"] = rows_read(members.found, words, viewer_id=reader, seen=seen, **few)
            found[typed, "pages"] = rows_read(tenancy.found_pages, words, locale="en", fallback="fr")
    assert {key: read for key, read in found.items() if read[1] > MOST_READ} == {}
    assert found["w7", "listings"][1] >= MANY // 80


def test_a_late_page_costs_what_the_first_does(crowd: tuple[int, MemberView]) -> None:
    hub_id, viewer = crowd
    with hub_scope(hub_id), unit_of_work():
        words = words_in("common")
        first = listings.found(words, limit=21)
        late = Found(1, db.session.execute(text("SELECT id FROM listing ORDER BY id OFFSET 4000 LIMIT 1")).scalar_one())
        read = rows_read(listings.found, words, after=late, limit=21)
        assert len(first) == 21
        assert read[1] <= MOST_READ
        key = gatherings.found(words, now=NOW + timedelta(days=1), limit=LIMIT)[-1]
        read = rows_read(gatherings.found, words, now=NOW, after=key, limit=21)
        assert read[1] <= MOST_READ
        reader = viewer.account_id
        last = conversations.found(words, reader_id=reader, limit=LIMIT)[-1]
        read = rows_read(conversations.found, words, reader_id=reader, after=last, limit=21)
        assert read[1] <= MOST_READ


def test_what_is_called_nearly_so_reads_no_table_whole(crowd: tuple[int, MemberView]) -> None:
    hub_id, viewer = crowd
    with hub_scope(hub_id), unit_of_work():
        areas = ("conversations", "gatherings", "market", "members", "pages")
        asked = {"areas": areas, "viewer_id": viewer.account_id, "now": NOW, "locales": ("en", "fr"), "limit": 4}
        through, _read = rows_read(likeness.similar, ("vieewer",), **asked)
        assert through <= 10
        assert likeness.similar(("vieewer",), **asked)["members"]


def test_the_network_reads_about_what_it_shows(crowd: tuple[int, MemberView]) -> None:
    found = {}
    with no_hub(), unit_of_work():
        for typed in ("common", "w7", "x3141", "nosuchword"):
            words = words_in(typed)
            found[typed, "market"] = rows_read(listings.found_everywhere, words, limit=LIMIT)
            found[typed, "gatherings"] = rows_read(gatherings.found_everywhere, words, now=NOW, limit=LIMIT)
            found[typed, "pages"] = rows_read(tenancy.found_pages_everywhere, words, locale="en", limit=LIMIT)
    assert {key: read for key, read in found.items() if read[1] > MOST_READ} == {}
