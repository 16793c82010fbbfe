"""What happened to a hub."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HubOpened:
    """A hub came into being."""

    hub_id: int


@dataclass(frozen=True, slots=True)
class HubFrozen:
    """Sales stopped; `reason` is shown to visitors."""

    hub_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class HubLifted:
    """A frozen hub sells again."""

    hub_id: int
