"""What people do in the demo's past, as plain values: who, what, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from hubapp.cli.demo.content import Article, Meeting, Person, Promise, Talk
from hubapp.cli.demo.deeds import Deed


@dataclass(frozen=True, slots=True)
class Open:
    """The central team opens the hub."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Somebody signs up, if new to the network, and joins; with a role they are given it."""

    person: Person


@dataclass(frozen=True, slots=True)
class Offer:
    """A seller, or the core, puts something up for sale. `number`: its place in the story."""

    number: int
    article: Article


@dataclass(frozen=True, slots=True)
class Buy:
    """Somebody fills a basket and pays, or does not.

    `lines`: (number of the article, quantity); `via`: whose link brought them, this moment.
    """

    number: int
    buyer: str
    lines: tuple[tuple[int, int], ...]
    is_shipped: bool = False
    via: str | None = None
    channel: str = "link"
    is_paid: bool = True
    is_declined_first: bool = False
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """The sellers of a purchase hand everything over."""

    number: int


@dataclass(frozen=True, slots=True)
class CallOff:
    """A seller calls a purchase off, and the money goes back."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class AskBack:
    """The buyer of a purchase wants their money back."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Defend:
    """The central team answers the bank that disputes a purchase; the bank gives in."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class PayOut:
    """The central team proposes a payout run for everybody, and approves it or lets it wait."""

    is_approved: bool


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Somebody gets an article every month and pays the first one; then perhaps saves a card that will be refused."""

    who: str
    article: int
    quantity: int
    has_refused_card: bool


@dataclass(frozen=True, slots=True)
class Connect:
    """Somebody opens a payout account and fills its form in."""

    who: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Somebody asks for what is available."""

    who: str


@dataclass(frozen=True, slots=True)
class Agree:
    """One of the central team proposes a retainer, another approves it."""

    promise: Promise


@dataclass(frozen=True, slots=True)
class Announce:
    """Somebody plans a gathering, for that day, and publishes it. `number`: its place in the story."""

    number: int
    meeting: Meeting
    day: date


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody registers for a gathering; `date`: for which of a series, 0 is the first."""

    number: int
    who: str
    seats: int
    date: int = 0


@dataclass(frozen=True, slots=True)
class Arrive:
    """Somebody is let in at the door, by its host, with all their seats."""

    number: int
    who: str
    date: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """A gathering is called off."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Say:
    """Somebody begins a conversation. `number`: its place in the story."""

    number: int
    talk: Talk


@dataclass(frozen=True, slots=True)
class Reword:
    """Who began it changes their words; everybody can read what they were."""

    number: int
    talk: Talk
    text: str


@dataclass(frozen=True, slots=True)
class Respond:
    """Somebody answers it, or reacts, or votes: what they leave empty they do not."""

    number: int
    who: str
    text: str = ""
    reaction: str = ""
    choice: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncePlan:
    """One of the central team drafts and proposes a pay plan, another announces it."""

    source: str


@dataclass(frozen=True, slots=True)
class TakePart:
    """Somebody joins the earning programme."""

    who: str
    sponsor: str | None


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """The central team closes a month of the pay plan."""

    name: str


Act: TypeAlias = (
    Open
    | Enter
    | Offer
    | Buy
    | HandOver
    | CallOff
    | AskBack
    | Defend
    | Subscribe
    | Connect
    | Withdraw
    | Agree
    | PayOut
    | Announce
    | Come
    | Arrive
    | Cancel
    | Say
    | Reword
    | Respond
    | AnnouncePlan
    | TakePart
    | ClosePeriod
    | Deed
)


@dataclass(frozen=True, slots=True)
class Step:
    """An act at its moment, in its hub."""

    at: datetime
    slug: str
    act: Act


def can_wait(act: Act) -> bool:
    """Whether what it causes, if anything, may come a little later: somebody is let in, or reacts without a word."""
    return isinstance(act, Arrive) or (isinstance(act, Respond) and not act.text)
