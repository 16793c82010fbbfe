"""Search stays flat: however much there is, in this hub and in others, it reads about what it shows; no table whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

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
# What is at the far end of each list alone: posts and listings from the first days, who joined first, gatherings of
# long ago and of next decade. It is more than is looked up before a stretch of the list is read, which has none of it.
FAR = 600
LOOKED_UP, STRETCH = 200, 1_000
# A table's stretch in vain, its hits, and what hangs on them.
MOST_READ_FAR = 2 * LOOKED_UP + STRETCH + 2 * FAR
KEY = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
KEY_OF_ANSWER = KEY.replace("-8000-", "-8001-")
# Nearly all are called walnut and tell of walnuts: what finds them by the beginning of the word finds them twice.
TITLE = (
    "'title' || (n % 80) || CASE WHEN n > 3 THEN ' walnut' ELSE '' END || CASE WHEN n <= 600 THEN ' elder' ELSE '' END"
)
WORDS = "'common walnuts w' || (n % 80) || ' x' || n || CASE WHEN n <= 600 THEN ' relic' ELSE '' END"
FILL = (
    f"""INSERT INTO post (hub_id, id, author_id, title, body_md, version, created_at, comment_count)
       SELECT :hub, {KEY}, :author, {TITLE}, {WORDS}, 1, now(), 0 FROM generate_series(1, :many) n""",
    f"""INSERT INTO post_comment (hub_id, id, post_id, author_id, body_md, version, created_at)
       SELECT :hub, {KEY_OF_ANSWER}, {KEY}, :author, {WORDS}, 1, now() FROM generate_series(1, :many) n""",
    f"""INSERT INTO listing (hub_id, id, kind, title, slug, body_md, price, currency, reserved, sold, has_pickup,
         tax_category, status, cover_seed, created_at, updated_at)
       SELECT :hub, {KEY}, CASE WHEN n <= 600 THEN 'place' ELSE 'offer' END, {TITLE}, 's', {WORDS}, 1, 'EUR', 0, 0,
         true, 'standard', 'live', 's',
         now(), now() FROM generate_series(1, :many) n""",
    f"""INSERT INTO gathering (hub_id, id, number, is_own, slug, status, title, body_md, format, place_name, address,
         how_to_find, online_url, starts_at, ends_at, most_seats, closes_minutes, questions, taken, waiting, revision,
         cover_seed, created_at, updated_at)
       SELECT :hub, {KEY}, 0, false, 'g' || n, 'published', {TITLE}, {WORDS}
         || CASE WHEN n > 7400 THEN ' later' ELSE '' END, 'place', 'Hall', '', '', '',
         :now + (n - 4000) * interval '1 day', :now + (n - 4000) * interval '1 day' + interval '1 hour', 1, 0, '[]', 0,
         0, 0, 's', now(), now() FROM generate_series(1, :many) n""",
    """INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at)
       SELECT uuidv7(), 'many' || :hub || n || '@example.org', 'Many', 'en', false, false, now()
       FROM generate_series(1, :many) n""",
    """INSERT INTO membership (hub_id, id, account_id, handle, display_name, about, is_listed, status, joined_at,
         referral_code)
       SELECT :hub, uuidv7(), id, 'h' || n, 'Common x' || n || ' w' || (n % 80) || ' v' || (n % 80)
           || CASE WHEN n > 7400 THEN ' Elder' ELSE '' END, '', true, 'active',
         :now - n * interval '1 minute', 'C' || n
       FROM (SELECT id, row_number() OVER () AS n FROM account WHERE email LIKE 'many' || :hub || '%') numbered""",
    """INSERT INTO profile_tag (hub_id, id, membership_id, kind, position, tag, audience, joined_at)
       SELECT hub_id, uuidv7(), id, 'offers', 0, 'tag w' || (row_number() OVER () * 7 % 80), 'members', joined_at
       FROM membership WHERE hub_id = :hub""",
    # Each seeks what is in their own name as well.
    """INSERT INTO profile_tag (hub_id, id, membership_id, kind, position, tag, audience, joined_at)
       SELECT hub_id, uuidv7(), id, 'seeks', 0, 'v' || (n % 80) || CASE WHEN n > 7400 THEN ' relic' ELSE '' END,
         'members', joined_at
       FROM (SELECT *, substr(handle, 2)::int AS n FROM membership WHERE hub_id = :hub AND handle ~ '^h[0-9]+$')""",
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


def looks(typed: str, reader: UUID) -> dict[str, Callable[[], list[Found]]]:
    """The ways to look for a word among what has a list of its own."""
    words, few = words_in(typed), {"limit": LIMIT}
    who = {"viewer_id": reader, "seen": ("everybody", "members")}
    return {
        "posts": partial(conversations.found, words, reader_id=reader, **few),
        "listings": partial(listings.found, words, **few),
        "places": partial(listings.found, words, kinds=["place"], **few),
        "gatherings": partial(gatherings.found, words, now=NOW, **few),
        "members": partial(members.found, words, **who, **few),
        "seeking": partial(members.found, words, kind="seeks", **who, **few),
    }


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("elder", {"posts", "listings", "places", "gatherings", "members"}),
        ("relic", {"posts", "listings", "places", "gatherings", "members", "seeking"}),
        ("later", {"gatherings"}),
    ],
)
def test_of_a_word_at_the_far_end_alone_the_hits_are_read_not_what_lies_before(
    crowd: tuple[int, MemberView], typed: str, where: set[str]
) -> None:
    hub_id, viewer = crowd
    with hub_scope(hub_id), unit_of_work():
        ways = looks(typed, viewer.account_id)
        read = {name: rows_read(look) for name, look in ways.items()}
        assert {name for name, look in ways.items() if len(look()) == LIMIT} == where
        assert not any(look() for name, look in ways.items() if name not in where)
    most = {"posts": 2 * MOST_READ_FAR}
    assert {name: some for name, some in read.items() if some[0] or some[1] > most.get(name, MOST_READ_FAR)} == {}


def test_what_is_in_nearly_all_titles_too_is_not_read_again(crowd: tuple[int, MemberView]) -> None:
    hub_id, viewer = crowd
    with hub_scope(hub_id), unit_of_work():
        walnut, own = looks("walnut", viewer.account_id), looks("v77", viewer.account_id)
        read = {name: rows_read(walnut[name]) for name in ("posts", "listings")} | {"own": rows_read(own["members"])}
        every = listings.found(("walnut",), limit=MANY)
        read["the rest"] = rows_read(listings.found, ("walnut",), after=every[-4], limit=LIMIT)
        assert listings.found(("walnut",), after=every[-4], limit=LIMIT) == every[-3:]
        assert [one.rank for one in every] == [0] * (MANY - 3) + [1] * 3
    assert {name: some for name, some in read.items() if some[0] or some[1] > 4 * LOOKED_UP} == {}


@pytest.mark.parametrize(("typed", "count"), [("w7", 2 * MANY * 11 // 80), ("relic", 2 * FAR)])
def test_pages_one_after_the_other_show_each_hit_once(crowd: tuple[int, MemberView], typed: str, count: int) -> None:
    hub_id, viewer = crowd
    look, shown = looks(typed, viewer.account_id)["posts"], list[Found]()
    with hub_scope(hub_id), unit_of_work():
        while page := look(after=shown[-1] if shown else None):  # type: ignore[call-arg]
            shown += page
        assert shown == look(limit=MANY)  # type: ignore[call-arg]
    assert len(set(shown)) == len(shown) == count


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
        for typed in ("common", "w7", "x3141", "relic", "later", "nosuchword"):
            words = words_in(typed)
            found[typed, "market"] = rows_read(listings.found_everywhere, words, limit=LIMIT)
            found[typed, "gatherings"] = rows_read(gatherings.found_everywhere, words, now=NOW, limit=LIMIT)
            found[typed, "pages"] = rows_read(tenancy.found_pages_everywhere, words, locale="en", limit=LIMIT)
    assert {key: read for key, read in found.items() if read[1] > MOST_READ} == {}
