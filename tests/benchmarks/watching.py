"""A thousand open pages that ask whether anything is new: cores of the web server and the database, and memory."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psutil

from hubapp.app import create_app
from tests.benchmarks import filling, town
from tests.benchmarks.cold import MIB, free_port, get, wait_for
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result
from tests.benchmarks.town import Town

OPEN_PAGES, SECONDS, ITEMS = 1_000, 15, 10_000
# As the script asks: every 15 seconds at first, and once in four minutes where nothing comes.
FRESH, RESTING = 15, 240
NOTHING, SOMETHING = 204, 200


def open_pages(ground: Ground) -> Iterator[Result]:
    """The feed of a hub with 10,000 posts, on a thousand screens."""
    server = ground.database("open_pages")
    app = create_app(server.settings, server)
    place = town.build(app)
    filling.fill(app, place, size=ITEMS)
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
    newest = re.search(rb'name="after" value="([0-9a-f-]{36})"', _body(port, headers))
    if newest is None:
        raise RuntimeError("the feed does not say what is the newest")
    seen = UUID(newest[1].decode())
    # One that was written before it, as if it were not shown yet: all but the newest.
    before = UUID(int=seen.int - 1)
    for what, after, pause, status, goal in (
        ("just opened, nothing new", seen, FRESH, NOTHING, 1.0),
        ("just opened, and somebody wrote", before, FRESH, SOMETHING, 1.5),
        ("at rest, nothing new", seen, RESTING, NOTHING, 0.1),
    ):
        spent = _cores(port, f"/feed/news?after={after}&have=0", headers, OPEN_PAGES / pause, status, pid, ground)
        yield Result(
            f"{OPEN_PAGES:,} open feeds, {what}: cores of web server and database",
            f"{OPEN_PAGES / pause:.0f} requests a second, each {status}",
            spent,
            goal,
            unit=" cores",
        )
    sizes = [one.memory_info().rss / MIB for one in _family(pid)]
    yield Result(
        "Resident memory of a web worker afterwards",
        f"the largest; {sum(sizes):.0f} MiB in {len(sizes)} processes of the web server",
        max(sizes),
        200,
        unit=" MiB",
    )


def _body(port: int, headers: Mapping[str, str]) -> bytes:
    page = get(port, "/feed", {name: value for name, value in headers.items() if name != "HX-Request"})
    return page[1]


def _cores(
    port: int, path: str, headers: dict[str, str], rate: float, expected: int, pid: int, ground: Ground
) -> float:
    """CPU seconds per second while the page is asked for so often; raises where it answers otherwise."""
    count, begin = round(rate * SECONDS), time.monotonic()
    before = _cpu(pid, ground)

    def ask(number: int) -> int:
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        return get(port, path, headers)[0]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(count)))
    spent = (_cpu(pid, ground) - before) / max(SECONDS, time.monotonic() - begin)
    if answers != {expected}:
        raise RuntimeError(f"{path} answered {answers}")
    return spent


def _cpu(pid: int, ground: Ground) -> float:
    postmaster = int((ground.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    times = (one.cpu_times() for root in (pid, postmaster) for one in _family(root))
    return sum(one.user + one.system for one in times)


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
