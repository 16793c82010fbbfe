"""A hub with 100,000 of everything: what its lists cost against a small one, and what a thousand open pages do."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import time as clock_time
from datetime import timedelta
from urllib.parse import urlencode

import psutil
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.app import create_app
from hubapp.community.conversations.models import Post
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.models import Listing
from hubapp.people.accounts.models import Account
from hubapp.people.membership.models import Membership
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.models import ProfileTag
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks import town
from tests.benchmarks.cold import MIB, free_port, get, wait_for
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Page, Result, by_turns, milliseconds
from tests.benchmarks.town import Town
from tests.factories.gatherings import make_gathering
from tests.factories.talk import say

FEW, MANY, ROUNDS = 100, 100_000, 30
OPEN_PAGES, SECONDS = 1_000, 20
# As the script asks: every 15 seconds at first, and once in four minutes where nothing comes.
FRESH, RESTING = 15, 240
LISTS = {"Front page": "/", "Feed": "/feed", "Gatherings": "/events", "Market": "/market", "Members": "/members"}
SEARCHES = {"Members by name": "/members?q=person", "Members by what they offer": "/members?kind=offers&q=bike"}


def lists(ground: Ground) -> Iterator[Result]:
    """Each list's first page, one from the middle, and searches: time with the database, large against small."""
    sizes = [_full(ground, size) for size in (FEW, MANY)]
    for name, path in {**LISTS, **SEARCHES}.items():
        yield _compared(f"{name}, first page", path, path, sizes)
    for name, path in list(LISTS.items())[1:]:
        yield _compared(f"{name}, a page from the middle", _middle(sizes[0], path), _middle(sizes[1], path), sizes)


@dataclass(frozen=True, slots=True)
class Full:
    """A hub with `size` of everything."""

    app: HubFlask
    place: Town
    size: int

    def page(self, path: str) -> Page:
        """What its member is shown."""
        return Page(self.app, path, base_url=self.place.base_url, cookie=self.place.cookie)


def _compared(what: str, small: str, large: str, sizes: list[Full]) -> Result:
    pages = [full.page(path) for full, path in zip(sizes, (small, large), strict=True)]
    costs = by_turns(pages, rounds=ROUNDS, timer=time.perf_counter)
    figures = ", ".join(f"{full.size:,}: {milliseconds(cost)}" for full, cost in zip(sizes, costs, strict=True))
    return Result(f"{what}: time with {MANY:,} against {FEW}", figures, costs[1] / costs[0], 1.5)


def _full(ground: Ground, size: int) -> Full:
    app = ground.app(f"crowd_{size}")
    place = town.build(app)
    fill(app, place, size)
    return Full(app, place, size)


def fill(app: HubFlask, place: Town, size: int) -> None:
    """One of each by its service, and copies of it by the database."""
    with app.app_context():
        with hub_scope(place.hub_id), unit_of_work():
            member = place.shop.buyer
            say(member, "Who has a ladder for a plum tree, until Sunday?")
            next_week = When((clock.wall() + timedelta(days=7)).date(), clock_time(10), 180)
            make_gathering(when=next_week, host_account_id=member)
            tags = ProfileText(tags={"offers": ("bike repair",)})
            told = {"name": "Person", "handle": "person", "about": "I mend.", "is_listed": True}
            profiles.edit_profile(account_id=member, **told, profile=tags)
        with db.engines["central"].begin() as connection:
            _multiply(connection, place.hub_id, size)
        town.analyse(app)


def _multiply(connection: Connection, hub_id: int, size: int) -> None:
    """Older and older copies, and gatherings later and later; an account for each member."""
    earlier = {"id": "uuidv7(n * interval '-1 minute')", "created_at": "one.created_at - n * interval '1 minute'"}
    copy = {"hub_id": hub_id, "size": size}
    later = {
        "id": "uuidv7(n * interval '-1 second')",
        "slug": "one.slug || '-' || n",
        "starts_at": "one.starts_at + n * interval '1 hour'",
        "ends_at": "one.ends_at + n * interval '1 hour'",
    }
    account = {"id": "md5('person ' || n)::uuid", "email": "'person-' || n || '@crowd.example'"}
    member = {
        "id": "md5('member ' || n)::uuid",
        "account_id": account["id"],
        "handle": "'crowd-' || n",
        "referral_code": "'p' || n",
        "joined_at": "one.joined_at - n * interval '1 minute'",
    }
    tag = {
        "id": "md5('tag ' || n)::uuid",
        "membership_id": member["id"],
        "joined_at": "one.joined_at - n * interval '1 minute'",
    }
    of_tag = "id = (SELECT membership_id FROM profile_tag WHERE hub_id = :hub_id LIMIT 1)"
    _copies(connection, Post, earlier, "true", copy)
    _copies(connection, Listing, {**earlier, "slug": "one.slug || '-' || n"}, "true", copy)
    _copies(connection, Gathering, later, "true", copy)
    _copies(connection, Account, account, "id = (SELECT account_id FROM membership WHERE " + of_tag + ")", copy)
    _copies(connection, Membership, member, of_tag, copy)
    _copies(connection, ProfileTag, tag, "true", copy)


