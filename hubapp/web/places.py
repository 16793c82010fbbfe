"""Places in lists that go by a moment, as they stand in addresses: the moment and the id of a row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

Place = tuple[datetime, UUID]
LONGEST = 18


def read(typed: str) -> Place | None:
    """A place from an address; nonsense is none."""
    found = read_open(typed)
    return None if found is None or found[0] is None else (found[0], found[1])


def read_open(typed: str) -> tuple[datetime | None, UUID] | None:
    """The same in a list where a row may have no moment."""
    moment, _separator, number = typed.partition("_")
    try:
        at, last = datetime.fromisoformat(moment) if moment else None, UUID(number)
    except ValueError:
        return None
    return (at, last) if at is None or at.tzinfo else None


def read_hub(typed: str) -> tuple[datetime, int] | None:
    """The same in a list of hubs: with the number of one."""
    moment, _separator, number = typed.partition("_")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(number)) if at.tzinfo else None


def written(at: datetime | None, last: UUID | int) -> str:
    """A place for an address."""
    return f"{at.isoformat() if at else ''}_{last}"
