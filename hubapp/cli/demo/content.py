"""What is told of a hub in the demo: its people, what they sell, what they do together. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from hubapp.cli.demo.life import Life
from hubapp.community.gatherings.policies.details import Details
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.market.catalogue.policies import ListingText
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.packs.schema import Pack


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented; who has the same address in two hubs is one account. `joined`: days ago.

    `through`: how the link of who brought them travelled, or the label of an invite link of theirs. Who does not
    sign in has no password until they ask for one by mail. `looks`: what is told of how they look, for a portrait.
    """

    key: str
    name: str
    email: str
    locale: str
    joined: int
    role: str | None
    brought_by: str | None
    about: str
    address: dict[str, str]
    through: str = "link"
    permissions: tuple[str, ...] = ()
    signs_in: bool = True
    profile: ProfileText = field(default_factory=ProfileText)
    looks: frozenset[str] = frozenset()

    @property
    def has_address(self) -> bool:
        """Whether things can be sent to them."""
        return "street" in self.address

    @property
    def tells(self) -> bool:
        """Whether they have filled in anything of their profile."""
        return bool(self.about or self.profile.place or self.profile.tags)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that is drawn for the demo: which of `scenes`, and what to say to who does not see it."""

    scene: str
    alt: str


@dataclass(frozen=True, slots=True)
class Article:
    """Something on sale: `added` days ago, bought the more often the higher its `appeal`, at most `most` at a time."""

    seller: str | None
    text: ListingText
    added: int
    appeal: int
    most: int
    is_sold_out: bool
    picture: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Somebody has their earnings paid out, that many days ago."""

    who: str
    days_ago: int


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody has an article (by its number) every month, that many days by now; a refused card fails later."""

    who: str
    article: int
    days_ago: int
    quantity: int
    has_refused_card: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """The network pays somebody a fixed amount (minor units) every week or month, from that many days ago on."""

    who: str
    amount: int
    rhythm: Rhythm
    days_ago: int
    note: str
    reason: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """One that is told about: paid with an ordinary card, or one whose bank disputes it.

    `defense`: what the network answers the bank, which gives in. `asks_back`: why the buyer wants the money again.
    """

    who: str
    article: int
    days_ago: int
    is_disputed: bool
    defense: str | None
    asks_back: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """The network's payout run, that many days ago; one that is not approved waits."""

    days_ago: int
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """A gathering, that many days from now (below zero: ago), on `weekday` (0 is Monday) from there on if one is given.

    `come`: who registers, in this order, and how many seats they take; `arrived`: who was let in at the door.
    `guests`: how many others come as well; `regulars`: who comes to the dates of a series again and again.
    `canceled`: why it did not take place.
    """

    text: Details
    host: str
    in_days: int
    weekday: int | None
    at: time
    minutes: int
    repeat: str | None
    announced: int
    come: tuple[tuple[str, int], ...]
    arrived: tuple[str, ...]
    guests: int = 0
    regulars: tuple[str, ...] = ()
    canceled: str = ""
    picture: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """Somebody answers a conversation, reacts to it or votes, so many hours later."""

    who: str
    hours: float
    text: str
    reaction: str
    choice: int | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Rewording:
    """What somebody makes of their own words, that many hours after they wrote them."""

    hours: float
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation begun that many days ago; `topic` by its place in the hub's list.

    `likes`: how many more people react to it; `votes`: how many more choose each answer; `key`: what others call it.
    """

    who: str
    days_ago: int
    title: str
    text: str
    topic: int | None
    is_pinned: bool
    question: str
    options: tuple[str, ...]
    responses: tuple[Response, ...]
    likes: int = 0
    votes: tuple[int, ...] = ()
    key: str = ""
    picture: Drawing | None = None
    reworded: Rewording | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody joins the earning programme, that many days ago, under somebody else or directly under the core."""

    who: str
    sponsor: str | None
    days_ago: int


@dataclass(frozen=True, slots=True)
class Programme:
    """The pay plan (its text, with START for its first day) in force for `months`, and who takes part."""

    plan: str
    months: int
    joinings: tuple[Joining, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A year in one hub; `cancellations` are the reasons of the orders that are called off."""

    pack: Pack
    orders: int
    people: dict[str, Person]
    articles: tuple[Article, ...]
    cancellations: tuple[str, ...]
    payouts: tuple[Withdrawal, ...]
    subscribers: tuple[Subscriber, ...] = ()
    retainers: tuple[Promise, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    runs: tuple[Run, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    topics: tuple[tuple[str, str], ...] = ()
    talks: tuple[Talk, ...] = ()
    life: Life = field(default_factory=Life)
    programme: Programme | None = None

    @property
    def slug(self) -> str:
        """The hub's address."""
        return self.pack.slug
