"""A gateway that counts what it is asked, and can be made slow or deaf."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from hubapp.money.payments.gateway import GatewayUnavailable, PaymentGateway


class Counting:
    """Passes everything on to the real gateway and counts it; `is_down` raises instead."""

    def __init__(self, gateway: PaymentGateway) -> None:
        self._gateway = gateway
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self.keys: list[str] = []
        self.is_down = False

    def __getattr__(self, name: str) -> Any:
        target = getattr(self._gateway, name)
        if not callable(target):
            return target

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                self.calls[name] += 1
                if "key" in kwargs:
                    self.keys.append(kwargs["key"])
            if self.is_down:
                raise GatewayUnavailable("The provider does not answer.")
            return target(*args, **kwargs)

        return call
