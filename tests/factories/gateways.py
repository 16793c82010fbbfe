"""The gateway to a sandbox, with Stripe's own document looking at everything that passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubapp.money.payments.gateway import PaymentGateway
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.stripe_gateway import SandboxTransport, sandbox_gateway
from tests.money.payments.contract.openapi import Contract, contract


class CheckedTransport(SandboxTransport):
    """Refuses to carry what the document does not allow, in either direction."""

    def __init__(self, sandbox: Sandbox, document: Contract) -> None:
        super().__init__(sandbox)
        self.document = document
        self.operations: set[str] = set()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Check, carry, check."""
        content_type = {name.lower(): value for name, value in (headers or {}).items()}.get("content-type", "")
        self.document.check_request(method, url, post_data, content_type)
        body, status, answered = super().request(method, url, headers, post_data, _usage=_usage)
        self.document.check_answer(method, url, status, body)
        self.operations.add(self.document.operation(method, url)["operationId"])
        return body, status, answered


def checked_gateway(sandbox: Sandbox) -> PaymentGateway:
    """The real SDK over a checked line to the sandbox."""
    return sandbox_gateway(CheckedTransport(sandbox, contract()))
