"""Sandboxes for tests: a database each, and the steps that many tests begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg

from hubapp.money.payments.gateway import CheckoutLine, CheckoutSession, Ok, Outcome, PaymentGateway
from hubapp.money.payments.gateway_values import CheckoutState
from hubapp.money.payments.sandbox import schema
from hubapp.money.payments.sandbox.cards import BY_NUMBER
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from hubapp.money.payments.sandbox.paying import Attempt, Result

SITE = "http://localhost:8000"
PAYS = "4242424242424242"
AT_ONCE = "4000000000000077"


def execute(admin: str, statement: str) -> None:
    """Run one administrative statement outside of a transaction."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(statement.encode())


def make_template(admin: str, name: str) -> None:
    """An installed, empty sandbox database to clone."""
    execute(admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    execute(admin, f"CREATE DATABASE {name}")
    schema.install(admin.replace("dbname=postgres", f"dbname={name}"))


@contextmanager
def cloned_sandbox(admin: str, template: str, name: str) -> Iterator[Sandbox]:
    """A sandbox on a fresh clone, gone afterwards."""
    execute(admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    execute(admin, f"CREATE DATABASE {name} TEMPLATE {template}")
    sandbox = Sandbox(admin.replace("dbname=postgres", f"dbname={name}"), site=SITE)
    try:
        yield sandbox
    finally:
        sandbox.close()
        execute(admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def value(outcome: Outcome[object]) -> object:
    """What an outcome brought; fails the test when it brought nothing."""
    assert isinstance(outcome, Ok), outcome
    return outcome.value


def attempt(number: str) -> Attempt:
    """A card's owner pressing the button."""
    return Attempt(BY_NUMBER[number], 12, 2099, "Ann Example", "ann@example.org")


@dataclass
class Shop:
    """A sandbox with the gateway that leads to it, and the usual steps; keys count up."""

    gateway: PaymentGateway
    sandbox: Sandbox
    posted: list[str] = field(default_factory=list)
    _keys: int = 0

    def key(self) -> str:
        """A key that was not used before."""
        self._keys += 1
        return f"test:{self._keys}"

    def open(self, amount: int = 2000, currency: str = "eur", *, key: str | None = None) -> Outcome[CheckoutSession]:
        """Ask for a checkout of one line."""
        return self.gateway.create_checkout(
            key=key or self.key(),
            reference="checkout:1",
            amount=amount,
            currency=currency,
            lines=[CheckoutLine("Walnut oil", amount)],
            description="Order 1",
            success_url="http://lyon.localhost:8000/checkout/done?session={CHECKOUT_SESSION_ID}",
            cancel_url="http://lyon.localhost:8000/basket",
            expires_at=self.sandbox.now() + timedelta(hours=1),
            metadata={"hub_id": "1"},
            customer_email="ann@example.org",
        )

    def checkout(self, amount: int = 2000, currency: str = "eur") -> str:
        """The id of an open checkout."""
        opened = self.open(amount, currency)
        assert isinstance(opened, Ok), opened
        return opened.value.id

    def pay(self, checkout_id: str, number: str = PAYS) -> Result:
        """Try a card on the hosted page."""
        return self.sandbox.pay(checkout_id, attempt(number))

    def sell(self, amount: int = 2000, currency: str = "eur", number: str = PAYS) -> CheckoutState:
        """A checkout, paid."""
        checkout_id = self.checkout(amount, currency)
        self.pay(checkout_id, number)
        return self.gateway.retrieve_checkout(checkout_id)

    def charge(self, amount: int = 2000, currency: str = "eur", number: str = PAYS) -> str:
        """The id of a successful charge."""
        charge = self.sell(amount, currency, number).charge
        assert charge is not None
        assert charge.status == "succeeded"
        return charge.id

    def new_payee(self) -> str:
        """An account that nobody has filled in."""
        created = self.gateway.create_payee(
            key=self.key(), country="FR", currency="eur", email="bo@example.org", metadata={"account": "bo"}
        )
        assert isinstance(created, Ok), created
        return created.value.id

    def link(self, account_id: str) -> str:
        """The id in a fresh onboarding link."""
        url = self.gateway.onboarding_link(
            account_id=account_id, refresh_url=f"{SITE}/again", return_url=f"{SITE}/done"
        )
        return parse_qs(urlsplit(url).query)["link"][0]

    def payee(self, *, is_bank_working: bool = True) -> str:
        """An account that may be paid."""
        account_id = self.new_payee()
        form = Onboarding("individual", "Bo Example", "FR7612345678", is_bank_working=is_bank_working)
        self.sandbox.onboard(account_id, self.link(account_id), form)
        return account_id

    def paid_payee(self, amount: int = 1000, *, is_bank_working: bool = True) -> str:
        """An account with money from us on its balance."""
        self.charge(amount * 3, number=AT_ONCE)
        account_id = self.payee(is_bank_working=is_bank_working)
        moved = self.gateway.create_transfer(
            key=self.key(), amount=amount, currency="eur", destination=account_id, metadata={}, transfer_group="run:1"
        )
        assert isinstance(moved, Ok), moved
        return account_id
