"""One finding of the lint: its clause, how it stands, the number, and the reason in words."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(enum.StrEnum):
    """Refused: the plan may not be used; warned: somebody should decide knowingly."""

    OK = "ok"
    WARNED = "warned"
    REFUSED = "refused"


OURS = "a rule of our own"  # no law or code has a number for it


@dataclass(frozen=True, slots=True)
class Finding:
    """`value` is a number in the unit that `reason` names, or None."""

    clause: str
    check: str
    status: Status
    value: int | None
    reason: str
    source: str = OURS


def judged(
    clause: str, check: str, value: int, *, warn: bool = False, refuse: bool = False, reason: str, source: str = ""
) -> Finding:
    """A finding with its number; a refusal weighs more than a warning."""
    status = Status.REFUSED if refuse else Status.WARNED if warn else Status.OK
    return Finding(clause, check, status, value, reason, source or OURS)
