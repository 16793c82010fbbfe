"""A hub with 100,000 of everything, and one among 10,000 hubs: what their lists cost against those of a small one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from sqlalchemy import text

from hubapp.kernel.db import db
from tests.benchmarks import filling, piling, town
from tests.benchmarks.filling import Full
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Page, Result, costs_by_turns

# HUBAPP_BENCH_ITEMS=2000 and HUBAPP_BENCH_HUBS=100 show in a minute that it works; goals are for all of them.
FEW, MANY, ROUNDS = 100, int(os.environ.get("HUBAPP_BENCH_ITEMS", "100000")), 30
HUBS, EACH, ELSEWHERE = int(os.environ.get("HUBAPP_BENCH_HUBS", "10000")), 1_000, 2
GOAL = 1.5
LEAST_SHOWN = 0.002  # seconds
LISTS = {
    "Front page": "/",
    "Feed": "/feed",
    "Gatherings to come": "/events",
    "Gatherings that were": "/events?when=past",
    "Market": "/market",
    "Market, a kind that nobody sells": "/market?kind=place",
    "Members": "/members",
}
SEARCHES = {
    "Members by name": "/members?q=person",
    "Members by what they offer": "/members?kind=offers&q=bike",
    "Members by what nobody says": "/members?q=zither",
    "Market by a word": "/market?q=walnut",
    "Market by what nobody sells": "/market?q=zither",
    "Search over everything by a word": "/search?q=walnut",
    "Search over everything by what is nowhere": "/search?q=zither",
}
# What piles up before one person, all of it new.
PILES = {"Notices": "/notifications", "Messages": "/messages"}
DESK = {
    "Members, for the connector": "/manage/members",
    "Members by name, for the connector": "/manage/members?q=person",
    "Moderation": "/manage/moderation",
}
# Path → table, what its pages are ordered by (None: the id), the address's name for where a page begins, and how far
# down the middle of the list is.
MIDDLES = {
    "/feed": ("post", None, "before", 2),
    "/market": ("listing", None, "before", 2),
    "/events": ("gathering", "starts_at", "after", 4),  # half of them are over
    "/members": ("membership", "joined_at", "after", 2),
}


def lists(ground: Ground) -> Iterator[Result]:
    """Each list's first page, one from the middle, and searches, in a hub with 100 and with 100,000 of everything."""
    few, many = (filling.build(ground, f"crowd_{size}", size=size) for size in (FEW, MANY))
    what = f"{MANY:,} against {FEW:,}"
    for name, path in LISTS.items():
        yield _compared(f"{name}, {what}", [few.page(path), many.page(path)])
    yield _compared(f"Front page for a visitor, {what}", [full.page("/", cookie="") for full in (few, many)])
    for path in MIDDLES:
        name = next(name for name, start in LISTS.items() if start == path)
        yield _compared(f"{name}, a page from the middle, {what}", [_middle(few, path), _middle(many, path)])
    yield _compared(f"A conversation by its answers, {what}", [full.page("/feed/{post}") for full in (few, many)])
    for name, path in SEARCHES.items():
        yield _compared(f"{name}, {what}", [few.page(path), many.page(path)])
    for full in (few, many):
        piling.pile(full.app, full.place, full.post_id, size=full.size)
    for name, path in PILES.items():
        yield _compared(f"{name}, {what}", [few.page(path), many.page(path)])
    cookies = [town.cookie_of(full.app, full.place.shop.connector, full.place.hub_id) for full in (few, many)]
    for name, path in DESK.items():
        pages = [full.page(path, cookie=cookie) for full, cookie in zip((few, many), cookies, strict=True)]
        yield _compared(f"{name}, {what}", pages)


def hubs(ground: Ground) -> Iterator[Result]:
    """The same lists of a hub with 1,000 of everything, alone and among 10,000 with two of each."""
    alone = filling.build(ground, "alone", size=EACH)
    among = filling.build(ground, "among", size=EACH, hubs=HUBS, elsewhere=ELSEWHERE)
    for name, path in {**LISTS, **SEARCHES}.items():
        yield _compared(f"{name}, among {HUBS:,} hubs against alone", [alone.page(path), among.page(path)])


def _compared(what: str, pages: Sequence[Page]) -> Result:
    """CPU and database together against the small one's, as somebody waits for both; the database alone where it shows.

    Of a hundred rows the database reads a page or two of memory: a millisecond more is what indexes of any size take.
    """
    small, large = costs_by_turns(pages, rounds=ROUNDS)
    whole = (large.cpu + large.database) / (small.cpu + small.database)
    database = large.database / small.database
    shows = large.database - small.database > LEAST_SHOWN
    figures = f"CPU + database {small} : {large}, {whole:.2f}×, the database alone {database:.2f}×"
    return Result(what, figures, max(whole, database) if shows else whole, GOAL)


def _middle(full: Full, path: str) -> Page:
    """A page half-way, by the key of the row there."""
    table, column, name, part = MIDDLES[path]
    key = "id::text" if column is None else f"to_char({column}, 'YYYY-MM-DD\"T\"HH24:MI:SS+00:00') || '_' || id"
    order = "id DESC" if column is None else f"{column} DESC, id DESC"
    statement = (
        f"SELECT {key} FROM {table} WHERE hub_id = :hub_id ORDER BY {order}"
        f" OFFSET (SELECT count(*) / {part} FROM {table} WHERE hub_id = :hub_id) LIMIT 1"
    )
    with full.app.app_context(), db.engines["central"].begin() as connection:
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        found = connection.scalar(text(statement), {"hub_id": full.place.hub_id})
    page = full.page(f"{path}?{urlencode({name: found})}")
    if page.text() == full.page(path).text():
        raise RuntimeError(f"{path} is the first page again, not one from {found} on")
    return page
