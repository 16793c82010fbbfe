"""Reading what is told of a hub in the demo: `demo.toml`, and the files beside it in `demo/`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from pathlib import Path
from typing import Any, TypeVar

from hubapp.cli.demo import life
from hubapp.cli.demo.content import (
    Article,
    Drawing,
    Joining,
    Meeting,
    Person,
    Programme,
    Promise,
    Purchase,
    Response,
    Rewording,
    Run,
    Story,
    Subscriber,
    Talk,
    Withdrawal,
)
from hubapp.cli.demo.scenes import SCENES
from hubapp.cli.faces.looks import WORDS
from hubapp.community.gatherings.models import Format
from hubapp.community.gatherings.policies.details import Details, Question
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.kernel.money import Money
from hubapp.market.catalogue.policies import ListingText
from hubapp.people.profiles.policies import TAGS, ProfileText
from hubapp.tenancy.packs.schema import Pack

# Sales and who began it; more people and what all tell of themselves; how they look; what they sell; the earning
# programme; talks; gatherings; all else.
FILES = tuple(
    f"{name}.toml"
    for name in (
        "demo",
        "demo/people",
        "demo/faces",
        "demo/market",
        "demo/programme",
        "demo/talks",
        "demo/gatherings",
        "demo/life",
    )
)
Made = TypeVar("Made")


def read(folder: Path, pack: Pack) -> Story:
    """The story in a pack's folder. Raises ValueError, with the file and the entry, where it is wrong: it is ours."""
    parts = [(name, _toml(folder / name)) for name in FILES if (folder / name).exists()]
    data = parts[0][1]
    told, looks = _tables(parts, "told"), _looks(parts)
    people = {
        key: _entry(
            f"{name}: people.{key}",
            _person,
            {"key": key, **values, **told.get(key, {}), "looks": looks.pop(key, ()), "signs_in": name == FILES[0]},
            data["mail"],
            pack,
        )
        for name, found in parts
        for key, values in found.get("people", {}).items()
    }
    if looks:
        raise ValueError(f"{FILES[2]}: faces: {', '.join(looks)} is missing or not known")
    articles = tuple(_entries(parts, ("listings", "monthly"), lambda row: _article(row, pack.currency)))
    numbers = {article.text.title: number for number, article in enumerate(articles)}
    return Story(
        pack=pack,
        orders=data["orders"],
        people=people,
        articles=articles,
        cancellations=tuple(data["cancel"]),
        payouts=tuple(_entries(parts, ("payouts",), lambda row: Withdrawal(row["who"], row["days_ago"]))),
        subscribers=tuple(_entries(parts, ("subscriptions",), lambda row: _subscriber(row, numbers))),
        retainers=tuple(_entries(parts, ("retainers",), lambda row: _promise(row, pack.currency))),
        purchases=tuple(_entries(parts, ("purchases",), lambda row: _purchase(row, numbers))),
        runs=tuple(_entries(parts, ("runs",), lambda row: Run(row["days_ago"], row["approved"]))),
        meetings=tuple(_entries(parts, ("gatherings",), lambda row: _meeting(row, pack.currency))),
        topics=tuple(_entries(parts, ("topics",), lambda row: (row["name"], row["tone"]))),
        talks=tuple(_entries(parts, ("talks",), _talk)),
        life=_life(parts),
        programme=_programme(parts),
    )


def _looks(parts: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, set[str]]:
    """Person → the words about how they look."""
    found: dict[str, set[str]] = {}
    for file, values in parts:
        for word, keys in values.get("faces", {}).items():
            if word not in WORDS:
                raise ValueError(f"{file}: faces: {word} is not known")
            for key in keys.split():
                found.setdefault(key, set()).add(word)
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None  # it says the line


def _tables(parts: Iterable[tuple[str, dict[str, Any]]], name: str) -> dict[str, dict[str, Any]]:
    return {key: values for _file, found in parts for key, values in found.get(name, {}).items()}


def _entries(
    parts: Iterable[tuple[str, dict[str, Any]]], lists: tuple[str, ...], make: Callable[[dict[str, Any]], Made]
) -> list[Made]:
    """The entries of these lists, file after file."""
    return [
        _entry(f"{file}: {name} {place}", make, row)
        for name in lists
        for file, found in parts
        for place, row in enumerate(found.get(name, ()), start=1)
    ]


def _entry(where: str, make: Callable[..., Made], *arguments: Any) -> Made:
    try:
        return make(*arguments)
    except KeyError as error:
        raise ValueError(f"{where}: {error} is missing or not known") from None
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from None


