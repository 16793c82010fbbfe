"""What happened to proposals that a hub be handed on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandoverProposed:
    """Somebody is asked to look after the hub."""

    hub_id: int
    handover_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class HandoverAccepted:
    """They look after it now; what the other one's role permitted has ended."""

    hub_id: int
    handover_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class HandoverClosed:
    """It came to nothing: declined or withdrawn."""

    hub_id: int
    handover_id: uuid.UUID
