"""What a person's statement of a period costs, and the job that keeps what everybody's lines are made of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from hubapp.kernel.db import db
from hubapp.money.payments import wiring
from hubapp.web.areas import HubFlask
from tests.benchmarks import compensation, country, network, period
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Page, Result, costs_by_turns
from tests.benchmarks.network import Size
from tests.factories import accounts

# HUBAPP_BENCH_EARNERS=5000 shows in a minute that it works; goals are for all of them.
FEW, MANY, EACH, ROUNDS = 1_000, int(os.environ.get("HUBAPP_BENCH_EARNERS", "100000")), 5, 30
PEAK = 1430  # MiB: 1.5 GB
# Somebody with as much to explain in both.
MEDIAN = """
SELECT account_id FROM plan_explained ORDER BY abs(jsonb_array_length(lines->0->'addends') - 8),
  abs(length(lines::text) - 2000), account_id LIMIT 1
"""


def explain(ground: Ground) -> Iterator[Result]:
    """A period of a thousand members and one of a hundred thousand; processes of their own close and explain each."""
    pages = []
    for size in (FEW, MANY):
        app = ground.app(f"explained_{size}")
        taken = _closed(ground, app, size)
        pages.append(_page(app))
    small, large = costs_by_turns(pages, rounds=ROUNDS)
    ratio = (large.cpu + large.database) / (small.cpu + small.database)
    figures = f"CPU + database {small} : {large}"
    yield Result(f"A statement's page of a period of {MANY:,} members against {FEW:,}", figures, ratio, 1.3)
    many = f"{MANY:,} members, {MANY * EACH:,} orders"
    figures = (
        f"{taken['rows']:,} people in {taken['seconds']:.1f} s ({taken['cpu']:.1f} s of CPU) after a close of"
        f" {taken['whole']:.1f} s, {taken['bytes'] / 2**20:.0f} MiB in the database"
    )
    yield Result(
        f"Keeping everybody's lines of {many} against its close", figures, taken["seconds"] / taken["whole"], 3
    )
    yield Result("Its peak memory", "the job's process", taken["peak"], PEAK, " MiB")
    signed = compensation.process(
        "period", period.SIGN, environment=ground.environment(app.extensions["hubapp.server"])
    )
    figures = f"the first in {signed['first']:.1f} s, the next in {signed['second']:.1f} s, {signed['one']:.0f} MiB"
    what = "Signing two people's files of it, then coming to another network: peak memory"
    yield Result(what, figures, signed["two"], PEAK, " MiB")


def _closed(ground: Ground, app: HubFlask, size: int) -> dict[str, float]:
    server = app.extensions["hubapp.server"]
    environment = ground.environment(server)
    country.fill(app, server.admin, network.columns(Size(size, size * EACH)))
    country.announce(server.admin, "default")
    compensation.process("period", period.LIVE, environment=environment)
    country.settle(server.admin)
    closed = compensation.process("period", 0, environment=environment)
    return {**compensation.process("period", period.KEEP, environment=environment), "whole": closed["whole"]}


def _page(app: HubFlask) -> Page:
    with app.app_context(), db.engines["central"].begin() as connection:
        account_id: UUID = connection.scalar(text(MEDIAN))
    app.extensions[wiring.EXTENSION].sandbox.begin_at(datetime.fromisoformat(country.CLOSES))
    client: FlaskClient = app.test_client()
    accounts.sign_in(client, account_id)
    path, base_url = f"/plan/pay/EUR-{country.MONTH}", accounts.base_url(app, None)
    client.get(path, base_url=base_url)  # the first page adds what forms need
    cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())
    page = Page(app, path, base_url=base_url, cookie=cookie)
    if "Your sale: order" not in page.text():
        raise RuntimeError(f"{path} explains nothing")
    return page
