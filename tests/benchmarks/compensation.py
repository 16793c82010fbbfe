"""The close of a period at the size of a country: engine alone, with the database, against SQL; one order at a time."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg

from hubapp.earnings.compensation.plans.live import Volumes
from hubapp.earnings.compensation.plans.tree import plant
from tests.benchmarks import closing, country, network, period
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result, milliseconds
from tests.benchmarks.network import Size
from tests.earnings.compensation import keeping
from tests.earnings.compensation.keeping import Sale

# HUBAPP_BENCH_MEMBERS=20000 shows in a minute that it works; goals are for the whole million. HUBAPP_BENCH_BOOKED: how
# many lines of the default plan are then booked in the books of their hubs; all of them would take an hour.
SIZE = Size(*(int(os.environ.get("HUBAPP_BENCH_MEMBERS", "1000000")) * each for each in (1, 5)))
BOOKED = int(os.environ.get("HUBAPP_BENCH_BOOKED", "20000"))
PEAK = 1430  # MiB: 1.5 GB
ORDERS = 20_000
# Own volumes, carried to everybody above in one recursive statement, as one would without an engine.
ROLL_UP = """
WITH RECURSIVE own AS (SELECT seller, sum(cv) AS cv FROM sale GROUP BY seller),
way AS (
  SELECT id AS above, sponsor, cv FROM own JOIN member ON id = seller
  UNION ALL
  SELECT id, member.sponsor, cv FROM way JOIN member ON id = way.sponsor
), gv AS (SELECT above, sum(cv) AS cv FROM way GROUP BY above)
SELECT sum(cv) FROM gv
"""


def close(ground: Ground) -> Iterator[Result]:
    """All of it; each close in a process of its own."""
    many = f"{SIZE.members:,} members, {SIZE.orders:,} orders"
    for name in network.PLANS:
        took = process("closing", name, SIZE.members, SIZE.orders)
        figures = f"{took['close']:.2f} s : {milliseconds(took['copy'])}"
        what = f"Close of {many}, {name} plan: engine alone against a warm numpy copy of what it reads, CPU time"
        yield Result(what, figures, took["close"] / took["copy"], 30)
        yield Result("Its peak memory", "the closing process", took["peak"], PEAK, " MiB")
        if name == list(network.PLANS)[-1]:
            yield _sql(ground.database("rolled").admin, took["roll_up"], took["gv"])
    yield from _in_the_product(ground, many)
    yield _one_order()


def _in_the_product(ground: Ground, many: int) -> Iterator[Result]:
    """By the code that closes periods, reading from and writing to the tables that it has; the default plan last."""
    app = ground.app("country")
    server = app.extensions["hubapp.server"]
    country.fill(app, server.admin, network.columns(SIZE))
    for name in reversed(network.PLANS):
        country.announce(server.admin, name)
        most, environment = BOOKED if name == "default" else 0, ground.environment(server)
        process("period", period.LIVE, environment=environment)
        country.settle(server.admin)
        took = process("period", most, environment=environment)
        parts = [f"{part} {took['seconds'][part]:.1f} s, {took['peaks'][part]:.0f} MiB" for part in period.PARTS]
        figures = f"{'; '.join(parts)}; whole {took['whole']:.1f} s with {took['lines']:,} lines"
        what = f"Peak memory of a close of {many}, {name} plan, from PostgreSQL and into it"
        yield Result(what, figures, max(took["peaks"].values()), PEAK, " MiB")
        if most:
            figures = f"{took['booked']:,} of them, {took['booked'] / took['booking']:.0f} a second"
            yield Result("The same with booking lines in the books of their hubs", figures, took["peak"], PEAK, " MiB")


def process(module: str, *arguments: object, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """What a module of benchmarks prints at its end as JSON, run by itself so that its peak memory is its own."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=closing.ROOT, env=environment)
    if done.returncode:
        raise RuntimeError(f"{command[2:]} ended with {done.returncode}: {done.stderr[-2000:]}")
    # The application's own log comes before.
    taken: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return taken


def _sql(dsn: str, rolled: float, gv: int) -> Result:
    """The statement may keep all it needs in memory, and reads tables that were just vacuumed."""
    closing.fill(dsn, network.columns(SIZE))
    with psycopg.connect(dsn) as connection:
        connection.execute("SET work_mem = '1GB'")
        connection.execute("SET max_parallel_workers_per_gather = 2")
        begin = time.perf_counter()
        (found,) = connection.execute(ROLL_UP).fetchone() or (0,)
        taken = time.perf_counter() - begin
    if found != gv:
        raise RuntimeError(f"group volumes are {found} by SQL and {gv} by the engine")
    figures = f"{taken:.1f} s : {rolled:.2f} s"
    return Result("The same roll-ups as recursive SQL against the engine", figures, taken / rolled, 50, is_floor=True)


def _one_order() -> Result:
    """CPU time of the mean order: the line above its seller, and every volume on it."""
    columns, plan = network.columns(SIZE)["member"], network.plan("default")
    tree, chance = plant(columns["sponsor"], range(SIZE.members)), random.Random(5)
    kept = dict.fromkeys(range(SIZE.members), Volumes())
    sellers = [chance.randrange(SIZE.members) for _ in range(ORDERS)]
    touched, begin = 0, time.process_time()
    for seller in sellers:
        line = tree.path(seller)
        keeping.record(kept, Sale(cv=1000, pv=1000), line, base=plan.base)
        touched += len(line)
    mean = (time.process_time() - begin) / ORDERS
    assert int(np.sum([kept[root].gv for root in np.flatnonzero(tree.parent < 0).tolist()])) == 1000 * ORDERS
    figures = f"{touched / ORDERS:.1f} members touched"
    return Result("Incremental update of one order, CPU time", figures, mean * 1000, 1, " ms")
