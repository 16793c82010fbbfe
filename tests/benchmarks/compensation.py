"""The close of a period at the size of a country: engine alone, with the database, against SQL; one order at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import func, select, text

from hubapp.earnings.compensation import live_queries, sources
from hubapp.earnings.compensation.models import ConnectorTerm, PlanSale
from hubapp.earnings.compensation.services import counting
from hubapp.earnings.compensation.services.counting import Change
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks import closing, country, network, period
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import WARM_UP, Result, costs_by_turns, milliseconds
from tests.benchmarks.network import HUBS, Size

# HUBAPP_BENCH_MEMBERS=20000 shows in a minute that it works; goals are for the whole million. HUBAPP_BENCH_BOOKED: how
# many lines of the default plan are then booked in the books of their hubs; all of them would take an hour.
SIZE = Size(*(int(os.environ.get("HUBAPP_BENCH_MEMBERS", "1000000")) * each for each in (1, 5)))
BOOKED = int(os.environ.get("HUBAPP_BENCH_BOOKED", "20000"))
PEAK = 1430  # MiB: 1.5 GB
ORDERS = 1000
HUBS_COUNT = """
[[component]]
id = "held"
type = "personal_tier"
mode = "slab"
threshold_on = "hub"
tiers = [{from = 0, bps = 0}, {from = 100000, bps = 100}]
"""
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
    yield _one_order(app)
    yield _held(app)


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


def _one_order(app: HubFlask) -> Result:
    """What the product does for each sale, in the sale's own transaction: a row with what it adds for everybody above.

    Sellers are drawn evenly from all who sold; the whole month is in the tables meanwhile.
    """
    added = "SELECT count(*) FROM plan_volume_delta"
    with app.app_context():
        with platform_scope(reason="benchmark"), unit_of_work():
            hubs = db.session.scalars(select(PlanSale.hub_id).distinct().order_by(PlanSale.hub_id)).all()
        with hub_scope(hubs[0]), unit_of_work():
            sold = select(PlanSale).where(PlanSale.kind == "product", PlanSale.seller_id.is_not(None))
            sales = iter(db.session.scalars(sold.order_by(PlanSale.id).limit(ORDERS + WARM_UP)).all())
            before = db.session.scalar(text(added)) or 0

            met = iter(["SELECT 1"])

            def one() -> None:
                for statement in met:  # once, so that its database process is known: the count asks the driver itself
                    db.session.execute(text(statement))
                row = next(sales)
                counting.count(changes=[Change(row, row.cv, row.pv, counting.AT_HANDOVER)])

            (cost,) = costs_by_turns([one], rounds=min(ORDERS, SIZE.orders // HUBS // 3))
            rows = (db.session.scalar(text(added)) or 0) - before
            many = min(ORDERS, SIZE.orders // HUBS // 3) + WARM_UP
    figures = f"the seller and {rows / many - 1:.1f} people above; {cost} of the database"
    return Result(
        "Volumes of one order, between closes, CPU time", figures, (cost.cpu + cost.database) * 1000, 1, " ms"
    )


def _held(app: HubFlask) -> Result:
    """What somebody's page waits for where a plan has a threshold on the hubs that they look after."""
    plan = sources.read(country.source("default") + HUBS_COUNT)
    starts, ends = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 2))
    with app.app_context():
        with platform_scope(reason="benchmark"), unit_of_work():
            found = live_queries.running("EUR", starts + timedelta(days=14))
            hub_id, account_id = db.session.execute(select(ConnectorTerm.in_hub_id, ConnectorTerm.account_id)).first()
        if found is None:
            raise RuntimeError("no plan is in force")
        found = replace(found, plan=plan)
        with hub_scope(hub_id), unit_of_work():
            sold = func.sum(PlanSale.amount), func.sum(PlanSale.cv)
            plain = select(func.count(), func.count(PlanSale.buyer_id.distinct()), *sold).where(
                PlanSale.hub_id == hub_id, PlanSale.handed_over_at >= starts, PlanSale.handed_over_at < ends
            )
            many = db.session.execute(plain).one()[0]
            if not live_queries.held_by(account_id, found, "EUR").customers:
                raise RuntimeError("the hub has no customer")
            read, summed = costs_by_turns(
                [
                    lambda: live_queries.held_by(account_id, found, "EUR"),
                    lambda: db.session.execute(plain).one(),
                ],
                rounds=20,
            )
    what = f"What a hub of {many:,} orders in the month comes to between closes, against a plain sum of the same rows"
    figures = f"{read} : {summed} of the database"
    return Result(what, figures, read.database / summed.database, 10)
