"""Ordering: the whole checkout POST against a bare view that inserts the same rows through the ORM."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import inspect, text
from werkzeug.test import EnvironBuilder

from hubapp.kernel import clock, ids
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders import services as orders
from hubapp.money.payments.gateway import CheckoutSession, Ok
from hubapp.money.payments.wiring import EXTENSION
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks import town
from tests.benchmarks.bare import Bare
from tests.benchmarks.ground import Ground, administrator
from tests.benchmarks.measuring import Result, answer, by_turns, milliseconds
from tests.benchmarks.town import Town

ROUNDS = 60
FIELDS = re.compile(r'name="(csrf_token|version|shown)"[^>]*value="([^"]*)"')
# Parents before children; tables that are missing here and get rows make the benchmark fail instead of flatter.
TABLES = ("checkout", "payment", "orders", "order_line", "order_step", "gateway_command", "procrastinate_jobs")
IGNORED = ("procrastinate_events", "basket")  # written by a trigger; the basket is made anew each round
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Rows = dict[str, list[dict[str, Any]]]


class Instant:
    """A provider that answers at once: its own time is not ours to measure."""

    def create_checkout(self, *, key: str, expires_at: Any, **_params: Any) -> Ok[CheckoutSession]:
        """An open card page."""
        until = expires_at if isinstance(expires_at, datetime) else datetime.fromisoformat(expires_at)
        return Ok(CheckoutSession(f"cs_{key}", "https://provider.example/pay", "open", until))


class Buyer:
    """Fills the basket and reads the page before the clock runs; then posts."""

    def __init__(self, app: HubFlask, place: Town) -> None:
        self.app, self.place = app, place
        self.client = app.test_client()
        self.prepared: dict[str, Any] = {}

    def prepare(self) -> None:
        """Two listings of two sellers in the basket, and the form as the page shows it."""
        place, now = self.place, clock.now()
        with self.app.app_context(), hub_scope(place.hub_id), unit_of_work():
            basket = orders.open_basket(account_id=place.shop.buyer, basket_id=None, now=now)
            for listing_id in place.listing_ids[:2]:
                orders.put_in_basket(basket_id=basket.id, listing_id=listing_id, quantity=1, now=now)
        page = self._request("GET", b"")
        fields = dict(FIELDS.findall(answer(self.app, page, "200")[1].decode()))
        self.prepared = self._request("POST", urlencode({**fields, "delivery": "pickup"}).encode())

    def _request(self, method: str, body: bytes) -> dict[str, Any]:
        builder = EnvironBuilder(
            "/checkout",
            base_url=self.place.base_url,
            method=method,
            headers={"Cookie": self.place.cookie, "Referer": self.place.base_url},
            content_type="application/x-www-form-urlencoded",
            input_stream=BytesIO(body),
            content_length=len(body),
        )
        return builder.get_environ()

    def post(self) -> None:
        """What is measured: from the click to the redirect."""
        answer(self.app, self.prepared, "303")


def place(ground: Ground) -> list[Result]:
    """Requests per second, one after the other, commits included."""
    app = ground.app("checkouts")
    home = town.build(app)
    wiring = app.extensions[EXTENSION]
    wiring.gateway = Instant()
    # Speaking to the provider comes after the commit, and the bare view speaks to none.
    send, wiring.dispatch = wiring.dispatch, lambda _command_id: None
    buyer = Buyer(app, home)
    rows = _written(app, buyer)
    bare = _bare(app.extensions["hubapp.server"].url("central"), rows)
    client = EnvironBuilder("/", method="POST", base_url="http://bare.example/").get_environ()

    def theirs() -> None:
        answer(bare.app, {**client, "wsgi.input": BytesIO()}, "303")

    ours_taken, theirs_taken = by_turns(
        [buyer.post, theirs], rounds=ROUNDS, timer=time.perf_counter, prepare=[buyer.prepare, lambda: None]
    )
    wiring.dispatch = send
    (whole,) = by_turns([buyer.post], rounds=ROUNDS // 2, timer=time.perf_counter, prepare=[buyer.prepare])
    count = sum(len(found) for found in rows.values())
    return [
        Result(
            f"Checkout POST (two sellers): rate against a bare Flask view that inserts the same {count} rows",
            f"{milliseconds(ours_taken)} : {milliseconds(theirs_taken)} with their commits; "
            f"{milliseconds(whole)} with opening the card page at a provider that answers at once",
            theirs_taken / ours_taken,
            0.5,
            is_floor=True,
        )
    ]


def _written(app: HubFlask, buyer: Buyer) -> Rows:
    """The rows that one checkout adds, by table."""
    buyer.prepare()
    with app.app_context(), administrator(app).connect() as connection:
        tables = [name for name in inspect(connection).get_table_names() if not name.startswith(IGNORED)]
        before = {name: _all(connection, name) for name in tables}
        connection.rollback()
        buyer.post()
        after = {name: _all(connection, name) for name in tables}
    added = {name: [row for key, row in after[name].items() if key not in before[name]] for name in tables}
    added = {name: found for name, found in added.items() if found}
    if missing := added.keys() - set(TABLES):
        raise RuntimeError(f"a checkout writes to {missing}, which the bare view does not know")
    return {name: added[name] for name in TABLES if name in added}


def _all(connection: Any, table: str) -> dict[str, dict[str, Any]]:
    rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings().all()
    keys = inspect(connection).get_pk_constraint(table)["constrained_columns"]
    return {json.dumps([str(row[key]) for key in keys]): dict(row) for row in rows}


def _bare(url: Any, rows: Rows) -> Bare:
    bare = Bare(url, tuple(rows))
    session, serial = bare.db.session, iter(range(1_000_000, 9_000_000))
    own = {value for found in rows.values() for row in found for key, value in row.items() if key == "id"}

    @bare.app.post("/")
    def checkout() -> tuple[str, int]:
        fresh = {str(old): ids.uuid7() for old in own if isinstance(old, UUID)}
        for table, found in rows.items():
            model = bare.models[table]
            session.add_all(model(**_renewed(table, row, fresh, serial)) for row in found)
            session.flush()  # parents before children, as nothing here says what depends on what
        session.commit()
        return "", 303

    return bare


def _renewed(table: str, row: Mapping[str, Any], fresh: Mapping[str, UUID], serial: Iterator[int]) -> dict[str, Any]:
    """The row once more, under new ids and numbers."""
    values = {name: _with_new_ids(value, fresh) for name, value in row.items()}
    if table == "procrastinate_jobs":
        del values["id"]
        values["queueing_lock"] = None
    for unique in {"number", "basket_version"} & values.keys():
        values[unique] = next(serial)
    return values


def _with_new_ids(value: Any, fresh: Mapping[str, UUID]) -> Any:
    if isinstance(value, UUID):
        return fresh.get(str(value), value)
    if isinstance(value, str):
        return UUIDS.sub(lambda found: str(fresh.get(found[0], found[0])), value)
    if isinstance(value, dict):
        return {key: _with_new_ids(inner, fresh) for key, inner in value.items()}
    return [_with_new_ids(inner, fresh) for inner in value] if isinstance(value, list) else value
