"""Where payments find the provider, its sandbox and their own addresses in the running application."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from flask import current_app

from hubapp.kernel.config import Settings
from hubapp.kernel.server import Server
from hubapp.money.payments.gateway import Endpoint, PaymentGateway
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.sandbox.webhooks import Post
from hubapp.tenancy import queries as tenancy

EXTENSION = "hubapp.payments"


@dataclass
class Wiring:
    """What payments need of the process; the gateway is made when first used, once.

    Its module loads the provider's SDK, which takes longer than the rest of the start: hence by name.
    """

    settings: Settings
    server: Server
    dispatch: Callable[[UUID], None]
    post: Post | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def sandbox(self) -> Sandbox | None:
        """The provider's stand-in; None as soon as there is a real key."""
        if not self.settings.is_sandbox:
            return None
        return Sandbox(self.server.sandbox, site=self.settings.public_url)

    @cached_property
    def _built(self) -> PaymentGateway:
        stripe_gateway = importlib.import_module("hubapp.money.payments.stripe_gateway")
        built: PaymentGateway = stripe_gateway.build_gateway(
            secret_key=self.settings.stripe_secret_key, sandbox=self.sandbox
        )
        return built

    @property
    def gateway(self) -> PaymentGateway:
        """The provider, whichever it is."""
        with self._lock:
            return self._built

    @gateway.setter
    def gateway(self, gateway: PaymentGateway) -> None:
        self.__dict__["_built"] = gateway

    def webhook_secret(self, endpoint: Endpoint) -> str | None:
        """What signs an endpoint's events; None: the endpoint does not exist."""
        if self.settings.is_sandbox:
            key = self.settings.signing_key.encode()
            return "whsec_" + hmac.new(key, f"webhook:{endpoint}".encode(), hashlib.sha256).hexdigest()
        if endpoint == "platform":
            return self.settings.stripe_platform_webhook_secret or None
        return self.settings.stripe_connect_webhook_secret or None

    def webhook_path(self, endpoint: Endpoint) -> str:
        """Where an endpoint listens, on the central domain."""
        return f"/webhooks/stripe/{endpoint}"


def wiring() -> Wiring:
    """The current application's wiring."""
    found: Wiring = current_app.extensions[EXTENSION]
    return found


def gateway() -> PaymentGateway:
    """The current application's provider."""
    return wiring().gateway


def dispatch_now(command_id: UUID) -> None:
    """Send a command that was just committed, if nobody else does; its failure is the sweep's business."""
    wiring().dispatch(command_id)


def address_in_hub(hub_id: int, path: str) -> str:
    """An absolute address in a hub; what is absolute stays as it is."""
    if path.startswith(("http://", "https://")):
        return path
    return current_app.addresses.hub(tenancy.hub_view(hub_id).slug, path)  # type: ignore[attr-defined,no-any-return]
