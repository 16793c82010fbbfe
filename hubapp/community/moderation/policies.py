"""Rules of moderation without I/O: what may be done about a thing, how long a suspension lasts, what is appealable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("post", "comment", "gathering", "listing", "profile")
REASONS = ("spam", "unkind", "hate", "false", "unsafe", "private", "illegal", "other")
# Days of a suspension to choose from; 0: for good.
DAYS = (1, 3, 7, 14, 30, 0)
LEAVE, HIDE, WARN, SUSPEND, APPROVE, REFUSE = "leave", "hide", "warn", "suspend", "approve", "refuse"
ACTS = (LEAVE, HIDE, WARN, SUSPEND, APPROVE, REFUSE)
# What a person can ask the core to undo: what takes something from them.
APPEALABLE = frozenset({HIDE, WARN, SUSPEND, REFUSE})
SILENT = frozenset({LEAVE, APPROVE})
LONGEST_WORDS = 500
LONGEST_APPEAL = 2_000

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides on what can be done: about the thing, and about its subject. `is_open`: a case of it waits."""

    is_open: bool
    is_there: bool
    is_hidden: bool
    is_held: bool
    has_subject: bool
    has_role: bool


def clean(text: str) -> str:
    """A text without control characters, its line ends as one kind, nothing empty around it."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def possible(facts: Facts) -> tuple[str, ...]:
    """What can be done, the mildest first. Nobody with a role is suspended: they hand it over first."""
    found = []
    if facts.is_held and facts.is_there:
        found += [APPROVE, REFUSE]
    else:
        if facts.is_open:
            found.append(LEAVE)
        if facts.is_there and not facts.is_hidden:
            found.append(HIDE)
    if facts.has_subject:
        found.append(WARN)
        if not facts.has_role:
            found.append(SUSPEND)
    return tuple(found)


def fits(acts: Iterable[str], facts: Facts) -> bool:
    """Whether these can be done together: one, or hiding (or refusing) with one that concerns the person."""
    wanted = list(acts)
    if not wanted or len(set(wanted)) != len(wanted) or not set(wanted) <= set(possible(facts)):
        return False
    of_thing = [act for act in wanted if act in {LEAVE, HIDE, APPROVE, REFUSE}]
    of_person = [act for act in wanted if act in {WARN, SUSPEND}]
    if len(of_thing) > 1 or len(of_person) > 1:
        return False
    return not of_person or not set(of_thing) & SILENT


def until(days: int, now: datetime) -> datetime | None:
    """When a suspension ends that begins now; None: never."""
    return now + timedelta(days=days) if days else None


def standing(ends: Iterable[datetime | None], now: datetime) -> tuple[bool, datetime | None]:
    """(whether somebody is suspended, until when) by the ends of what was not undone; the longest counts."""
    running = [end for end in ends if end is None or end > now]
    if not running:
        return False, None
    return True, None if None in running else max(end for end in running if end is not None)


def may_appeal(act: str, *, is_undone: bool, has_appealed: bool) -> bool:
    """Once per action, as long as it stands."""
    return act in APPEALABLE and not is_undone and not has_appealed
