"""The URL map as a list of requests: what stands for each variable of an address, in a hub and on the central site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import Rule

from hubapp.web.areas import HubFlask
from tests.factories.world import World

UNKNOWN = "01890000-0000-7000-8000-000000000000"
# What stands for a variable on the central domain, unless the world has the object.
CENTRAL_VALUES = {
    "slug": "lyon",
    "vacant_slug": "quiet",
    "host": "lyon.example",
    "step": "start",
    "job_id": "1",
    "dispute_id": UNKNOWN,
    "request_id": UNKNOWN,
    "run_id": UNKNOWN,
    "item_id": UNKNOWN,
    "year": "2026",
    "token": "no-such-token",
    "act": "codes",
    "session_id": UNKNOWN,
    "account_id": UNKNOWN,
    "entry_id": UNKNOWN,
    "order_id": UNKNOWN,
    "proposal_id": UNKNOWN,
    "retainer_id": UNKNOWN,
    "plan_person_id": UNKNOWN,
    "sponsor_change_id": UNKNOWN,
    "version_id": UNKNOWN,
    "plan_period": "EUR-2026-10",
    "period_id": UNKNOWN,
    "take_back_id": UNKNOWN,
    "decision": "approve",
    "mail_id": UNKNOWN,
    "appeal_id": UNKNOWN,
    "action_id": UNKNOWN,
    "case_id": UNKNOWN,
    "notice_id": UNKNOWN,
    "payout_id": UNKNOWN,
    "intent_id": "pi_unknown",
    "endpoint": "platform",
    "version": "1",
    "name": "app.css",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of the walk."""

    rule: Rule
    method: str
    path: str


def values_of(world: World) -> dict[str, str]:
    """What stands for a variable in a hub."""
    return {**world.values, "version": "1", "name": "app.css"}


def central_values_of(world: World) -> dict[str, str]:
    """The same on the central site."""
    return {**CENTRAL_VALUES, **world.central, "account_id": str(world.people["connector, there"])}


def walk(app: HubFlask, area: str, values: dict[str, str]) -> Iterator[Ask]:
    """Every route of an area with every method; a variable that has no object yet is a KeyError that names it.

    Where a page calls something else by that name, `values` says so: "endpoint.variable".
    """
    adapter = app.url_map.bind("localhost", subdomain=area)
    for rule in app.url_map.iter_rules():
        if rule.subdomain != area:
            continue
        chosen = {name: _typed(values.get(f"{rule.endpoint}.{name}") or values[name]) for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield Ask(rule, method, adapter.build(rule.endpoint, chosen, method=method))


def _typed(value: str) -> Any:
    return int(value) if value.isdecimal() else value
