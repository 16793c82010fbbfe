"""A hub with 100,000 of everything, and one among 10,000 hubs: what their lists cost against those of a small one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from sqlalchemy import text

from hubapp.kernel.db import db
from tests.benchmarks import filling
from tests.benchmarks.filling import Full
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Page, Result, costs_by_turns

FEW, MANY, ROUNDS = 1_000, 100_000, 30
HUBS, ELSEWHERE = 10_000, 2
GOAL = 1.5
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
    """Each list's first page, one from the middle, and searches, in a hub with 1,000 and with 100,000 of everything."""
    few, many = (filling.build(ground, f"crowd_{size}", size=size) for size in (FEW, MANY))
    what = f"{MANY:,} against {FEW:,}"
    for name, path in LISTS.items():
        yield _compared(f"{name}, {what}", [few.page(path), many.page(path)])
    yield _compared(f"Front page for a visitor, {what}", [full.page("/", is_signed_in=False) for full in (few, many)])
    for path in MIDDLES:
        name = next(name for name, start in LISTS.items() if start == path)
        yield _compared(f"{name}, a page from the middle, {what}", [_middle(few, path), _middle(many, path)])
    yield _compared(f"A conversation by its answers, {what}", [full.page("/feed/{post}") for full in (few, many)])
    for name, path in SEARCHES.items():
        yield _compared(f"{name}, {what}", [few.page(path), many.page(path)])


def hubs(ground: Ground) -> Iterator[Result]:
    """The same lists of a hub with 1,000 of everything, alone and among 10,000 with two of each."""
    alone = filling.build(ground, "alone", size=FEW)
    among = filling.build(ground, "among", size=FEW, hubs=HUBS, elsewhere=ELSEWHERE)
    for name, path in {**LISTS, **SEARCHES}.items():
        yield _compared(f"{name}, among {HUBS:,} hubs against alone", [alone.page(path), among.page(path)])


def _compared(what: str, pages: Sequence[Page]) -> Result:
    """CPU and database each against the small one; the worse of both counts."""
    small, large = costs_by_turns(pages, rounds=ROUNDS)
    cpu, database = large.cpu / small.cpu, large.database / small.database
    figures = f"CPU + database {small} : {large}, {cpu:.2f}× and {database:.2f}×"
    return Result(what, figures, max(cpu, database), GOAL)


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
