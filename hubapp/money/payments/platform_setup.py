"""How the platform's own account at the provider is set up: plain values, for whoever checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where the provider sends events, and which; `*` stands for all. `api_version` None: the account's own."""

    id: str
    url: str
    is_enabled: bool
    events: frozenset[str]
    api_version: str | None


@dataclass(frozen=True, slots=True)
class PlatformSetup:
    """The account and what hangs on it; None for what the key may not read."""

    account_id: str
    country: str | None
    currency: str | None
    is_charging: bool
    is_paying_out: bool
    capabilities: Mapping[str, str]
    requirements: tuple[str, ...]
    payout_interval: str | None
    endpoints: tuple[WebhookEndpoint, ...] | None
