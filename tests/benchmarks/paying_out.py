"""Paying out 100,000 earning rights: the jobs against bare psycopg writing the same, and the memory they need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import psutil

from hubapp.earnings.payouts import services as payouts
from hubapp.earnings.payouts.models import Payee
from hubapp.earnings.shares import services as shares
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.money.payments.wiring import EXTENSION
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result
from tests.benchmarks.replaying import against_bare, copy_of
from tests.benchmarks.town import analyse
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub
from tests.factories.placed import behind

RIGHTS, PAYEES = 100_000, 100
AT_ONCE = 2_000
LONG_AGO = timedelta(days=60)
MIB = 1024 * 1024


def pay(ground: Ground) -> Iterator[Result]:
    """Each payee's rights are claimed and the transfer is ordered: what we do before the provider has its say."""
    app = ground.app("paying_out")
    app.extensions[EXTENSION].dispatch = lambda _command_id: None
    process = psutil.Process()
    before = process.memory_info().rss
    with app.app_context():
        hub_id = make_hub()
        people = [make_account(f"Seller {number}") for number in range(PAYEES)]
        _earn(hub_id, people)
        _connect(people)
    analyse(app)
    bare = copy_of(ground, app, "paying_out")
    most = 0

    def pay_one(person: UUID) -> None:
        nonlocal most
        _pay_one(app, hub_id, person)
        most = max(most, process.memory_info().rss)

    ours, theirs = against_bare(app, bare, [partial(pay_one, person) for person in people])
    figures = f"{RIGHTS / ours:,.0f} : {RIGHTS / theirs:,.0f} rights a second"
    yield Result(
        f"Payout jobs over {RIGHTS:,} rights of {PAYEES} payees against bare psycopg writing the same",
        figures,
        theirs / ours,
        0.5,
        is_floor=True,
    )
    grown = (most - before) // MIB
    yield Result("What the process grew by, making the rights and paying them out", "at most", grown, 200, " MiB")


def _earn(hub_id: int, people: list[UUID]) -> None:
    """Sales long past their hold, brought in by the thousand."""
    at = clock.now() - LONG_AGO
    with hub_scope(hub_id), unit_of_work():
        terms = shares.freeze_terms(now=clock.now())
    for begin in range(0, RIGHTS, AT_ONCE):
        orders = [
            shares.SettledOrder(
                order_id=uuid7(),
                number=str(number),
                currency="EUR",
                gross=1_000,
                tax=0,
                shipping=0,
                base=1_000,
                fee=40,
                seller_owner=f"account:{people[number % PAYEES]}",
                terms=terms,
                occurred_at=at,
            )
            for number in range(begin, begin + AT_ONCE)
        ]
        with hub_scope(hub_id), unit_of_work():
            behind(*orders)
            shares.settle_many(orders=orders)


def _connect(people: list[UUID]) -> None:
    with platform_scope(reason="benchmark"), unit_of_work():
        db.session.add_all(
            Payee(
                account_id=person,
                country="FR",
                currency="EUR",
                email="seller@example.org",
                provider_account_id=None,
                status="ready",
                created_at=clock.now(),
            )
            for person in people
        )


def _pay_one(app: HubFlask, hub_id: int, person: UUID) -> None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        payout_id = str(payouts.request_payout(account_id=person, currency="EUR", now=clock.now()))
    for name, where in (("payouts.plan", None), ("payouts.prepare", hub_id), ("payouts.gather", None)):
        worker.run_job(app, name=name, hub_id=where, arguments={"payout_id": payout_id})
