"""What carries requests to the provider, as the gateway sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from hubapp.money.payments.gateway import Mode, Outcome
from hubapp.money.payments.stripe_values import Body

T = TypeVar("T")
Params = dict[str, Any]
Call = Callable[[Params, Params], Any]


class Line(Protocol):
    """What carries requests: the SDK's client and the meaning of its errors."""

    @property
    def v1(self) -> Any:
        """The SDK's services."""

    @property
    def mode(self) -> Mode:
        """Which world the line leads to."""

    def own(self, object_id: str) -> str:
        """The id if it belongs to this world; raises ModeMismatch."""

    def send(
        self, call: Call, params: Params, *, key: str, read: Callable[[Body], T], account: str | None = None
    ) -> Outcome[T]:
        """Send a command under its idempotency key."""

    def ask(self, call: Call, params: Params, *, account: str | None = None) -> Body:
        """Look something up; raises the gateway's errors."""

    def each(self, call: Call, params: Params, *, account: str | None = None) -> Iterator[Body]:
        """Every object of a list, page after page."""

    def event(self, payload: bytes, signature: str, *, secret: str) -> Body:
        """A webhook's event, its signature checked; raises BadSignature."""
