"""How long a proposal stands: rules without I/O."""

from __future__ import annotations

from datetime import datetime, timedelta

STANDS = timedelta(days=14)
LONGEST_NOTE = 500


def ends_at(proposed_at: datetime) -> datetime:
    """Until when a proposal can be accepted."""
    return proposed_at + STANDS


def stands(proposed_at: datetime, now: datetime) -> bool:
    """Whether a proposal can still be accepted."""
    return now < ends_at(proposed_at)
