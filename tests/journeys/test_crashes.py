"""Web, worker and database are killed again and again while people buy: nothing is lost, doubled or unbalanced."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from hubapp.app import create_app
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.payments.sandbox import books
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.tenancy.scope import hub_scope
from tests.factories.accounts import base_url, sign_in
from tests.factories.market import Shop, make_listing, make_shop
from tests.factories.members import make_member
from tests.factories.processes import PROGRAMS, READY_SECONDS, Installation, Part, installed
from tests.support.shopping import Buyer, Surfer

SEED = 20261122
BUYERS = 4
PARTS: tuple[Part, ...] = ("serve", "worker", "database")
KILLS = int(os.environ.get("HUBAPP_KILLS", "10"))
SCARCE = 12
REST_SECONDS = 240


@pytest.fixture
def site() -> Iterator[Installation]:
    with installed() as found:
        yield found


def open_market(site: Installation) -> tuple[list[Buyer], list[UUID]]:
    """A hub with one thing without limit and one of which there are few, and buyers who are signed in."""
    app = create_app(site.settings, site.server)
    chance = random.Random(SEED)
    with app.app_context():
        shop: Shop = make_shop(price=1200, stock=None)
        members = [make_member(shop.hub_id, f"Ben {number}").account_id for number in range(BUYERS)]
        with hub_scope(shop.hub_id), unit_of_work():
            scarce = make_listing(title="Plum jam", slug="plum-jam", price=700, stock=SCARCE).id
        listings = [shop.listing_id, scarce]
        hub = base_url(app, shop.hub_id).rstrip("/")
        buyers = []
        for member in members:
            client = app.test_client()
            sign_in(client, member, shop.hub_id)
            host = hub.partition("://")[2]
            cookie = client.get_cookie(f"hub{shop.hub_id}", domain=host.partition(":")[0])
            assert cookie is not None
            surfer = Surfer(site.settings.port, {host: {cookie.key: cookie.value}})
            buyers.append(Buyer(surfer, hub, listings, random.Random(chance.random())))
        for engine in db.engines.values():
            engine.dispose()
    return buyers, listings


def kill_at_random(site: Installation, buyers: list[Buyer], chance: random.Random) -> None:
    """Every part in its turn, each turn in another order; in between people get something done, however slow it is."""
    parts: list[Part] = []
    for _ in range(KILLS):
        parts = parts or chance.sample(PARTS, len(PARTS))
        site.wait_until_ready()
        wait_for_life(site, buyers)
        time.sleep(chance.uniform(0.1, 1))
        site.kill(parts.pop())
    site.wait_until_ready()
    wait_for_life(site, buyers)


def wait_for_life(site: Installation, buyers: list[Buyer]) -> None:
    """Until somebody has ordered something since we began to wait."""
    before = sum(len(buyer.placed) for buyer in buyers)
    deadline = time.monotonic() + READY_SECONDS
    while sum(len(buyer.placed) for buyer in buyers) == before:
        assert time.monotonic() < deadline, site.log("serve")
        site.watch()
        time.sleep(0.1)


def come_to_rest(site: Installation) -> None:
    """Let time pass until nothing is left to do: what waits for its next try is due now."""
    deadline = time.monotonic() + REST_SECONDS
    while left := unfinished(site):
        assert time.monotonic() < deadline, (left, site.log("worker"))
        site.watch()
        site.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()")
        site.rows(
            "UPDATE gateway_command SET next_try_at = now(), lease_until = NULL WHERE status IN ('todo', 'unknown')"
        )
        site.rows("UPDATE payment SET checked_at = NULL WHERE status IN ('open', 'processing')")
        site.rows("UPDATE delivery SET next_at = now() WHERE state = 'pending'", sandbox=True)
        time.sleep(1)


def unfinished(site: Installation) -> list[object]:
    jobs = site.rows("SELECT status, args->>'name' AS name FROM procrastinate_jobs WHERE task_name = 'hubapp.run'")
    commands = site.rows("SELECT kind, status FROM gateway_command WHERE status IN ('todo', 'unknown')")
    events = site.rows("SELECT event_id FROM delivery WHERE state = 'pending'", sandbox=True)
    return [*jobs, *commands, *events]


def charges(site: Installation) -> dict[str, int]:
    """Charges that succeeded, by the provider's own database, with their amounts."""
    statement = "SELECT id, body FROM resource WHERE kind = 'charge' AND body->>'status' = 'succeeded'"
    return {row["id"]: row["body"]["amount"] for row in site.rows(statement, sandbox=True)}


