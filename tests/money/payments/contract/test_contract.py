"""The contract itself: the document is the right one, and it refuses what it should."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from hubapp.money.payments.gateway import Ok
from hubapp.money.payments.sandbox.engine import SECRET_KEY
from hubapp.money.payments.sandbox.store import API_VERSION as SANDBOX_VERSION
from hubapp.money.payments.stripe_gateway import API_VERSION, SandboxTransport
from tests.factories.gateways import CheckedTransport
from tests.factories.sandbox import Shop
from tests.money.payments.contract.openapi import OutOfContract, contract
from tests.money.payments.contract.trim import PATHS

REFUND = "https://api.stripe.com/v1/refunds"


@pytest.fixture
def client(shop: Shop) -> stripe.StripeClient:
    """The bare SDK on the sandbox, nothing checked in between."""
    transport = SandboxTransport(shop.sandbox)
    return stripe.StripeClient(SECRET_KEY, http_client=transport, stripe_version=API_VERSION)


def test_document_gateway_and_sandbox_speak_one_version() -> None:
    assert contract().version == API_VERSION == SANDBOX_VERSION


@pytest.mark.parametrize(
    "body",
    ["charge=ch_1&colour=red", "charge=ch_1&metadata=text", "charge=ch_1&amount=many", "charge=ch_1&reason=because"],
)
def test_a_request_out_of_contract_is_caught(body: str) -> None:
    with pytest.raises(OutOfContract):
        contract().check_request("post", REFUND, body)


def test_a_missing_parameter_and_an_unknown_path_are_caught() -> None:
    with pytest.raises(OutOfContract):
        contract().check_request("post", "https://api.stripe.com/v1/transfers", "amount=1")
    with pytest.raises(OutOfContract):
        contract().check_request("get", "https://api.stripe.com/v1/charges?colour=red", None)
    with pytest.raises(OutOfContract):
        contract().check_request("get", "https://api.stripe.com/v1/unicorns", None)


@pytest.mark.parametrize(
    "body",
    [
        '{"id": "re_1", "object": "refund", "amount": 1, "created": 1, "currency": "eur", "colour": "red"}',
        '{"id": "re_1", "object": "refund", "amount": "1", "created": 1, "currency": "eur"}',
        '{"id": "re_1", "object": "refund", "amount": 1, "created": 1}',
    ],
)
def test_an_answer_out_of_contract_is_caught(body: str) -> None:
    with pytest.raises(OutOfContract):
        contract().check_answer("post", REFUND, 200, body)


def test_an_answer_within_the_contract_passes() -> None:
    body = '{"id": "re_1", "object": "refund", "amount": 1, "created": 1, "currency": "eur", "status": null}'
    contract().check_answer("post", REFUND, 200, body)


def test_every_path_of_the_document_is_answered_by_the_sandbox(shop: Shop, client: stripe.StripeClient) -> None:
    transport = CheckedTransport(shop.sandbox, contract())
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Version": API_VERSION}
    for path in PATHS:
        url = "https://api.stripe.com" + path.replace("{", "sbx").replace("}", "")
        methods = [name for name in contract().operation_methods(url) if name in {"get", "post"}]
        answers = [SandboxTransport.request(transport, name, url, headers) for name in methods]
        assert any("Unrecognized request URL" not in body for body, _, _ in answers), path


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 1, "currency": "eur", "destination": "acct_sbx", "colour": "red"}, "parameter_unknown"),
        ({"amount": 1, "currency": "eur"}, "parameter_missing"),
        ({"amount": 1, "currency": "eur", "destination": "acct_sbx\0"}, None),
        ({"amount": 1, "currency": "eur", "destination": "acct_sbx", "metadata": {"a": "\0"}}, None),
        ({"amount": "many", "currency": "eur", "destination": "acct_sbx"}, None),
        ({"amount": 1, "currency": "eur", "destination": "acct_sbx", "metadata": {"a": {"b": "c"}}}, None),
    ],
)
def test_the_sandbox_refuses_what_it_does_not_know(
    client: stripe.StripeClient, params: dict[str, object], code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.create(params)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_the_sandbox_refuses_every_key_but_its_own(shop: Shop) -> None:
    transport = SandboxTransport(shop.sandbox)
    stranger = stripe.StripeClient("sk_live_abc", http_client=transport, stripe_version=API_VERSION)
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.balance.retrieve()


def test_a_connected_account_cannot_act_as_the_platform(shop: Shop, client: stripe.StripeClient) -> None:
    account_id = shop.payee()
    with pytest.raises(stripe.PermissionError):
        client.v1.charges.list({}, {"stripe_account": account_id})


def test_one_account_does_not_see_anothers_payouts(shop: Shop, client: stripe.StripeClient) -> None:
    account_id, other = shop.paid_payee(), shop.payee()
    made = shop.gateway.create_payout(key="p", account_id=account_id, amount=500, currency="eur", metadata={})
    assert isinstance(made, Ok)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payouts.retrieve(made.value.id, {}, {"stripe_account": other})
    assert client.v1.payouts.list({}, {"stripe_account": other}).data == []


def test_expansion_puts_objects_in_place_and_knows_its_limits(shop: Shop, client: stripe.StripeClient) -> None:
    shop.charge()
    listed = client.v1.charges.list({"expand": ["data.balance_transaction", "data.payment_intent.latest_charge"]})
    charge = listed.data[0].to_dict()
    assert charge["balance_transaction"]["fee"] == 55
    assert charge["payment_intent"]["latest_charge"]["id"] == charge["id"]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.charges.list({"expand": ["data.colour"]})


def test_cursors_walk_both_ways(shop: Shop, client: stripe.StripeClient) -> None:
    ids = [shop.checkout() for _ in range(5)][::-1]
    sessions = client.v1.checkout.sessions
    first = sessions.list({"limit": 2})
    assert ([item.id for item in first.data], first.has_more) == (ids[:2], True)
    second = sessions.list({"limit": 2, "starting_after": ids[1]})
    assert [item.id for item in second.data] == ids[2:4]
    back = sessions.list({"limit": 2, "ending_before": ids[3]})
    assert [item.id for item in back.data] == ids[1:3]
    with pytest.raises(stripe.InvalidRequestError):
        sessions.list({"limit": 101})


def test_a_session_lives_between_half_an_hour_and_a_day(shop: Shop, client: stripe.StripeClient) -> None:
    price = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Oil"}}
    for lasts in (timedelta(minutes=20), timedelta(hours=25)):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "success_url": "http://a/",
                    "line_items": [{"quantity": 1, "price_data": price}],
                    "expires_at": int((shop.sandbox.now() + lasts).timestamp()),
                }  # type: ignore[arg-type]
            )


def test_events_can_be_read_back(shop: Shop, client: stripe.StripeClient) -> None:
    shop.charge()
    event = client.v1.events.list({"type": "charge.succeeded"}).data[0]
    assert client.v1.events.retrieve(event.id).type == "charge.succeeded"
