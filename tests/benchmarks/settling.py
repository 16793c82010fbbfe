"""Settling paid orders: the whole job against bare psycopg writing the same rows; a webhook's time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from statistics import median
from uuid import UUID

from werkzeug.test import EnvironBuilder

from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders.models import Checkout
from hubapp.money.payments.sandbox.webhooks import sign
from hubapp.money.payments.wiring import EXTENSION
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result, answer, milliseconds
from tests.benchmarks.replaying import against_bare, copy_of
from tests.benchmarks.town import analyse
from tests.factories.market import Shop, make_shop, place

ORDERS, WARM_UP, AT_A_TIME = 150, 30, 10
WEBHOOKS = 200
SETTLE = "market.orders.handlers:settle"


def settle(ground: Ground) -> Iterator[Result]:
    """By turns, ten orders each, by the wall clock, for the database works as much as we do."""
    app = ground.app("settling")
    app.extensions[EXTENSION].dispatch = lambda _command_id: None
    with app.app_context():
        shop = make_shop(stock=None)
    checkouts = [_placed(app, shop) for _ in range(WARM_UP + ORDERS)]
    analyse(app)
    for checkout in checkouts[:WARM_UP]:
        _settle(app, shop.hub_id, checkout)
    bare = copy_of(ground, app, "settling")
    rest = checkouts[WARM_UP:]
    parts = [partial(_settle_many, app, shop.hub_id, rest[at : at + AT_A_TIME]) for at in range(0, ORDERS, AT_A_TIME)]
    ours, theirs = against_bare(app, bare, parts)
    figures = f"{ORDERS / ours:.0f} : {ORDERS / theirs:.0f} a second"
    yield Result("Settle jobs against bare psycopg writing the same", figures, theirs / ours, 0.25, is_floor=True)
    yield _webhook(app)


def _placed(app: HubFlask, shop: Shop) -> Checkout:
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop, now=clock.now())
        return db.session.get_one(Checkout, (shop.hub_id, checkout_id))


def _settle_many(app: HubFlask, hub_id: int, checkouts: list[Checkout]) -> None:
    for checkout in checkouts:
        _settle(app, hub_id, checkout)


def _settle(app: HubFlask, hub_id: int, checkout: Checkout) -> None:
    told = {
        "hub_id": hub_id,
        "payment_id": str(checkout.payment_id or UUID(int=0)),
        "reference": f"checkout:{checkout.id}",
        "amount": checkout.total,
        "fee": 65,
        "currency": checkout.currency,
    }
    worker.run_job(app, name=SETTLE, hub_id=hub_id, arguments=told)


def _webhook(app: HubFlask) -> Result:
    """CPU time of this process from a provider's event to its answer."""
    wiring = app.extensions[EXTENSION]
    secret, taken = wiring.webhook_secret("platform") or "", []
    for number in range(WEBHOOKS):
        charge = {"id": f"ch_sbx{number}", "object": "charge", "metadata": {}}
        told = {
            "id": f"evt_sbx{number}",
            "object": "event",
            "type": "charge.succeeded",
            "created": 1,
            "livemode": False,
        }
        body = json.dumps(told | {"data": {"object": charge}}).encode()
        made = EnvironBuilder(
            wiring.webhook_path("platform"), base_url=wiring.settings.public_url, method="POST", data=body
        )
        environ = {**made.get_environ(), "wsgi.input": BytesIO(body)}
        environ["HTTP_STRIPE_SIGNATURE"] = sign(body, secret, clock.wall())
        begin = time.process_time()
        answer(app, environ, "204")
        taken.append(time.process_time() - begin)
    middle, worst = median(taken[WARM_UP:]), max(taken[WARM_UP:])
    figures = f"{milliseconds(middle)}, the slowest {milliseconds(worst)}"
    return Result("A webhook's CPU time until it is answered, of 100 ms", figures, middle / 0.1, 1)
