"""What people do together in the demo's past besides meeting and talking, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hubapp.cli.demo.life import Amendment, Bulletin, Distance, Invitation, Letter, Mentor, Objection, Verdict


@dataclass(frozen=True, slots=True)
class Invite:
    """Somebody makes an invite link; it is opened by people who do not join."""

    invitation: Invitation


@dataclass(frozen=True, slots=True)
class AskMentor:
    """The connector asks somebody to welcome newcomers, who may say yes or no at once."""

    mentor: Mentor


@dataclass(frozen=True, slots=True)
class HoldFirst:
    """The connector wants to see the first text of new members before others do."""


@dataclass(frozen=True, slots=True)
class Write:
    """Somebody writes in a thread; the first of its lines begins it. `number`: its place in the story."""

    number: int
    letter: Letter
    line: int


@dataclass(frozen=True, slots=True)
class ReadAll:
    """Everybody in a thread has seen all of it."""

    number: int


@dataclass(frozen=True, slots=True)
class Object:
    """Somebody reports something."""

    objection: Objection


@dataclass(frozen=True, slots=True)
class Judge:
    """The connector decides about it."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Appeal:
    """Whom a decision concerns asks the core to undo it."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class KeepAway:
    """Somebody blocks somebody."""

    distance: Distance


@dataclass(frozen=True, slots=True)
class Tell:
    """The connector writes to everybody, or begins to."""

    bulletin: Bulletin


@dataclass(frozen=True, slots=True)
class Amend:
    """The connector changes a page; what it said before stays a version."""

    amendment: Amendment


Deed: TypeAlias = Invite | AskMentor | HoldFirst | Write | ReadAll | Object | Judge | Appeal | KeepAway | Tell | Amend