def test_kill_9_in_the_middle_of_checkouts_loses_and_doubles_nothing(site: Installation) -> None:
    buyers, listings = open_market(site)
    for name in PROGRAMS:
        site.start(name)
    site.wait_until_ready()
    over = threading.Event()
    threads = [threading.Thread(target=buyer.shop, args=(over,)) for buyer in buyers]
    for thread in threads:
        thread.start()
    try:
        kill_at_random(site, buyers, random.Random(SEED))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    come_to_rest(site)
    assert not [surprise for buyer in buyers for surprise in buyer.surprises]
    assert_acknowledged(site, buyers)
    assert_settled_once(site)
    assert_stock(site, listings[1])
    assert_books(site)


def assert_acknowledged(site: Installation, buyers: list[Buyer]) -> None:
    """What a buyer was told is so."""
    known = {row["id"]: row for row in site.rows("SELECT id, status FROM checkout")}
    placed = [checkout_id for buyer in buyers for checkout_id in buyer.placed]
    paid = {checkout_id for buyer in buyers for checkout_id in buyer.paid}
    assert len(placed) == len(set(placed)) >= BUYERS
    assert set(placed) <= known.keys()
    assert paid
    assert {known[checkout_id]["status"] for checkout_id in paid} == {"paid"}


def assert_settled_once(site: Installation) -> None:
    """Each charge of the provider is one payment, one paid checkout, and one entry for each of its orders."""
    taken = charges(site)
    payments = site.rows("SELECT charge_id, amount FROM payment WHERE status = 'succeeded'")
    assert sorted(taken.items()) == sorted((row["charge_id"], row["amount"]) for row in payments)
    orders = site.rows(
        "SELECT o.id, o.status, o.gross FROM orders o JOIN checkout c ON c.id = o.checkout_id WHERE c.status = 'paid'"
    )
    assert {row["status"] for row in orders} == {"paid"}
    assert sum(row["gross"] for row in orders) == sum(taken.values())
    settled = [
        row["ref"] for row in site.rows("SELECT ref FROM ledger_entry WHERE idempotency_key LIKE 'order:%:settled'")
    ]
    assert sorted(settled) == sorted(f"order:{row['id']}" for row in orders)
    shares = site.rows("SELECT order_id, sum(amount) AS total FROM earning_right GROUP BY order_id")
    fees = {row["id"]: row["fee"] for row in site.rows("SELECT id, fee FROM order_share")}
    assert {row["order_id"]: row["total"] + fees[row["order_id"]] for row in shares} == {
        row["id"]: row["gross"] for row in orders
    }


def assert_stock(site: Installation, scarce: UUID) -> None:
    """Counters say what the orders say, and nothing was sold that was not there."""
    (listing,) = site.rows(f"SELECT stock, reserved, sold FROM listing WHERE id = '{scarce}'")
    lines = site.rows(
        "SELECT o.status, coalesce(sum(l.quantity), 0)::int AS quantity FROM orders o JOIN order_line l"
        f" ON l.order_id = o.id WHERE l.listing_id = '{scarce}' GROUP BY o.status"
    )
    by_status = {row["status"]: row["quantity"] for row in lines}
    assert (listing["sold"], listing["reserved"]) == (by_status.get("paid", 0), by_status.get("placed", 0))
    assert listing["sold"] + listing["reserved"] <= listing["stock"] == SCARCE


def assert_books(site: Installation) -> None:
    """The chain proves itself, and the books' provider accounts are what the provider has."""
    done = subprocess.run(
        [sys.executable, "-m", "hubapp.cli", "ledger", "verify"],
        env=site.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (ours,) = site.rows(
        "SELECT coalesce(sum(b.amount), 0)::bigint AS total FROM ledger_balance b JOIN ledger_account a"
        " ON a.hub_id = b.hub_id AND a.id = b.id WHERE a.owner = 'provider'"
        " AND a.purpose IN ('provider_pending', 'provider_balance')"
    )
    sandbox = Sandbox(site.server.sandbox, site=site.settings.public_url)
    with sandbox.transaction() as tx:
        theirs = books.balance(tx, PLATFORM)
    sandbox.close()
    assert ours["total"] == sum(row["amount"] for kind in ("available", "pending") for row in theirs[kind])
