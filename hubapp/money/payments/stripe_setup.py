"""Reading the platform's own account: its capabilities, webhook endpoints and payout schedule."""

from __future__ import annotations

from typing import Any

from hubapp.money.payments.gateway import GatewayRefusal, NoSuchObject
from hubapp.money.payments.platform_setup import PlatformSetup, WebhookEndpoint
from hubapp.money.payments.stripe_line import Line
from hubapp.money.payments.stripe_values import PAGE, Body


def read(line: Line) -> PlatformSetup:
    """Look everything up. Raises GatewayRefusal when the key is refused, GatewayUnavailable when nobody answers."""
    account = line.ask(line.v1.accounts.retrieve_current, {})
    return PlatformSetup(
        account_id=account["id"],
        country=account.get("country"),
        currency=account.get("default_currency"),
        is_charging=bool(account.get("charges_enabled")),
        is_paying_out=bool(account.get("payouts_enabled")),
        capabilities=account.get("capabilities") or {},
        requirements=tuple((account.get("requirements") or {}).get("currently_due") or ()),
        payout_interval=_interval(line),
        endpoints=_endpoints(line),
    )


def _interval(line: Line) -> str | None:
    try:
        settings = line.ask(line.v1.balance_settings.retrieve, {})
    except (GatewayRefusal, NoSuchObject):
        return None
    schedule: Any = ((settings.get("payments") or {}).get("payouts") or {}).get("schedule") or {}
    return schedule.get("interval")  # type: ignore[no-any-return]


def _endpoints(line: Line) -> tuple[WebhookEndpoint, ...] | None:
    try:
        return tuple(_endpoint(body) for body in line.each(line.v1.webhook_endpoints.list, {"limit": PAGE}))
    except GatewayRefusal:
        return None


def _endpoint(body: Body) -> WebhookEndpoint:
    return WebhookEndpoint(
        body["id"], body["url"], body["status"] == "enabled", frozenset(body["enabled_events"]), body.get("api_version")
    )
