"""The check-up: well in the sandbox, and each thing that can be wrong named with what to do."""

from __future__ import annotations

import stripe

from hubapp.money.payments import delivery, doctor
from hubapp.money.payments.doctor import Check
from hubapp.money.payments.platform_setup import WebhookEndpoint
from hubapp.money.payments.stripe_gateway import API_VERSION, SandboxTransport, StripeLine
from hubapp.money.payments.stripe_requests import StripeGateway
from tests.factories.gateways import checked_gateway
from tests.factories.payments import Till


def examined(till: Till) -> dict[str, Check]:
    with till.app.app_context():
        return {check.name: check for check in doctor.examine()}


def failures(till: Till) -> dict[str, str]:
    return {name: check.text for name, check in examined(till).items() if check.is_failure}


def provider(till: Till) -> stripe.StripeClient:
    return till.wiring.gateway.line.client  # type: ignore[attr-defined,no-any-return]


def test_a_sandbox_is_well(till: Till) -> None:
    till.wiring.gateway = checked_gateway(till.sandbox)  # held to the provider's own document
    found = examined(till)
    assert {check.mark for check in found.values()} == {"ok"}
    assert list(found) == [
        "key",
        "account",
        "capability card_payments",
        "capability transfers",
        "API version",
        "webhook platform",
        "webhook connect",
        "platform payouts",
    ]


def test_automatic_payouts_of_the_platform_are_named(till: Till) -> None:
    provider(till).v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "daily"}}}})
    assert "Set the schedule to manual" in failures(till)["platform payouts"]
    provider(till).v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    assert failures(till) == {}


def test_an_endpoint_elsewhere_and_one_disabled_are_named(till: Till) -> None:
    till.sandbox.configure_endpoint(kind="connect", url="https://elsewhere.example/hook", secret="whsec_x")
    assert "elsewhere.example" in failures(till)["webhook connect"]
    delivery.configure_endpoints(till.wiring)
    till.sandbox.pause_endpoints()
    assert set(failures(till)) == {"webhook platform", "webhook connect"}
    assert "Enable it" in failures(till)["webhook platform"]


def test_live_mode_without_secrets_is_named_with_the_setting(till: Till) -> None:
    gateway = till.wiring.gateway
    till.wiring.settings = till.wiring.settings.model_copy(
        update={"stripe_secret_key": "sk_live_x", "env": "production"}
    )
    till.wiring.gateway = gateway
    found = examined(till)
    assert "real money" in found["key"].text
    assert "HUBAPP_STRIPE_PLATFORM_WEBHOOK_SECRET" in found["webhook platform"].text
    assert "HUBAPP_STRIPE_CONNECT_WEBHOOK_SECRET" in found["webhook connect"].text


def test_production_with_test_cards_is_warned_of(till: Till) -> None:
    till.wiring.settings = till.wiring.settings.model_copy(update={"env": "production"})
    assert examined(till)["key"].mark == "warn"


def test_a_refused_key_ends_the_check(till: Till) -> None:
    client = stripe.StripeClient(
        "sk_live_wrong", http_client=SandboxTransport(till.sandbox), stripe_version=API_VERSION
    )
    till.wiring.gateway = StripeGateway(StripeLine(client, "sandbox"))
    assert list(examined(till)) == ["key", "account"]
    assert "Make a new key" in failures(till)["account"]


def test_a_provider_that_does_not_answer_ends_the_check(till: Till) -> None:
    till.sandbox.fail_next("error", operation="account.current")
    assert "does not answer" in failures(till)["account"]


def test_missing_events_are_named(till: Till) -> None:
    url = "https://example.org/hook"
    endpoint = WebhookEndpoint(
        "we_1", url, is_enabled=True, events=frozenset({"payout.paid"}), api_version="2020-01-01"
    )
    check = doctor._webhook("webhook connect", url, doctor.EVENTS["connect"], [endpoint])
    assert (check.mark, "account.updated, payout.failed, payout.updated" in check.text) == ("FAIL", True)
    whole = WebhookEndpoint("we_1", url, is_enabled=True, events=frozenset({"*"}), api_version="2020-01-01")
    check = doctor._webhook("webhook connect", url, doctor.EVENTS["connect"], [whole])
    assert (check.mark, "2020-01-01" in check.text) == ("warn", True)
