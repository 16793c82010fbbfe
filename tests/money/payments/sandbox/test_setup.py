"""The platform's own account in the sandbox, held to the provider's document."""

from __future__ import annotations

import pytest
import stripe

from hubapp.money.payments.sandbox.engine import SECRET_KEY
from hubapp.money.payments.stripe_gateway import API_VERSION
from tests.factories.gateways import CheckedTransport
from tests.factories.sandbox import Shop
from tests.money.payments.contract.openapi import contract


@pytest.fixture
def client(shop: Shop) -> stripe.StripeClient:
    """The bare SDK over a checked line."""
    transport = CheckedTransport(shop.sandbox, contract())
    return stripe.StripeClient(SECRET_KEY, http_client=transport, stripe_version=API_VERSION)


def test_the_account_takes_cards_and_sends_transfers(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.retrieve_current()
    assert account.capabilities is not None
    assert (account.capabilities.card_payments, account.capabilities.transfers) == ("active", "active")
    listed = client.v1.accounts.capabilities.list(account.id)
    assert {one.id: one.status for one in listed.data} == {"card_payments": "active", "transfers": "active"}


def test_a_payees_capabilities_are_its_own(shop: Shop, client: stripe.StripeClient) -> None:
    (one,) = client.v1.accounts.capabilities.list(shop.payee()).data
    assert one.id == "transfers"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.accounts.capabilities.list("acct_sbxunknown")


def test_the_payout_rhythm_is_kept(client: stripe.StripeClient) -> None:
    def interval() -> str:
        payouts = client.v1.balance_settings.retrieve().payments.payouts
        assert payouts is not None
        assert payouts.schedule is not None
        return str(payouts.schedule.interval)

    assert interval() == "manual"
    for wanted in ("daily", "weekly"):
        client.v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": wanted}}}})  # type: ignore[typeddict-item]
        assert interval() == wanted
    client.v1.balance_settings.update({})
    assert interval() == "weekly"


def test_endpoints_are_listed_with_where_they_lead(shop: Shop, client: stripe.StripeClient) -> None:
    shop.sandbox.configure_endpoint(kind="platform", url="https://example.org/hook", secret="whsec_x")
    (endpoint,) = [one for one in client.v1.webhook_endpoints.list().data if one.url == "https://example.org/hook"]
    assert (endpoint.status, endpoint.enabled_events) == ("enabled", ["*"])
    assert client.v1.webhook_endpoints.retrieve(endpoint.id).id == endpoint.id
    shop.sandbox.pause_endpoints()
    assert client.v1.webhook_endpoints.retrieve(endpoint.id).status == "disabled"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.retrieve("we_sbxnone")


def test_none_of_it_is_a_payees(shop: Shop, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.PermissionError):
        client.v1.balance_settings.retrieve({}, {"stripe_account": shop.payee()})
