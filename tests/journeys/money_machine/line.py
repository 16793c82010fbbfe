"""The provider's events on their way to us, and what may become of them there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from hubapp.kernel import clock
from hubapp.money.payments.sandbox.webhooks import sign
from tests.factories.payments import Till

Mode = Literal["in_order", "reversed", "twice", "lost", "refused", "shuffled"]
MODES: tuple[Mode, ...] = get_args(Mode)
Post = tuple[str, bytes, Mapping[str, str]]
TAKEN, UNAVAILABLE = 204, 503


@dataclass
class Line:
    """Carries events through the real view; `seen` are those that arrived, to be sent again when they are stale."""

    till: Till
    seen: list[Post] = field(default_factory=list)

    def deliver(self, mode: Mode, limit: int = 100) -> int:
        """Let the provider send what is due; answers how many events it sent."""
        posts: list[Post] = []

        def carry(url: str, body: bytes, headers: Mapping[str, str]) -> int:
            posts.append((url, body, headers))
            return UNAVAILABLE if mode == "refused" else TAKEN

        while True:
            before = len(posts)
            self.till.sandbox.deliver_due(carry, limit=limit)
            if mode != "in_order" or len(posts) == before:
                break
        if mode in {"lost", "refused"}:
            return len(posts)
        for post in ORDERS[mode](posts):
            assert self.post(post) == TAKEN
        self.seen += posts
        return len(posts)

    def post(self, post: Post) -> int:
        """Through the view."""
        url, body, headers = post
        target = urlsplit(url)
        client = self.till.app.test_client(use_cookies=False)
        return client.post(target.path, data=body, headers={**headers, "Host": target.netloc}).status_code

    def signed(self, body: dict[str, Any], secret: str) -> Post:
        """An event of anybody's making."""
        payload = json.dumps(body).encode()
        url = self.till.wiring.settings.public_url + self.till.wiring.webhook_path("platform")
        return url, payload, {"Stripe-Signature": sign(payload, secret, clock.wall())}


def _in_order(posts: list[Post]) -> list[Post]:
    return posts


ORDERS: dict[str, Callable[[list[Post]], list[Post]]] = {
    "in_order": _in_order,
    "reversed": lambda posts: posts[::-1],
    "twice": lambda posts: [post for post in posts for _ in range(2)],
    "shuffled": lambda posts: posts[1::2] + posts[::2],
}
