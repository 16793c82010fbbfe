"""What happened in moderation that concerns the network as well."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseLeftToCore:
    """Something waits to be decided, and nobody of the hub can, or nobody looks after the hub. Told anew per report."""

    hub_id: int
    case_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class DecisionAppealed:
    """Somebody asked the core to undo what was decided about them."""

    hub_id: int
    appeal_id: uuid.UUID
