"""Rules of messages without I/O: who may write to whom, what a text may be, how messages stand on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

MOST_PEOPLE = 12
LONGEST_MESSAGE = 5_000
LONGEST_TITLE = 80
# Messages of one author within this span stand together under one name.
TOGETHER = timedelta(minutes=10)
NOTHING = UUID(int=0)
# How often an open page asks each ten seconds after something happened, before it falls back to asking seldom.
WARM = 6
# From so many conversations on something is said of how soon the hub's team answers; of what they did in so long; and
# what was asked so recently may still be answered.
LEAST_ASKED = 3
REPLIES_SINCE = timedelta(days=90)
STILL_OPEN = timedelta(days=2)

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")
_APART = re.compile(r"[\s,;،؛]+")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one recipient stands to an author who wants to write to them."""

    takes_messages: bool
    has_blocked_author: bool
    is_blocked_by_author: bool
    has_answered: bool = False


def may_reach(standing: Standing) -> bool:
    """Whether an author's words may come to this recipient; whoever answered before still takes the answer."""
    if standing.has_blocked_author or standing.is_blocked_by_author:
        return False
    return standing.takes_messages or standing.has_answered


def pair_of(one: UUID, other: UUID) -> str:
    """What the thread of two is known by, whoever begins."""
    first, second = sorted((one, other))
    return f"{first}:{second}"


def clean(text: str) -> str:
    """A text without control characters, its line ends as one kind, nothing empty around it."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(clean(text).split())


def handles_in(text: str) -> tuple[str, ...]:
    """The handles typed into a field, each once, in small letters and without their sign."""
    found = (part.lstrip("@").lower() for part in _APART.split(text))
    return tuple(dict.fromkeys(filter(None, found)))


def preview(text: str, *, most: int = 90) -> str:
    """The first words of a message, without Markdown's signs."""
    words = " ".join(re.sub(r"[*_`#>\[\]()~|]+", " ", text[: most * 4]).split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + "…"


def heads(written: Iterable[tuple[UUID, datetime]]) -> list[bool]:
    """Which messages of (author, when), oldest first, begin a new group under their author's name."""
    found: list[bool] = []
    before: tuple[UUID, datetime] | None = None
    for author, at in written:
        found.append(before is None or before[0] != author or at - before[1] > TOGETHER)
        before = author, at
    return found


def usual_reply(asked: Iterable[tuple[datetime, datetime | None]], *, now: datetime) -> timedelta | None:
    """Within what time every second question had its answer; None where too few were asked, or most were not answered.

    `asked`: when somebody first wrote, and when they were answered. What waits unanswered counts as waiting for ever.
    """
    waits = sorted(
        timedelta.max if answered is None else answered - at
        for at, answered in asked
        if answered is not None or now - at > STILL_OPEN
    )
    if len(waits) < LEAST_ASKED:
        return None
    median = waits[len(waits) // 2]
    return None if median == timedelta.max else median
