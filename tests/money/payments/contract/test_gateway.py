"""One set of tests for both worlds: the sandbox, and the provider's test mode where a key is set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hubapp.money.payments.gateway import (
    CheckoutLine,
    CheckoutSession,
    ModeMismatch,
    NoSuchObject,
    Ok,
    Outcome,
    PaymentGateway,
    Rejected,
    Unknown,
)
from hubapp.money.payments.sandbox.engine import SECRET_KEY, Sandbox
from hubapp.money.payments.stripe_gateway import build_gateway
from tests.factories.gateways import checked_gateway

KEY = "HUBAPP_TEST_STRIPE_KEY"


@dataclass
class World:
    """A gateway, and references that no earlier run has used."""

    gateway: PaymentGateway
    run: str
    # One moment for all calls of a test, as the same key must carry the same parameters.
    expires_at: datetime

    def open(self, *, key: str = "checkout", amount: int = 2000, reference: str = "one") -> Outcome[CheckoutSession]:
        """Ask for a checkout."""
        return self.gateway.create_checkout(
            key=f"{self.run}:{key}",
            reference=f"{self.run}:{reference}",
            amount=amount,
            currency="eur",
            lines=[CheckoutLine("Walnut oil", amount)],
            description="Order 1",
            success_url="https://example.org/done?session={CHECKOUT_SESSION_ID}",
            cancel_url="https://example.org/basket",
            expires_at=self.expires_at,
            metadata={"run": self.run},
            customer_email="ann@example.org",
        )


@pytest.fixture(params=["sandbox", "test"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each test once in the sandbox and once at the provider."""
    run = f"run:{uuid4()}"
    expires_at = datetime.now(UTC) + timedelta(hours=2)
    if request.param == "sandbox":
        sandbox: Sandbox = request.getfixturevalue("sandbox")
        yield World(checked_gateway(sandbox), run, expires_at)
        return
    key = os.environ.get(KEY)
    if not key:
        pytest.skip(f"{KEY} is not set: the provider's test mode was not asked")
    yield World(build_gateway(secret_key=key, sandbox=None), run, expires_at)


def test_a_checkout_opens_and_can_be_read_and_found(world: World) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    opened = world.open()
    assert isinstance(opened, Ok)
    assert opened.value.url
    state = world.gateway.retrieve_checkout(opened.value.id)
    assert (state.status, state.payment_status, state.amount, state.charge) == ("open", "unpaid", 2000, None)
    assert state.metadata == {"run": world.run}
    found = world.gateway.find_checkout(reference=f"{world.run}:one", created_after=before)
    assert found is not None
    assert found.id == opened.value.id


def test_the_same_key_opens_one_checkout(world: World) -> None:
    assert world.open() == world.open()


def test_a_key_with_other_parameters_is_unknown(world: World) -> None:
    world.open(amount=2000)
    assert isinstance(world.open(amount=2100), Unknown)


def test_a_checkout_closes_once(world: World) -> None:
    opened = world.open()
    assert isinstance(opened, Ok)
    closed = world.gateway.expire_checkout(key=f"{world.run}:close", checkout_id=opened.value.id)
    assert isinstance(closed, Ok)
    assert (closed.value.status, closed.value.url) == ("expired", None)
    again = world.gateway.expire_checkout(key=f"{world.run}:again", checkout_id=opened.value.id)
    assert isinstance(again, Rejected)


def test_an_amount_below_the_minimum_is_rejected(world: World) -> None:
    assert isinstance(world.open(amount=10), Rejected)


def test_an_account_opens_unfinished_and_its_form_has_a_link(world: World) -> None:
    metadata = {"run": world.run}
    opened = world.gateway.create_payee(
        key=f"{world.run}:payee", country="FR", currency="eur", email="bo@example.org", metadata=metadata
    )
    assert isinstance(opened, Ok)
    assert not opened.value.payouts_enabled
    assert opened.value.requirements
    assert world.gateway.retrieve_payee(opened.value.id).metadata == metadata
    url = world.gateway.onboarding_link(
        account_id=opened.value.id, refresh_url="https://example.org/again", return_url="https://example.org/done"
    )
    assert url.startswith("http")


def test_an_unfinished_account_gets_no_transfer(world: World) -> None:
    opened = world.gateway.create_payee(
        key=f"{world.run}:payee", country="FR", currency="eur", email="bo@example.org", metadata={}
    )
    assert isinstance(opened, Ok)
    moved = world.gateway.create_transfer(
        key=f"{world.run}:t",
        amount=100,
        currency="eur",
        destination=opened.value.id,
        metadata={},
        transfer_group=world.run,
    )
    assert isinstance(moved, Rejected)
    assert world.gateway.find_transfers(transfer_group=world.run) == []


def test_what_does_not_exist_is_no_such_object(world: World) -> None:
    mark = "_sbx" if world.gateway.mode == "sandbox" else "_"
    with pytest.raises(NoSuchObject):
        world.gateway.retrieve_charge(f"ch{mark}nothing")


def test_an_id_of_the_other_world_is_refused_before_anything_is_sent(world: World) -> None:
    other = "ch_1real" if world.gateway.mode == "sandbox" else "ch_sbx1"
    with pytest.raises(ModeMismatch):
        world.gateway.retrieve_charge(other)


def test_a_balance_can_be_read(world: World) -> None:
    balance = world.gateway.platform_balance()
    assert all(isinstance(amount, int) for amount in (*balance.available.values(), *balance.pending.values()))


@pytest.mark.parametrize("key", ["", "pk_live_x", "sk_live_", "whsec_x", SECRET_KEY, "sk_other_abc"])
def test_only_the_providers_secret_keys_start_live_mode(key: str) -> None:
    with pytest.raises(ModeMismatch):
        build_gateway(secret_key=key, sandbox=None)


def test_a_real_key_and_the_sandbox_never_start_together(sandbox: Sandbox) -> None:
    with pytest.raises(ModeMismatch):
        build_gateway(secret_key="sk_live_abc", sandbox=sandbox)
    with pytest.raises(ModeMismatch):
        build_gateway(secret_key=None, sandbox=None)


@pytest.mark.parametrize(
    ("key", "mode"), [("sk_live_abc", "live"), ("rk_live_abc", "live"), ("sk_test_abc", "test"), (None, "sandbox")]
)
def test_the_key_decides_the_mode(sandbox: Sandbox, key: str | None, mode: str) -> None:
    gateway = build_gateway(secret_key=key, sandbox=None if key else sandbox)
    assert gateway.mode == mode


def test_a_command_without_a_key_is_a_mistake_in_our_program(sandbox: Sandbox) -> None:
    gateway = checked_gateway(sandbox)
    with pytest.raises(ValueError, match="idempotency key"):
        gateway.create_payee(key="", country="FR", currency="eur", email="a@example.org", metadata={})
