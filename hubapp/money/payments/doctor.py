"""Is the provider set up as we need it? One check per line, each with what to do."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hubapp.money.payments import wiring, world
from hubapp.money.payments.gateway import Endpoint, GatewayRefusal, GatewayUnavailable, Mode
from hubapp.money.payments.platform_setup import PlatformSetup, WebhookEndpoint
from hubapp.money.payments.sandbox.store import API_VERSION
from hubapp.money.payments.wiring import Wiring

# What the inbox acts on. Disputes are listed too: an endpoint that has to be changed later is forgotten.
EVENTS: dict[Endpoint, frozenset[str]] = {
    "platform": frozenset(
        {
            "checkout.session.completed",
            "checkout.session.expired",
            "charge.succeeded",
            "charge.failed",
            "charge.refunded",
            "charge.refund.updated",
            "charge.dispute.created",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "payment_intent.succeeded",
            "payment_intent.payment_failed",
            "refund.created",
            "refund.failed",
        }
    ),
    "connect": frozenset({"account.updated", "payout.updated", "payout.paid", "payout.failed"}),
}
SECRETS: dict[Endpoint, str] = {
    "platform": "HUBAPP_STRIPE_PLATFORM_WEBHOOK_SECRET",
    "connect": "HUBAPP_STRIPE_CONNECT_WEBHOOK_SECRET",
}
CAPABILITIES = ("card_payments", "transfers")


class Grade(enum.StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what to do about it."""

    name: str
    mark: Grade
    text: str

    @property
    def is_failure(self) -> bool:
        """Whether payments would not work."""
        return self.mark is Grade.FAIL


def examine() -> list[Check]:
    """Everything, in the order in which it has to be put right; stops where the key does not work."""
    found = wiring.wiring()
    mode = world.configured(found.settings)
    checks = [_key(found, mode)]
    try:
        setup = found.gateway.setup()
    except GatewayRefusal as error:
        text = f"the provider refuses it: {error}. Make a new key in its dashboard and set HUBAPP_STRIPE_SECRET_KEY."
        return [*checks, Check("account", Grade.FAIL, text)]
    except GatewayUnavailable as error:
        return [*checks, Check("account", Grade.FAIL, f"the provider does not answer: {error}. Try again later.")]
    return [*checks, *_account(setup), _version(), *_webhooks(found, setup.endpoints), _schedule(setup)]


def _key(found: Wiring, mode: Mode) -> Check:
    if mode == "live":
        return Check("key", Grade.OK, "a live key: real money moves.")
    is_production = found.settings.is_production
    grade = Grade.WARN if is_production else Grade.OK
    hint = " Set HUBAPP_STRIPE_SECRET_KEY=sk_live_… to take real money." if is_production else ""
    text = "no key is set, the sandbox stands in for the provider." if mode == "sandbox" else "a test key."
    return Check("key", grade, text + " No money moves." + hint)


def _account(setup: PlatformSetup) -> Iterator[Check]:
    where = f"{setup.account_id}, {setup.country or 'no country'}, {(setup.currency or 'no currency').upper()}"
    if setup.is_charging and setup.is_paying_out:
        yield Check("account", Grade.OK, f"{where}: takes charges and pays out.")
    else:
        wanted = ", ".join(setup.requirements) or "see the provider's dashboard"
        yield Check("account", Grade.FAIL, f"{where}: not activated. Still wanted: {wanted}.")
    for name in CAPABILITIES:
        status = setup.capabilities.get(name, "not requested")
        if status == "active":
            yield Check(f"capability {name}", Grade.OK, "active.")
        else:
            yield Check(
                f"capability {name}", Grade.FAIL, f"{status}. Request it under Connect settings at the provider."
            )


def _version() -> Check:
    return Check("API version", Grade.OK, f"every request is pinned to {API_VERSION}.")


def _webhooks(found: Wiring, endpoints: Sequence[WebhookEndpoint] | None) -> Iterator[Check]:
    for kind, wanted in EVENTS.items():
        name = f"webhook {kind}"
        url = found.settings.public_url + found.webhook_path(kind)
        if not found.webhook_secret(kind):
            yield Check(
                name, Grade.FAIL, f"no secret: {url} answers 404. Set {SECRETS[kind]} to the endpoint's whsec_…."
            )
            continue
        if endpoints is None:
            text = "this key may not read the endpoints. Check in the dashboard that events go to " + url
            yield Check(name, Grade.WARN, text)
            continue
        yield _webhook(name, url, wanted, endpoints)


def _webhook(name: str, url: str, wanted: frozenset[str], endpoints: Sequence[WebhookEndpoint]) -> Check:
    here = [endpoint for endpoint in endpoints if endpoint.url == url]
    if not here:
        known = ", ".join(endpoint.url for endpoint in endpoints) or "none"
        return Check(name, Grade.FAIL, f"no endpoint {url} (there are: {known}). Add it in the provider's dashboard.")
    enabled = [endpoint for endpoint in here if endpoint.is_enabled]
    if not enabled:
        return Check(name, Grade.FAIL, f"{url} is disabled at the provider. Enable it.")
    taken = frozenset().union(*(endpoint.events for endpoint in enabled))
    if "*" not in taken and (missing := sorted(wanted - taken)):
        return Check(name, Grade.FAIL, f"{url} does not get {', '.join(missing)}. Add these events to the endpoint.")
    other = {endpoint.api_version for endpoint in enabled} - {API_VERSION, None}
    if other:
        text = f"{url} is sent as {', '.join(sorted(map(str, other)))}. Make it again with version {API_VERSION}."
        return Check(name, Grade.WARN, text)
    return Check(name, Grade.OK, f"{url} gets what we need.")


def _schedule(setup: PlatformSetup) -> Check:
    name = "platform payouts"
    if setup.payout_interval is None:
        return Check(name, Grade.WARN, "this key may not read the schedule. It has to be manual: check the dashboard.")
    if setup.payout_interval != "manual":
        text = f"{setup.payout_interval}: they drain the balance that transfers need. Set the schedule to manual."
        return Check(name, Grade.FAIL, text)
    return Check(name, Grade.OK, "manual, so that transfers find the money.")
