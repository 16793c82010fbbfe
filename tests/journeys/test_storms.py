"""Storms: ten thousand webhooks, the same post fifty times at once, a thousand races for the last one."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from werkzeug.test import EnvironBuilder

from hubapp.kernel import clock, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.errors import OutOfStock
from hubapp.market.catalogue.models import Listing
from hubapp.market.catalogue.services import stock
from hubapp.market.orders import services as orders
from hubapp.money.ledger.verify import verify
from hubapp.money.payments import dispatch
from hubapp.money.payments.gateway import Ok, Unknown
from hubapp.money.payments.sandbox.webhooks import sign
from hubapp.tenancy.scope import hub_scope
from tests.benchmarks.measuring import answer
from tests.conftest import Live
from tests.factories.hubs import make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.market import fill_basket, make_listing, make_shop, purchase
from tests.factories.payments import Till, open_till
from tests.factories.races import meeting, without_lock

SEED = 20261122
WEBHOOKS = 10_000
SALES = 40
AT_ONCE = 50
ROUNDS, RIVALS = 100, 10
Post = tuple[str, bytes, str]
FORGED = "t=1,v1=" + "0" * 64


@pytest.fixture
def till(live: Live) -> Iterator[Till]:
    opened = open_till(live.app)
    yield opened
    opened.sandbox.close()
    clock.set_offset(clock.timedelta(0))


@pytest.fixture
def hub(till: Till) -> int:
    with till.app.app_context():
        return make_hub("lyon")


def events_of(till: Till) -> list[Post]:
    """(address, payload, signature) of every event that the provider has, taken off its hands."""
    found: list[Post] = []

    def carry(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        found.append((url, body, headers["Stripe-Signature"]))
        return 204

    while till.sandbox.deliver_due(carry):
        pass
    return found


def post(till: Till, event: Post) -> bool:
    """Through the real view; whether it was taken. Anything but taken and refused is an error."""
    url, body, signature = event
    is_forged = signature == FORGED
    target = urlsplit(url)
    made = EnvironBuilder(target.path, base_url=f"{target.scheme}://{target.netloc}", method="POST", data=body)
    environ = {**made.get_environ(), "HTTP_STRIPE_SIGNATURE": signature, "wsgi.input": BytesIO(body)}
    answer(till.app, environ, "400" if is_forged else "204")
    return not is_forged


def storm(till: Till, events: list[Post], chance: random.Random) -> Iterator[Post]:
    """Every event many times, in any order, signed again after a while, and every fifth one forged."""
    secret = till.wiring.webhook_secret("platform") or ""
    for number in range(WEBHOOKS - len(events)):
        url, body, _signature = chance.choice(events)
        if number % 5 == 0:
            forged = json.loads(body) | {"id": f"evt_sbxforged{number}"}
            yield url, json.dumps(forged).encode(), FORGED
        else:
            yield url, body, sign(body, secret, clock.wall())
    yield from chance.sample(events, len(events))


def test_ten_thousand_webhooks_settle_each_sale_once(till: Till, hub: int) -> None:
    payments = [till.ask(hub) for _ in range(SALES)]
    for payment_id in payments:
        till.pay(hub, payment_id)
    events = events_of(till)
    taken = sum(post(till, event) for event in storm(till, events, random.Random(SEED)))
    assert taken > WEBHOOKS * 3 // 4
    kept = Counter(name for name, *_ in waiting(till.app))
    assert kept == {"payments.handle_event": len(events)}
    assert Counter(till.told()) == {"ChargeSettled": SALES}
    with till.app.app_context(), hub_scope(hub), unit_of_work():
        assert verify(hub).ok


def test_fifty_posts_under_one_key_are_one_refund(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.sell(hub, 2000))

    def ask(_: int) -> object:
        return till.wiring.gateway.create_refund(
            key="refund:1", charge_id=payment.charge_id or "", amount=500, metadata={}
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(ask, range(AT_ONCE)))
    assert all(isinstance(outcome, (Ok, Unknown)) for outcome in outcomes)  # one is under way: 409, ask again
    assert len({outcome.value.id for outcome in outcomes if isinstance(outcome, Ok)}) == 1
    assert len(till.wiring.gateway.find_refunds(charge_id=payment.charge_id or "")) == 1


def test_fifty_dispatchers_of_one_command_refund_once(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000)
    till.hold_dispatch()
    refund_id = till.refund(hub, payment_id, 500)
    (command,) = till.commands(f"refund:{refund_id}")

    def send(_: int) -> bool:
        with till.app.app_context():
            return dispatch.dispatch_command(command.id)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(send, range(AT_ONCE))) == 1
    assert till.told().count("RefundSettled") == 1


def test_fifty_clicks_on_one_page_are_one_checkout_and_one_charge(till: Till) -> None:
    with till.app.app_context():
        shop = make_shop(stock=AT_ONCE)
        with hub_scope(shop.hub_id), unit_of_work():
            confirmed = purchase(shop, fill_basket(shop))

    def click(_: int) -> UUID:
        with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
            return orders.place_orders(purchase=confirmed, now=clock.now())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(set(pool.map(click, range(AT_ONCE)))) == 1
    run_all(till.app)
    with till.sandbox.transaction() as tx:
        sessions = tx.connection.execute("SELECT id FROM resource WHERE kind = 'checkout.session'").fetchall()
    assert len(sessions) == 1


def race(live: Live, hub_id: int, pool: ThreadPoolExecutor) -> int:
    """Ten want the last one at the same moment; answers how many have it."""
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        listing_id = make_listing(stock=1, slug=ids.short_code().lower()).id

    def want(_: int) -> bool:
        try:
            with live.app.app_context(), hub_scope(hub_id), unit_of_work():
                wanted = {listing_id: 1}
                stock.reserve(offered=stock.offer(lines=wanted), lines=wanted)
        except OutOfStock:
            return False
        return True

    sold = sum(pool.map(want, range(RIVALS)))
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        assert db.session.get_one(Listing, (hub_id, listing_id)).reserved == 1
    return sold


def test_a_thousand_races_for_the_last_one_are_won_once_each(live: Live) -> None:
    with live.app.app_context():
        hub_id = make_hub("lyon")
    with ThreadPoolExecutor(RIVALS) as pool:
        assert [race(live, hub_id, pool) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_lock_the_last_one_is_refused_by_the_database_only(live: Live) -> None:
    with live.app.app_context():
        hub_id = make_hub("lyon")
    unlocked = without_lock("market.catalogue.services.stock.locked")
    reading = meeting(live.app, lambda statement: "\nFROM listing " in statement)
    with ThreadPoolExecutor(RIVALS) as pool, unlocked, reading, pytest.raises(IntegrityError, match="ck_listing_stock"):
        race(live, hub_id, pool)
