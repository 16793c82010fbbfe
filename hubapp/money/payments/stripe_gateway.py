"""The line to the payment provider: the real Stripe SDK in every mode; the sandbox replaces only its transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import stripe

from hubapp.money.payments.gateway import (
    ActionRequired,
    BadSignature,
    Declined,
    GatewayError,
    GatewayRefusal,
    GatewayUnavailable,
    Mode,
    ModeMismatch,
    NoSuchObject,
    Ok,
    Outcome,
    PaymentGateway,
    Rejected,
    Unknown,
)
from hubapp.money.payments.sandbox.engine import SECRET_KEY, Sandbox
from hubapp.money.payments.sandbox.errors import LostConnection
from hubapp.money.payments.stripe_line import Call, Params, T
from hubapp.money.payments.stripe_requests import StripeGateway
from hubapp.money.payments.stripe_values import Body
from hubapp.money.payments.world import mode_of_key

API_VERSION = "2026-05-27.dahlia"
SANDBOX_MARK = "_sbx"
TIMEOUT_SECONDS = 20
RETRIES = 2
NOT_FOUND = 404


class SandboxTransport(stripe.HTTPClient):
    """The SDK's line to the sandbox: a function call instead of a network."""

    name = "sandbox"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self._sandbox = sandbox

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Hand one request over; a broken line looks to the SDK like any other."""
        try:
            answer = self._sandbox.handle(method=method, url=url, headers=headers or {}, body=post_data)
        except LostConnection as error:
            raise stripe.APIConnectionError(str(error), should_retry=False) from error  # type: ignore[no-untyped-call]
        replayed = {"Idempotent-Replayed": "true"} if answer.is_replay else {}
        return answer.body.decode(), answer.status, replayed

    def close(self) -> None:
        """Nothing to close: the sandbox keeps its own connections."""


def build_gateway(*, secret_key: str | None, sandbox: Sandbox | None) -> PaymentGateway:
    """The gateway for this configuration: with a key the provider, without one the sandbox.

    Raises ModeMismatch when both or neither are given, or the key is none of the provider's.
    """
    if secret_key is None:
        if sandbox is None:
            raise ModeMismatch("There is neither a secret key nor a sandbox: no payments are possible.")
        return sandbox_gateway(SandboxTransport(sandbox))
    if sandbox is not None:
        raise ModeMismatch("HUBAPP_STRIPE_SECRET_KEY is set: the sandbox refuses to start beside a real key.")
    mode = mode_of_key(secret_key)
    client = stripe.StripeClient(
        secret_key,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=RETRIES,
        stripe_version=API_VERSION,
    )
    return StripeGateway(StripeLine(client, mode))


def sandbox_gateway(transport: stripe.HTTPClient) -> PaymentGateway:
    """The gateway over a transport that leads to the sandbox; tests put a validating one in between."""
    client = stripe.StripeClient(SECRET_KEY, http_client=transport, max_network_retries=0, stripe_version=API_VERSION)
    return StripeGateway(StripeLine(client, "sandbox"))


@dataclass(frozen=True, slots=True)
class StripeLine:
    """One StripeClient and the meaning of its errors."""

    client: stripe.StripeClient
    mode: Mode

    @property
    def v1(self) -> Any:
        """The SDK's services."""
        return self.client.v1

    def own(self, object_id: str) -> str:
        """The id if it belongs to this world; sandbox and live data never mix."""
        if (SANDBOX_MARK in object_id) != (self.mode == "sandbox"):
            raise ModeMismatch(f"{object_id} does not belong to {self.mode} mode.")
        return object_id

    def send(
        self, call: Call, params: Params, *, key: str, read: Callable[[Body], T], account: str | None = None
    ) -> Outcome[T]:
        """Send a command and say what is certain afterwards; what is not certain is Unknown."""
        if not key:
            raise ValueError("A command needs an idempotency key.")
        try:
            answer = call(params, _options(account) | {"idempotency_key": key})
        except stripe.CardError as error:
            return _declined(error)
        except stripe.IdempotencyError as error:
            # This request did nothing, but an earlier one under its key may have: no licence for a new key.
            return Unknown(str(error))
        except (stripe.InvalidRequestError, stripe.PermissionError) as error:
            return Rejected(error.code or "invalid_request", error.user_message or str(error))
        except stripe.StripeError as error:
            return Unknown(str(error))
        return Ok(read(answer.to_dict()))

    def ask(self, call: Call, params: Params, *, account: str | None = None) -> Body:
        """Look something up; raises the gateway's errors."""
        try:
            body: Body = call(params, _options(account)).to_dict()
        except stripe.StripeError as error:
            raise _failure(error) from error
        return body

    def each(self, call: Call, params: Params, *, account: str | None = None) -> Iterator[Body]:
        """Every object of a list, page after page."""
        try:
            for item in call(params, _options(account)).auto_paging_iter():
                yield item.to_dict()
        except stripe.StripeError as error:
            raise _failure(error) from error

    def event(self, payload: bytes, signature: str, *, secret: str) -> Body:
        """A webhook's event, its signature checked; raises BadSignature."""
        if not secret.strip():
            # Anybody can sign with an empty secret.
            raise BadSignature("No secret is set for this endpoint.")
        try:
            event: Body = self.client.construct_event(payload, signature, secret).to_dict()
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise BadSignature(str(error)) from error
        return event


def _options(account: str | None) -> Params:
    return {"stripe_account": account} if account else {}


def _declined(error: stripe.CardError) -> Declined | ActionRequired:
    answer: Any = error.json_body or {}
    details = answer.get("error", {})
    code = details.get("decline_code") or error.code or "card_declined"
    message = error.user_message or str(error)
    return ActionRequired(message) if code == "authentication_required" else Declined(code, message)


def _failure(error: stripe.StripeError) -> GatewayError:
    if isinstance(error, stripe.InvalidRequestError):
        is_missing = error.code == "resource_missing" or error.http_status == NOT_FOUND
        return NoSuchObject(str(error)) if is_missing else GatewayRefusal(str(error))
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        return GatewayRefusal(str(error))
    return GatewayUnavailable(str(error))
