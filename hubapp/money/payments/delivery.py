"""The sandbox's events on their way to ourselves: over HTTP, as the real provider's would come."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from hubapp.money.payments import wiring
from hubapp.money.payments.gateway import Endpoint
from hubapp.money.payments.sandbox.webhooks import Post

ENDPOINTS: tuple[Endpoint, ...] = ("platform", "connect")
TIMEOUT_SECONDS = 10


def configure_endpoints(found: wiring.Wiring) -> None:
    """Tell the sandbox where its events go and what signs them."""
    if found.sandbox is None:
        return
    for endpoint in ENDPOINTS:
        url = found.settings.public_url + found.webhook_path(endpoint)
        found.sandbox.configure_endpoint(kind=endpoint, url=url, secret=found.webhook_secret(endpoint) or "")


def deliver(found: wiring.Wiring) -> int:
    """Send what is due; answers how many events were taken."""
    if found.sandbox is None:
        return 0
    return found.sandbox.deliver_due(found.post or poster(found.settings.loopback_url))


def poster(loopback_url: str) -> Post:
    """A function that posts to this server's own address, under the public name."""
    base = urlsplit(loopback_url)
    kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        target = urlsplit(url)
        connection = kind(base.hostname or "127.0.0.1", base.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", target.path, body, {**headers, "Host": target.netloc})
            return connection.getresponse().status
        finally:
            connection.close()

    return post
