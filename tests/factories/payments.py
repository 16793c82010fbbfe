"""A shop with a real sandbox behind it: hubs, payments, cards, and the provider's events."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from hubapp.jobs import worker
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.money.payments import delivery, plug, queries, sandbox_clock, services, wiring
from hubapp.money.payments.events import ChargeFailed, ChargeSettled, PaymentExpired, RefundFailed, RefundSettled
from hubapp.money.payments.gateway_models import GatewayCommand
from hubapp.money.payments.models import Payment, Refund
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.services import Line
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.races import meeting
from tests.factories.sandbox import PAYS, attempt

PAYER = UUID(int=7)
EVENTS = (ChargeSettled, ChargeFailed, PaymentExpired, RefundSettled, RefundFailed)
told: list[Any] = []


def _listen(kind: type) -> None:
    def listen(event: Any) -> None:
        told.append(event)

    listen.__name__ = f"listen_to_{kind.__name__}"
    on(kind)(listen)


for _kind in EVENTS:
    _listen(_kind)


@dataclass
class Till:
    """An application on real databases with its sandbox, and the steps that tests begin with."""

    app: HubFlask
    sandbox: Sandbox
    currency: str = "EUR"

    @property
    def wiring(self) -> wiring.Wiring:
        """What the application's payments are wired to."""
        found: wiring.Wiring = self.app.extensions[wiring.EXTENSION]
        return found

    def ask(
        self, hub_id: int, amount: int = 2000, *, reference: str = "", minutes: int = 60, payer: UUID = PAYER
    ) -> UUID:
        """Ask for a payment and let the edge dispatch it."""
        with self.app.app_context(), hub_scope(hub_id), unit_of_work():
            return services.request_checkout(
                reference=reference or f"test:{uuid4()}",
                payer_id=payer,
                payer_email="ann@example.org",
                amount=Money(amount, self.currency),
                lines=(Line("Walnut oil", 1, amount),),
                description="Order 1",
                success_path="/orders",
                cancel_path="/basket",
                expires_at=clock.now() + timedelta(minutes=minutes),
                now=clock.now(),
            )

    def pay(self, hub_id: int, payment_id: UUID, number: str = PAYS) -> None:
        """Try a card on the hosted page."""
        checkout_id = self.payment(hub_id, payment_id).checkout_id
        assert checkout_id is not None
        self.sandbox.pay(checkout_id, attempt(number))

    def sell(self, hub_id: int, amount: int = 2000, number: str = PAYS, *, reference: str = "") -> UUID:
        """A payment, paid and seen by us."""
        payment_id = self.ask(hub_id, amount, reference=reference)
        self.pay(hub_id, payment_id, number)
        self.observe(hub_id, payment_id)
        return payment_id

    def observe(self, hub_id: int, payment_id: UUID) -> None:
        """Look at the provider."""
        with self.app.app_context(), hub_scope(hub_id), unit_of_work():
            services.observe(payment_id=payment_id, now=clock.now())

    def refund(self, hub_id: int, payment_id: UUID, amount: int, reference: str = "refund:1") -> UUID:
        """Ask for money back."""
        with self.app.app_context(), hub_scope(hub_id), unit_of_work():
            return services.request_refund(
                payment_id=payment_id,
                amount=Money(amount, self.currency),
                reference=reference,
                reason="",
                now=clock.now(),
            )

    def payment(self, hub_id: int, payment_id: UUID) -> Payment:
        """A payment as it is now."""
        with self.app.app_context(), hub_scope(hub_id), unit_of_work():
            return queries.payment(payment_id)

    def refunded(self, hub_id: int, refund_id: UUID) -> Refund:
        """A refund as it is now."""
        with self.app.app_context(), hub_scope(hub_id), unit_of_work():
            return queries.refund_for_change(refund_id)

    def told(self) -> list[str]:
        """Names of the events that were published, once their jobs have run."""
        run_all(self.app)
        return [type(event).__name__ for event in told]

    def hold_dispatch(self) -> None:
        """The process dies after its commit: nothing is sent at once from here on."""
        self.wiring.dispatch = lambda _command_id: None

    def commands(self, subject: str) -> list[GatewayCommand]:
        """The commands about something."""
        with self.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return list(queries.commands_of(subject))

    def run(self, name: str, hub_id: int | None = None, **arguments: Any) -> None:
        """Run one job."""
        worker.run_job(self.app, name=name, hub_id=hub_id, arguments=arguments)

    def sweep(self) -> None:
        """Everything that runs by the clock, and what it causes."""
        self.run("payments.sweep_commands")
        self.deliver()
        self.run("payments.sweep")
        run_all(self.app)

    def deliver(self) -> int:
        """The provider's events on their way to us."""
        with self.app.app_context():
            return delivery.deliver(self.wiring)

    def advance(self, by: timedelta) -> None:
        """Move the sandbox's clock and ours."""
        self.sandbox.advance(by)
        self.app.extensions["hubapp.sandbox_clock"].forget()
        self.app.extensions["hubapp.sandbox_clock"]()

    def meet_after_reading(self, table: str, *, nth: int = 1) -> AbstractContextManager[None]:
        """Make two threads meet after their nth reading of a table."""
        return meeting(self.app, lambda statement: f"\nFROM {table} " in statement, nth=nth)

    def make_commands_due(self) -> None:
        """Waiting commands may be tried again now."""
        with self.app.app_context(), platform_scope(reason="test"), unit_of_work():
            db.session.query(GatewayCommand).update({"next_try_at": clock.wall(), "lease_until": None})


def open_till(app: HubFlask, *, begin: datetime | None = NOW) -> Till:
    """A till on an application whose databases are its own.

    Business begins at `begin`, whenever the test runs: weeks later it must not be another year on some days and not on
    others. None leaves the clock as it is, for a sandbox where something has happened.
    """
    told.clear()
    plug.install_sandbox(app.extensions["hubapp.server"])
    sandbox_clock.install(app)
    found: wiring.Wiring = app.extensions[wiring.EXTENSION]
    found.post = _poster(app)
    assert found.sandbox is not None
    if begin is not None:
        clock.set_offset(found.sandbox.begin_at(begin))
    return Till(app, found.sandbox)


def _poster(app: HubFlask) -> Any:
    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        target = urlsplit(url)
        client = app.test_client()
        return client.post(target.path, data=body, headers={**headers, "Host": target.netloc}).status_code

    return post
