"""Rules of conversations without I/O: what a text may be, whom it names, what a feed shows of it, how a poll counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from slugify import slugify

from hubapp.tenancy.packs import schema

LONGEST_TITLE = 140
LONGEST_BODY = 20_000
LONGEST_COMMENT = 5_000
LONGEST_REASON = 500
LONGEST_NAME = schema.LONGEST_TOPIC
LONGEST_OPTION = 120
LONGEST_ALT = 200
MOST_PICTURES = 4
MOST_PINS = 3
MOST_MENTIONS = 20
MOST_TOPICS = schema.MOST_TOPICS
MOST_HELD = schema.MOST_HELD
FEWEST_OPTIONS, MOST_OPTIONS = 2, 8
# Of a long text a feed shows whole paragraphs up to about this many characters.
EXCERPT = 700
POLL_DAYS = (0, 1, 3, 7, 30)
KINDS = ("heart", "thanks", "cheer", "together", "idea")
TONES = schema.TOPIC_TONES
FEED = "feed"

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")
_NAMED = re.compile(r"(?<![\w@/.+-])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,28}[A-Za-z0-9])?)(?![\w@-])")
# A tag of cleaned HTML, whose attributes always stand in double quotes.
_TAG = re.compile(r'(<(?:[^>"]|"[^"]*")*>)')
_TAG_NAME = re.compile(r"</?([a-z0-9]+)")
# Within these a name is part of something else.
_SHELTERS = frozenset({"a", "code", "pre"})


@dataclass(frozen=True, slots=True)
class PollText:
    """A question as its author asks it; `days` 0: it stays open."""

    question: str
    options: tuple[str, ...]
    is_multiple: bool
    days: int


@dataclass(frozen=True, slots=True)
class PostText:
    """What somebody wrote."""

    title: str
    body_md: str
    topic_id: UUID | None
    poll: PollText | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it was sent, and what it shows in words."""

    content: bytes
    alt: str


def clean(text: str) -> str:
    """A text without control characters, its line ends as one kind, nothing empty around it."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(clean(text).split())


def handles_in(text: str) -> tuple[str, ...]:
    """The handles that a text names, each once, in small letters."""
    found = dict.fromkeys(match.lower() for match in _NAMED.findall(text))
    return tuple(found)[:MOST_MENTIONS]


def link_mentions(html: str, links: Mapping[str, str]) -> str:
    """Cleaned HTML in which `@handle` became what `links` has for it; not within links or code."""
    if not links or "@" not in html:
        return html
    parts, shelter = _TAG.split(html), 0
    for place, part in enumerate(parts):
        if part.startswith("<"):
            name = _TAG_NAME.match(part)
            if name is not None and name[1] in _SHELTERS:
                shelter += -1 if part.startswith("</") else 1
        elif not shelter and "@" in part:
            parts[place] = _NAMED.sub(lambda match: links.get(match[1].lower(), match[0]), part)
    return "".join(parts)


def excerpt(text: str) -> tuple[str, bool]:
    """(the beginning of a text in whole paragraphs, whether more follows)."""
    if len(text) <= EXCERPT * 1.4:
        return text, False
    taken: list[str] = []
    length = 0
    for paragraph in text.split("\n\n"):
        if taken and length + len(paragraph) > EXCERPT:
            break
        taken.append(paragraph)
        length += len(paragraph)
    short = "\n\n".join(taken)
    if len(short) > EXCERPT * 2:
        short = short[:EXCERPT].rsplit(" ", 1)[0] + " …"
    if short.count("```") % 2:
        short += "\n```"
    return short, True


def headline(title: str, text: str, *, most: int = 80) -> str:
    """What a conversation is called in lists: its title, or its first words without Markdown's signs."""
    if title:
        return title
    words = " ".join(re.sub(r"[*_`#>\[\]()~|!-]+", " ", text[: most * 4]).split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + "…"


def slug_of(name: str, taken: Iterable[str]) -> str:
    """A readable part for a topic's address, different from those taken."""
    base = slugify(name, max_length=40) or "topic"
    used = set(taken)
    number, slug = 1, base
    while slug in used:
        number += 1
        slug = f"{base}-{number}"
    return slug


def options_in(text: str) -> tuple[str, ...]:
    """A poll's options as typed, one a line; empty lines and doubles are left out."""
    return tuple(dict.fromkeys(filter(None, (one_line(line) for line in clean(text).split("\n")))))


def is_vote(choices: Sequence[int], *, options: int, is_multiple: bool) -> bool:
    """Whether these places are an answer to a poll with so many options."""
    fits = bool(choices) and len(set(choices)) == len(choices) and all(0 <= place < options for place in choices)
    return fits and (is_multiple or len(choices) == 1)


def waits(*, published: int, first_held: int, has_role: bool) -> bool:
    """Whether somebody's next text waits to be looked at: their first few do, unless they help to run the hub."""
    return not has_role and published < first_held


def free_pin(taken: Iterable[int]) -> int | None:
    """The first free place above the feed."""
    used = set(taken)
    return next((place for place in range(1, MOST_PINS + 1) if place not in used), None)
