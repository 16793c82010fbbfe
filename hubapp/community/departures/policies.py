"""What keeps somebody from leaving, how long a file is kept, and how names of files are made: rules without I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hubapp.kernel.money import Money

KEPT = timedelta(days=7)
# Asking again within this time gets the same file; what still waits after it is taken for lost and made anew.
FRESH = timedelta(minutes=15)
# All pictures together; what does not fit is named in the file instead.
MOST_BYTES = 200 * 1024 * 1024

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something open. `key` names its words; `money`: how much is owed."""

    key: str
    count: int = 1
    money: Money | None = None


def open_ones(found: list[Obligation]) -> tuple[Obligation, ...]:
    """Those that are really there, in the order given."""
    return tuple(one for one in found if one.count > 0 and (one.money is None or one.money.amount > 0))


def is_kept(asked_at: datetime, now: datetime) -> bool:
    """Whether the file can still be fetched."""
    return now - asked_at < KEPT


def is_fresh(asked_at: datetime, now: datetime) -> bool:
    """Whether asking again would get the same."""
    return timedelta(0) <= now - asked_at < FRESH


def file_name(text: str) -> str:
    """A name that every system can store: no folders, no spaces, never empty, never hidden."""
    return _UNSAFE.sub("-", text).strip(".-")[:80] or "file"


def fits(taken: int, size: int) -> bool:
    """Whether one more file of `size` bytes has room beside those `taken`."""
    return taken + size <= MOST_BYTES
