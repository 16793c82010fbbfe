"""Saved cards against Stripe's document: kept at a checkout, kept alone, charged while their owner is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import stripe

from hubapp.money.payments.gateway import (
    ActionRequired,
    CheckoutLine,
    Declined,
    IntentState,
    Ok,
    Outcome,
    Rejected,
    SavedCard,
    Unknown,
)
from hubapp.money.payments.sandbox.engine import SECRET_KEY
from hubapp.money.payments.sandbox.paying import Authenticate, Paid, Refused
from hubapp.money.payments.stripe_gateway import API_VERSION, SandboxTransport
from tests.factories.gateways import CheckedTransport
from tests.factories.sandbox import PAYS, Shop
from tests.money.payments.contract.openapi import contract

ASKS_ONCE, ASKS_ALWAYS = "4000002500003155", "4000002760003184"
REFUSED_LATER, DECLINED = "4000000000000341", "4000000000000002"


@pytest.fixture
def client(shop: Shop) -> stripe.StripeClient:
    """The bare SDK over the checked line."""
    transport = CheckedTransport(shop.sandbox, contract())
    return stripe.StripeClient(SECRET_KEY, http_client=transport, max_network_retries=0, stripe_version=API_VERSION)


def buy(shop: Shop, *, customer_id: str | None = None) -> str:
    """A checkout that keeps the card; its id."""
    opened = shop.gateway.create_checkout(
        key=shop.key(),
        reference="payment:1",
        amount=2000,
        currency="eur",
        lines=[CheckoutLine("Walnut oil", 2000)],
        description="Oil",
        success_url="http://a/",
        cancel_url="http://b/",
        expires_at=shop.sandbox.now() + timedelta(hours=1),
        metadata={"payment": "1"},
        customer_email="ann@example.org",
        customer_id=customer_id,
        saves_card=True,
    )
    assert isinstance(opened, Ok), opened
    return opened.value.id


def kept(shop: Shop, number: str = PAYS, **values: Any) -> SavedCard:
    """A card kept by paying with it."""
    checkout_id = buy(shop, **values)
    if isinstance(asked := shop.pay(checkout_id, number), Authenticate):
        shop.sandbox.authenticate(asked.intent_id, "approve")
    card = shop.gateway.retrieve_checkout(checkout_id).card
    assert card is not None
    return card


def open_setup(shop: Shop, customer_id: str | None = None) -> str:
    """A page that keeps a card and charges nothing; its id."""
    opened = shop.gateway.create_setup(
        key=shop.key(),
        reference="setup:1",
        currency="eur",
        customer_id=customer_id,
        success_url="http://a/",
        cancel_url="http://b/",
        expires_at=shop.sandbox.now() + timedelta(hours=1),
        metadata={"setup": "1"},
    )
    assert isinstance(opened, Ok), opened
    return opened.value.id


def charge(shop: Shop, card: SavedCard, *, amount: int = 1500, key: str | None = None) -> Outcome[IntentState]:
    """Charge a kept card while its owner is away."""
    return shop.gateway.charge_card(
        key=key or shop.key(),
        amount=amount,
        currency="eur",
        customer_id=card.customer_id,
        method_id=card.method_id,
        description="Oil, again",
        metadata={"payment": "2"},
        transfer_group="payment:2",
    )


def test_a_checkout_keeps_the_card_only_if_asked_to(shop: Shop) -> None:
    assert shop.sell().card is None
    card = kept(shop)
    assert (card.brand, card.last4, card.exp_year) == ("visa", "4242", 2099)


def test_a_known_customer_pays_again_and_stays_one_customer(shop: Shop) -> None:
    first = kept(shop)
    second = kept(shop, customer_id=first.customer_id)
    assert second.customer_id == first.customer_id
    assert second.method_id != first.method_id


def test_a_kept_card_is_charged_and_its_fee_is_known(shop: Shop) -> None:
    charged = charge(shop, kept(shop))
    assert isinstance(charged, Ok)
    assert charged.value.status == "succeeded"
    assert charged.value.charge is not None
    assert (charged.value.charge.amount, charged.value.charge.fee) == (1500, 48)
    assert shop.gateway.retrieve_intent(charged.value.id) == charged.value


def test_the_same_key_charges_once(shop: Shop) -> None:
    card = kept(shop)
    assert charge(shop, card, key="once") == charge(shop, card, key="once")
    assert isinstance(charge(shop, card, key="once", amount=1600), Unknown)
    assert shop.gateway.platform_balance().pending["eur"] == 2000 - 55 + 1500 - 48


def test_a_card_that_asked_once_is_charged_without_asking(shop: Shop) -> None:
    assert isinstance(charge(shop, kept(shop, ASKS_ONCE)), Ok)


def test_a_card_that_always_asks_wants_its_owner(shop: Shop) -> None:
    card = kept(shop, ASKS_ALWAYS)
    before = shop.sandbox.now() - timedelta(minutes=1)
    assert isinstance(charge(shop, card, key="asks"), ActionRequired)
    assert isinstance(charge(shop, card, key="asks"), ActionRequired)
    found = shop.gateway.find_intent(customer_id=card.customer_id, metadata={"payment": "2"}, created_after=before)
    assert found is not None
    assert (found.status, found.error_code) == ("requires_payment_method", "authentication_required")


def test_a_card_kept_alone_can_be_refused_later(shop: Shop) -> None:
    checkout_id = open_setup(shop)
    assert isinstance(shop.pay(checkout_id, REFUSED_LATER), Paid)
    card = shop.gateway.retrieve_setup(checkout_id).card
    assert card is not None
    refused = charge(shop, card, key="refused")
    assert isinstance(refused, Declined)
    assert refused.code == "transaction_not_allowed"
    # The failed charge is there to be seen, and the key keeps the answer.
    assert charge(shop, card, key="refused") == refused
    before = shop.sandbox.now() - timedelta(minutes=1)
    found = shop.gateway.find_intent(customer_id=card.customer_id, metadata={"payment": "2"}, created_after=before)
    assert found is not None
    assert found.charge is not None
    assert found.charge.status == "failed"


def test_a_page_that_keeps_a_card_charges_nothing(shop: Shop) -> None:
    before = shop.sandbox.now() - timedelta(minutes=1)
    checkout_id = open_setup(shop)
    assert isinstance(shop.pay(checkout_id, DECLINED), Refused)
    asked = shop.pay(checkout_id, ASKS_ALWAYS)
    assert isinstance(asked, Authenticate)
    assert isinstance(shop.sandbox.authenticate(asked.intent_id, "fail"), Refused)
    assert shop.gateway.retrieve_setup(checkout_id).card is None
    assert isinstance(shop.pay(checkout_id), Paid)
    found = shop.gateway.find_setup(reference="setup:1", created_after=before)
    assert found is not None
    assert found.card is not None
    assert (found.id, found.status, found.card.last4) == (checkout_id, "complete", "4242")
    assert shop.gateway.platform_balance().pending == {}


def test_somebody_elses_card_is_not_charged(shop: Shop) -> None:
    mine, other = kept(shop), kept(shop)
    stolen = SavedCard(mine.customer_id, other.method_id, "visa", "4242", 12, 2099)
    assert isinstance(charge(shop, stolen), Rejected)


def test_customers_cards_and_setups_can_be_looked_up(shop: Shop, client: stripe.StripeClient) -> None:
    card = kept(shop)
    customer = client.v1.customers.retrieve(card.customer_id)
    assert customer.email == "ann@example.org"
    assert [one.id for one in client.v1.customers.list({"limit": 3}).data] == [card.customer_id]
    listed = client.v1.customers.payment_methods.list(card.customer_id)
    assert [one.id for one in listed.data] == [card.method_id]
    assert client.v1.customers.payment_methods.retrieve(card.customer_id, card.method_id).type == "card"
    checkout_id = open_setup(shop, card.customer_id)
    shop.pay(checkout_id)
    setup = client.v1.setup_intents.list({"customer": card.customer_id}).data[0]
    assert client.v1.setup_intents.retrieve(setup.id).status == "succeeded"


def test_a_detached_card_is_never_charged_again(shop: Shop, client: stripe.StripeClient) -> None:
    card = kept(shop)
    client.v1.payment_methods.detach(card.method_id)
    assert client.v1.payment_methods.retrieve(card.method_id).customer is None
    assert isinstance(charge(shop, card), Rejected)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.detach(card.method_id)


def test_an_intent_waits_and_is_confirmed_or_called_off(shop: Shop, client: stripe.StripeClient) -> None:
    card = kept(shop)
    wanted: Any = {"amount": 900, "currency": "eur", "customer": card.customer_id}
    intent = client.v1.payment_intents.create(wanted)
    assert intent.status == "requires_payment_method"
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": card.method_id, "off_session": True})
    assert paid.status == "succeeded"
    other = client.v1.payment_intents.create(wanted)
    assert client.v1.payment_intents.cancel(other.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(intent.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "setup", "line_items": [{"quantity": 1}]},
        {"mode": "payment"},
        {"mode": "setup", "customer": "cus_sbxnobody"},
        {"mode": "setup", "setup_intent_data": {"colour": "red"}},
    ],
)
def test_what_a_session_does_not_take_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    bare = stripe.StripeClient(
        SECRET_KEY, http_client=SandboxTransport(shop.sandbox), max_network_retries=0, stripe_version=API_VERSION
    )
    with pytest.raises(stripe.InvalidRequestError):
        bare.v1.checkout.sessions.create({"success_url": "http://a/", **wrong})  # type: ignore[arg-type]
