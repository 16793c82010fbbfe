"""The sections of a front page: which of them show, and what becomes of those that are switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubapp.tenancy.models import Hub
from hubapp.tenancy.packs import schema
from hubapp.tenancy.queries import HubView

FIRST = "hero"


def shown(features: Mapping[str, Any]) -> tuple[str, ...]:
    """The sections that a front page shows with these switches."""
    return tuple(name for name in schema.SECTIONS if is_on(features, schema.SECTION_SWITCHES.get(name, "")))


def in_order(chosen: Sequence[str]) -> tuple[str, ...]:
    """Chosen sections as they stand: the promise, where it is shown, is what a page begins with."""
    return tuple(sorted(chosen, key=lambda name: name != FIRST))


def is_on(features: Mapping[str, Any], switch: str) -> bool:
    """Whether a switch is on and so is what it needs: of packs before that rule one may be on alone."""
    needed = schema.SWITCH_NEEDS.get(switch, "")
    return bool(features.get(switch, True) and features.get(needed, True))


def with_hidden(hub: Hub | HubView, chosen: Sequence[str]) -> tuple[str, ...]:
    """Chosen sections with those that are listed and out of sight now, each behind the one it stood behind."""
    listed, in_sight = hub.home.get("sections") or (), shown(hub.features)
    result = list(chosen)
    for place, name in enumerate(listed):
        if name not in in_sight and name not in result:
            before = next((one for one in reversed(listed[:place]) if one in result), None)
            result.insert(0 if before is None else result.index(before) + 1, name)
    return tuple(result)