def _copies(
    connection: Connection, model: type, changed: Mapping[str, str], which: str, values: Mapping[str, int]
) -> None:
    table = model.__table__  # type: ignore[attr-defined]
    names = [column.name for column in table.columns if column.computed is None]
    of_hub = "hub_id = :hub_id AND " if "hub_id" in names else ""
    chosen = ", ".join(changed.get(name, f"one.{name}") for name in names)
    source = f"SELECT * FROM {table.name} WHERE {of_hub}{which} ORDER BY id LIMIT 1"
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)})"
            f" SELECT {chosen} FROM ({source}) one, generate_series(1, :size) n"
        ),
        values,
    )


def _middle(full: Full, path: str) -> str:
    """The address of a page half-way: its key is read from a page, and moved to the row in the middle."""
    tables = {"/feed": "post", "/market": "listing", "/events": "gathering", "/members": "membership"}
    column = {"/events": "starts_at", "/members": "joined_at"}.get(path)
    key = "id::text" if column is None else f"to_char({column}, 'YYYY-MM-DD\"T\"HH24:MI:SS+00:00') || '_' || id"
    order = "id DESC" if column is None else f"{column} DESC, id DESC"
    statement = (
        f"SELECT {key} FROM {tables[path]} WHERE hub_id = :hub_id ORDER BY {order}"
        f" OFFSET (SELECT count(*) / 2 FROM {tables[path]} WHERE hub_id = :hub_id) LIMIT 1"
    )
    with full.app.app_context(), db.engines["central"].begin() as connection:
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        found = connection.scalar(text(statement), {"hub_id": full.place.hub_id})
    address = f"{path}?{urlencode({'before' if column is None else 'after': found})}"
    if full.page(address).text() == full.page(path).text():
        raise RuntimeError(f"{address} is the first page again")
    return address


def open_pages(ground: Ground) -> Iterator[Result]:
    """A thousand open feeds that ask whether anything is new: cores of the web server and the database, and memory."""
    server = ground.database("open_pages")
    app = create_app(server.settings, server)
    place = town.build(app)
    fill(app, place, MANY)
    port = free_port()
    environ = {**ground.environment(server), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "hubapp.cli", "serve"], env=environ, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield from _asked(port, place, process.pid, ground)
    finally:
        process.terminate()
        process.wait(30)


def _asked(port: int, place: Town, pid: int, ground: Ground) -> Iterator[Result]:
    headers = {"Host": f"{town.SLUG}.localhost:{port}", "Cookie": place.cookie, "HX-Request": "true"}
    newest = re.search(rb"after=([0-9a-f-]{36})", _body(port, headers))
    if newest is None:
        raise RuntimeError("the feed does not say what is the newest")
    path = f"/feed/news?after={newest[1].decode()}&have=0"
    for what, pause, goal in (("just opened", FRESH, 1.0), ("at rest", RESTING, 0.1)):
        spent, status = _cores(port, path, headers, OPEN_PAGES / pause, pid, ground)
        yield Result(
            f"{OPEN_PAGES:,} open feeds, {what}, nothing new: cores of web server and database",
            f"{OPEN_PAGES / pause:.0f} requests a second, each {status} without a body",
            spent,
            goal,
            unit=" cores",
        )
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    memory = max(one.memory_info().rss for one in family)
    yield Result("Resident memory of a web worker afterwards", "the largest", memory / MIB, 200, unit=" MiB")


def _body(port: int, headers: Mapping[str, str]) -> bytes:
    page = get(port, "/feed", {name: value for name, value in headers.items() if name != "HX-Request"})
    return page[1]


def _cores(port: int, path: str, headers: dict[str, str], rate: float, pid: int, ground: Ground) -> tuple[float, int]:
    """CPU seconds per second while the page is asked for so often, and what it answered."""
    count, begin = round(rate * SECONDS), time.monotonic()
    before = _cpu(pid, ground)

    def ask(number: int) -> int:
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        return get(port, path, headers)[0]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(count)))
    spent = (_cpu(pid, ground) - before) / (time.monotonic() - begin)
    if answers != {204}:
        raise RuntimeError(f"{path} answered {answers}")
    return spent, answers.pop()


def _cpu(pid: int, ground: Ground) -> float:
    postmaster = int((ground.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    total = 0.0
    for root in (pid, postmaster):
        for one in (psutil.Process(root), *psutil.Process(root).children(recursive=True)):
            times = one.cpu_times()
            total += times.user + times.system
    return total
