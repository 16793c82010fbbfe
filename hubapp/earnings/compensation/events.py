"""What happened to the pay plan."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanAnnounced:
    """A version of the plan was agreed on by two people; it holds from its first day on."""

    version_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class PeriodClosed:
    """Everything that a period pays is in the books."""

    period_id: uuid.UUID