def _person(values: dict[str, Any], domain: str, pack: Pack) -> Person:
    place: dict[str, str] = {name: values[name] for name in ("street", "postcode", "city") if name in values}
    return Person(
        key=values["key"],
        name=values["name"],
        email=values.get("email", f"{values['key']}@{domain}"),
        locale=values.get("locale", pack.default_locale),
        joined=values["joined"],
        role=values.get("role"),
        brought_by=values.get("brought_by"),
        about=values.get("about", ""),
        address={"name": values["name"], **place, "country": pack.country},
        through=values.get("through", "link"),
        permissions=tuple(values.get("permissions", ())),
        signs_in=values["signs_in"],
        looks=frozenset(values["looks"]),
        profile=ProfileText(
            place=values.get("place", ""),
            links=tuple(values.get("links", ())),
            tags={kind: tuple(values[kind]) for kind in TAGS if kind in values},
            audiences=values.get("seen_by", {}),
            takes_messages=values.get("takes_messages", True),
        ),
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
            plan_kind=values.get("plan_kind"),
        ),
        added=values["added"],
        appeal=values["appeal"],
        most=values.get("most", 1),
        is_sold_out=values.get("sold_out", False),
        picture=_drawing(values),
    )


def _subscriber(row: dict[str, Any], numbers: Mapping[str, int]) -> Subscriber:
    refused = row.get("refused_card", False)
    return Subscriber(row["who"], numbers[row["of"]], row["days_ago"], row.get("quantity", 1), refused)


def _promise(row: dict[str, Any], currency: str) -> Promise:
    amount = Money.parse(row["amount"], currency).amount
    return Promise(row["who"], amount, Rhythm(row["rhythm"]), row["days_ago"], row["note"], row["reason"])


def _purchase(row: dict[str, Any], numbers: Mapping[str, int]) -> Purchase:
    return Purchase(
        who=row["who"],
        article=numbers[row["of"]],
        days_ago=row["days_ago"],
        is_disputed=row.get("disputed", False),
        defense=row.get("defense"),
        asks_back=row.get("asks_back"),
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
        announced=values.get("announced", 21 - values["in_days"]),
        come=tuple((who, seats) for who, seats in values.get("come", ())),
        arrived=tuple(values.get("arrived", ())),
        guests=values.get("guests", 0),
        regulars=tuple(values.get("regulars", ())),
        canceled=values.get("canceled", ""),
        picture=_drawing(values),
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
        responses=tuple(map(_response, values.get("responses", ()))),
        likes=values.get("likes", 0),
        votes=tuple(values.get("votes", ())),
        key=values.get("key", ""),
        picture=_drawing(values),
        reworded=Rewording(**values["reworded"]) if "reworded" in values else None,
    )


def _drawing(values: dict[str, Any]) -> Drawing | None:
    if "picture" not in values:
        return None
    found = Drawing(**values["picture"])
    if found.scene not in SCENES:
        raise ValueError(f"picture.scene is {found.scene}; there are {', '.join(SCENES)}")
    return found


def _response(row: dict[str, Any]) -> Response:
    text, reaction = row.get("text", ""), row.get("react", "")
    return Response(row["who"], row["hours"], text, reaction, row.get("vote"), row.get("key", ""))


def _life(parts: Iterable[tuple[str, dict[str, Any]]]) -> life.Life:
    parts = list(parts)
    held = [found["held_from"] for _name, found in parts if "held_from" in found]
    return life.Life(
        letters=tuple(_entries(parts, ("letters",), _letter)),
        mentors=tuple(
            _entries(parts, ("mentors",), lambda row: life.Mentor(row["who"], row["days_ago"], row.get("accepts")))
        ),
        objections=tuple(_entries(parts, ("objections",), lambda row: life.Objection(**row))),
        verdicts=tuple(_entries(parts, ("verdicts",), _verdict)),
        distances=tuple(_entries(parts, ("distances",), lambda row: life.Distance(**row))),
        bulletins=tuple(_entries(parts, ("bulletins",), _bulletin)),
        invitations=tuple(_entries(parts, ("invitations",), lambda row: life.Invitation(**row))),
        amendments=tuple(_entries(parts, ("amendments",), lambda row: life.Amendment(**row))),
        held_from=held[0] if held else None,
    )


def _programme(parts: Iterable[tuple[str, dict[str, Any]]]) -> Programme | None:
    found = [(name, one["programme"]) for name, one in parts if "programme" in one]
    if not found:
        return None
    name, values = found[0]
    return _entry(f"{name}: programme", _of_programme, values)


def _of_programme(values: dict[str, Any]) -> Programme:
    joinings = (Joining(row["who"], row.get("under"), row["days_ago"]) for row in values["joined"])
    return Programme(values["plan"].strip(), values["months"], tuple(joinings))


def _letter(row: dict[str, Any]) -> life.Letter:
    lines = tuple(life.Line(who, hours, text) for who, hours, text in row["lines"])
    return life.Letter(
        row["who"], tuple(row["to"]), row["days_ago"], row.get("title", ""), lines, row.get("unread", False)
    )


def _verdict(row: dict[str, Any]) -> life.Verdict:
    words, days, appeal = row.get("words", ""), row.get("days", 0), row.get("appeal", "")
    return life.Verdict(row["about"], row["hours"], tuple(row["acts"]), words, days, appeal)


def _bulletin(row: dict[str, Any]) -> life.Bulletin:
    return life.Bulletin(row["days_ago"], row["subject"], row["text"].strip(), row.get("sent", True))
