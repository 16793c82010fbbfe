"""A thousand open pages that ask whether anything is new: cores and memory of the web server and of the database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import psutil
from sqlalchemy import select, text

from hubapp.app import create_app
from hubapp.community.messages import services as messages
from hubapp.community.messages.models import Part
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks import filling, town
from tests.benchmarks.cold import MIB, free_port, get, wait_for
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result
from tests.benchmarks.town import Town
from tests.factories.members import make_member

# HUBAPP_BENCH_ITEMS=2000 shows in a minute that it works; goals are for all of them.
ITEMS = int(os.environ.get("HUBAPP_BENCH_ITEMS", "100000"))
OPEN_PAGES, PEOPLE, SECONDS = 1_000, 300, 15
# Of ten open pages: what people leave open.
MIX = ("feed",) * 4 + ("conversation",) * 2 + ("inbox",) * 2 + ("messages",) * 2
# As the script asks: every 15 seconds at first, and once in four minutes where nothing comes.
FRESH, RESTING = 15, 240
NOTHING, SOMETHING = 204, 200


@dataclass(frozen=True, slots=True)
class Screen:
    """An open page of somebody: where it asks, and the newest thing that it shows."""

    path: str
    cookie: str
    seen: UUID

    def asks(self, *, is_behind: bool) -> str:
        """The address; `is_behind`: as if the newest were not shown yet."""
        return f"{self.path}?have=0&after={UUID(int=self.seen.int - 1) if is_behind else self.seen}"


@dataclass(frozen=True, slots=True)
class Machine:
    """The web server and the database behind it: their processes."""

    port: int
    web: int
    database: int

    def cpu(self) -> tuple[float, float]:
        """Seconds that both have worked."""
        return _seconds(self.web), _seconds(self.database)


def open_pages(ground: Ground) -> Iterator[Result]:
    """A hub with 100,000 posts and a conversation with as many answers, on a thousand screens of 300 people."""
    server = ground.database("open_pages")
    app = create_app(server.settings, server)
    place = town.build(app)
    post_id = filling.fill(app, place, size=ITEMS)
    screens = _screens(app, place, post_id)
    town.analyse(app)  # what would otherwise go on beside what is measured
    port = free_port()
    environ = {**ground.environment(server), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "hubapp.cli", "serve"], env=environ, stderr=subprocess.DEVNULL)
    postmaster = int((ground.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    try:
        wait_for(port)
        yield from _asked(Machine(port, process.pid, postmaster), screens)
    finally:
        process.terminate()
        process.wait(30)


def _screens(app: HubFlask, place: Town, post_id: UUID) -> list[Screen]:
    """Everybody writes to the next one, so that all have threads; each has three or four pages open."""
    with app.app_context():
        people = [make_member(place.hub_id, f"Watcher {number}") for number in range(PEOPLE)]
        cookies = [town.cookie_of(app, person.account_id, place.hub_id) for person in people]
        with hub_scope(place.hub_id), unit_of_work():
            threads = [
                messages.start(
                    author_id=one.account_id, to=[other.handle], title="", body_md="Hello!", now=clock.wall()
                )
                for one, other in zip(people, [*people[1:], people[0]], strict=True)
            ]
            ends = {row.thread_id: row.last_id for row in db.session.scalars(select(Part))}
            post, answer = (
                db.session.execute(text(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1")).scalar_one()
                for table in ("post", "post_comment")
            )
    found = []
    for number in range(OPEN_PAGES):
        who, kind = number % PEOPLE, MIX[number // 7 % len(MIX)]
        mine, before = ends[threads[who]], ends[threads[who - 1]]
        path, seen = {
            "feed": ("/feed/news", post),
            "conversation": (f"/feed/{post_id}/news", answer),
            "inbox": ("/messages/news", max(mine, before)),
            "messages": (f"/messages/{threads[who]}/news", mine),
        }[kind]
        found.append(Screen(path, cookies[who], seen))
    return found


def _asked(machine: Machine, screens: Sequence[Screen]) -> Iterator[Result]:
    kinds = Counter(re.sub(r"[0-9a-f-]{36}", "…", one.path) for one in screens)
    mix = ", ".join(f"{count} {path}" for path, count in kinds.items())
    for what, is_behind, pause, goal in (
        ("just opened, nothing new", False, FRESH, 1.0),
        ("just opened, and somebody wrote", True, FRESH, 1.5),
        ("at rest, nothing new", False, RESTING, 0.1),
    ):
        status = SOMETHING if is_behind else NOTHING
        web, database = _cores(machine, screens, len(screens) / pause, status, is_behind=is_behind)
        yield Result(
            f"{len(screens):,} open pages of {PEOPLE} people ({mix}), {what}: cores",
            f"{len(screens) / pause:.0f} requests a second, each {status}; web {web:.2f}, database {database:.2f}",
            web + database,
            goal,
            unit=" cores",
        )
    yield from _memory(machine)


def _memory(machine: Machine) -> Iterator[Result]:
    sizes = [one.memory_info().rss / MIB for one in _family(machine.web)]
    yield Result(
        "Resident memory of a web worker afterwards",
        f"the largest; {sum(sizes):.0f} MiB in {len(sizes)} processes of the web server",
        max(sizes),
        200,
        unit=" MiB",
    )
    # Each process' part of what is shared, so that nothing counts twice.
    parts = [one.memory_full_info().pss / MIB for one in _family(machine.database)]
    yield Result(
        "Memory of the database afterwards",
        f"{len(parts)} processes, the 128 MiB that they share counted once",
        sum(parts),
        400,
        unit=" MiB",
    )


def _cores(
    machine: Machine, screens: Sequence[Screen], rate: float, expected: int, *, is_behind: bool
) -> tuple[float, float]:
    """CPU seconds per second of web server and database while pages ask so often; raises if they hear anything else."""
    count = round(rate * SECONDS)
    web, database = machine.cpu()
    begin = time.monotonic()

    def ask(number: int) -> tuple[str, int]:
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        # Not one kind after the other: at rest a part of them asks.
        screen = screens[number * 37 % len(screens)]
        headers = {"Host": f"{town.SLUG}.localhost:{machine.port}", "Cookie": screen.cookie, "HX-Request": "true"}
        return screen.path, get(machine.port, screen.asks(is_behind=is_behind), headers)[0]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(count)))
    took = max(SECONDS, time.monotonic() - begin)
    after = machine.cpu()
    if wrong := {answer for answer in answers if answer[1] != expected}:
        raise RuntimeError(f"not {expected}: {sorted(wrong)[:5]}")
    return (after[0] - web) / took, (after[1] - database) / took


def _seconds(root: int) -> float:
    """Of a process, those that it started, and those of them that have ended."""
    times = [one.cpu_times() for one in _family(root)]
    return sum(one.user + one.system for one in times) + times[0].children_user + times[0].children_system


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
