"""What is told of how a hub lives besides talking and meeting: letters, mentors, moderation, invitations, news."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One message, so many hours after its thread began."""

    who: str
    hours: float
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A thread of messages begun that many days ago; what is not `unread` has been seen by everybody in it."""

    who: str
    to: tuple[str, ...]
    days_ago: float
    title: str
    lines: tuple[Line, ...]
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Mentor:
    """The connector asks somebody to welcome newcomers; who `accepts` says yes the same day, None: has not said."""

    who: str
    days_ago: float
    accepts: bool | None


@dataclass(frozen=True, slots=True)
class Objection:
    """Somebody reports a conversation or an answer (`about`: its key), so many hours after it was written."""

    who: str
    about: str
    hours: float
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The connector decides, so many hours after it was written; `appeal`: what its author asks of the core."""

    about: str
    hours: float
    acts: tuple[str, ...]
    words: str
    days: int
    appeal: str


@dataclass(frozen=True, slots=True)
class Distance:
    """Somebody blocks somebody."""

    who: str
    whom: str
    days_ago: float


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The connector writes to everybody; a draft where it was never sent."""

    days_ago: float
    subject: str
    text: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody makes an invite link with this label, and it is opened so often by people who do not join."""

    who: str
    label: str
    days_ago: float
    opened: int


@dataclass(frozen=True, slots=True)
class Amendment:
    """The connector puts `words` in the place of what a page says, in one language."""

    days_ago: float
    page: str
    locale: str
    instead_of: str
    words: str


@dataclass(frozen=True, slots=True)
class Life:
    """All of it in one hub; `held_from`: since that many days ago, the first text of a new member waits."""

    letters: tuple[Letter, ...] = ()
    mentors: tuple[Mentor, ...] = ()
    objections: tuple[Objection, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    distances: tuple[Distance, ...] = ()
    bulletins: tuple[Bulletin, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    held_from: float | None = None
