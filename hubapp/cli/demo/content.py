"""What a hub's `demo.toml` tells: its people, what they sell, and how much happens there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from hubapp.community.gatherings.models import Format
from hubapp.community.gatherings.policies.details import Details, Question
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.kernel.money import Money
from hubapp.market.catalogue.policies import ListingText
from hubapp.tenancy.packs.schema import Pack

FILE = "demo.toml"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented; who has the same address in two hubs is one account. `joined`: days ago."""

    key: str
    name: str
    email: str
    locale: str
    joined: int
    role: str | None
    brought_by: str | None
    about: str
    address: dict[str, str]


@dataclass(frozen=True, slots=True)
class Article:
    """Something on sale: `added` days ago, bought the more often the higher its `appeal`, at most `most` at a time."""

    seller: str | None
    text: ListingText
    added: int
    appeal: int
    most: int
    is_sold_out: bool


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


@dataclass(frozen=True, slots=True)
class Response:
    """Somebody answers a conversation, reacts to it or votes, so many hours later."""

    who: str
    hours: float
    text: str
    reaction: str
    choice: int | None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation begun that many days ago; `topic` by its place in the hub's list."""

    who: str
    days_ago: int
    title: str
    text: str
    topic: int | None
    is_pinned: bool
    question: str
    options: tuple[str, ...]
    responses: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Ten weeks in one hub; `cancellations` are the reasons of the orders that are called off."""

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

    @property
    def slug(self) -> str:
        """The hub's address."""
        return self.pack.slug


def read(folder: Path, pack: Pack) -> Story:
    """The story in a pack's folder. Raises KeyError or ValueError where the file is wrong: it is ours."""
    data = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    people = {key: _person(key, values, data["mail"], pack) for key, values in data["people"].items()}
    articles = tuple(_article(values, pack.currency) for values in (*data["listings"], *data.get("monthly", ())))
    numbers = {article.text.title: number for number, article in enumerate(articles)}
    return Story(
        pack=pack,
        orders=data["orders"],
        people=people,
        articles=articles,
        cancellations=tuple(data["cancel"]),
        payouts=tuple(Withdrawal(row["who"], row["days_ago"]) for row in data["payouts"]),
        subscribers=tuple(
            Subscriber(
                row["who"],
                numbers[row["of"]],
                row["days_ago"],
                row.get("quantity", 1),
                row.get("refused_card", False),
            )
            for row in data.get("subscriptions", ())
        ),
        retainers=tuple(
            Promise(
                row["who"],
                Money.parse(row["amount"], pack.currency).amount,
                Rhythm(row["rhythm"]),
                row["days_ago"],
                row["note"],
                row["reason"],
            )
            for row in data.get("retainers", ())
        ),
        purchases=tuple(_purchase(row, numbers) for row in data.get("purchases", ())),
        runs=tuple(Run(row["days_ago"], row["approved"]) for row in data.get("runs", ())),
        meetings=tuple(_meeting(values, pack.currency) for values in data.get("gatherings", ())),
        topics=tuple((row["name"], row["tone"]) for row in data.get("topics", ())),
        talks=tuple(map(_talk, data.get("talks", ()))),
    )


def _purchase(row: dict[str, Any], numbers: dict[str, int]) -> Purchase:
    return Purchase(
        who=row["who"],
        article=numbers[row["of"]],
        days_ago=row["days_ago"],
        is_disputed=row.get("disputed", False),
        defense=row.get("defense"),
        asks_back=row.get("asks_back"),
    )


def _talk(values: dict[str, Any]) -> Talk:
    return Talk(
        who=values["who"],
        days_ago=values["days_ago"],
        title=values.get("title", ""),
        text=values["text"].strip(),
        topic=values.get("topic"),
        is_pinned=values.get("pinned", False),
        question=values.get("question", ""),
        options=tuple(values.get("options", ())),
        responses=tuple(
            Response(row["who"], row["hours"], row.get("text", ""), row.get("react", ""), row.get("vote"))
            for row in values.get("responses", ())
        ),
    )


def _person(key: str, values: dict[str, Any], domain: str, pack: Pack) -> Person:
    place: dict[str, str] = {name: values[name] for name in ("street", "postcode", "city") if name in values}
    return Person(
        key=key,
        name=values["name"],
        email=values.get("email", f"{key}@{domain}"),
        locale=values.get("locale", pack.default_locale),
        joined=values["joined"],
        role=values.get("role"),
        brought_by=values.get("brought_by"),
        about=values.get("about", ""),
        address={"name": values["name"], **place, "country": pack.country},
    )


def _article(values: dict[str, Any], currency: str) -> Article:
    shipping = values.get("shipping")
    return Article(
        seller=values["seller"] or None,
        text=ListingText(
            kind=values["kind"],
            title=values["title"],
            body_md=values["body"].strip(),
            price=Money.parse(values["price"], currency),
            left=values.get("stock"),
            has_pickup=values.get("pickup", True),
            shipping_price=None if shipping is None else Money.parse(shipping, currency),
            tax_category=values["tax"],
            is_monthly=values.get("monthly", False),
        ),
        added=values["added"],
        appeal=values["appeal"],
        most=values.get("most", 1),
        is_sold_out=values.get("sold_out", False),
    )


def _meeting(values: dict[str, Any], currency: str) -> Meeting:
    price = Money.parse(values["price"], currency).amount if "price" in values else None
    questions = (
        Question(f"q{number}", one["label"], one.get("kind", "text"), choices=tuple(one.get("choices", ())))
        for number, one in enumerate(values.get("questions", ()))
    )
    return Meeting(
        text=Details(
            title=values["title"],
            body_md=values["body"].strip(),
            format=values.get("format", Format.PLACE),
            place_name=values.get("place", ""),
            address=values.get("address", ""),
            how_to_find=values.get("how_to_find", ""),
            online_url=values.get("online", ""),
            capacity=values.get("seats"),
            most_seats=values.get("most_seats", 2),
            price=price,
            is_sold_by_host=price is not None,
            questions=tuple(questions),
        ),
        host=values["host"],
        in_days=values["in_days"],
        weekday=values.get("weekday"),
        at=time.fromisoformat(values["at"]),
        minutes=values["minutes"],
        repeat=values.get("repeat"),
        announced=values["announced"],
        come=tuple((who, seats) for who, seats in values["come"]),
        arrived=tuple(values.get("arrived", ())),
    )
