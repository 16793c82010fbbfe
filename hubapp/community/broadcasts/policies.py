"""What may be written to whom, and how fast it goes: rules without I/O."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_SUBJECT, LONGEST_BODY = 120, 20_000
EVERYBODY, SELLERS, NEW = "everybody", "sellers", "new"
SEGMENTS = (EVERYBODY, SELLERS, NEW)
NEW_FOR = timedelta(days=30)
# So many a minute: mail servers take a sudden flood for spam.
BATCH = 300


def joined_after(segment: str, now: datetime) -> datetime | None:
    """Who joined later belongs to the segment; None: everybody."""
    return now - NEW_FOR if segment == NEW else None
