"""Who sees what of a profile, and what tags and links look like: rules without I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

EVERYBODY, MEMBERS, CONNECTOR, NOBODY = "everybody", "members", "connector", "nobody"
AUDIENCES = (EVERYBODY, MEMBERS, CONNECTOR, NOBODY)
TAGS = ("offers", "seeks", "knows", "languages")
FIELDS = ("about", "place", "links", *TAGS)
# A photo's sides in pixels: twice what pages show, beside words, in a list, and on one's own page.
PORTRAIT_SIDES = (80, 112, 192)
MOST_TAGS = 10
LONGEST_TAG = 40
LONGEST_PLACE = 80
MOST_LINKS = 4
LONGEST_LINK = 200

_APART = re.compile(r"[,;\n\r،؛]+")


@dataclass(frozen=True, slots=True)
class ProfileText:
    """What somebody tells of themselves here; `audiences`: field → who may see it."""

    place: str = ""
    links: tuple[str, ...] = ()
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    audiences: dict[str, str] = field(default_factory=dict)
    takes_messages: bool = True


def seen_by(*, is_self: bool, is_member: bool, is_connector: bool, is_blocked: bool) -> tuple[str, ...]:
    """The audiences that somebody belongs to, as one who looks at somebody's profile.

    A blocked person is a stranger. The central team are strangers too, unless they have joined.
    """
    if is_self:
        return AUDIENCES
    if not is_member or is_blocked:
        return (EVERYBODY,)
    return (EVERYBODY, MEMBERS, CONNECTOR) if is_connector else (EVERYBODY, MEMBERS)


def one_line(text: str) -> str:
    """A text on one line, without characters that nobody sees."""
    visible = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cs", "Cn"} or char.isspace())
    return " ".join(visible.split())


def tag(text: str) -> str:
    """A tag as it is kept: small letters, one space between words, no sign before or behind it."""
    plain = one_line(unicodedata.normalize("NFKC", text)).lower().strip(" #.,;:!?-–—*\"'“”«»()[]")
    return one_line(unicodedata.normalize("NFC", plain))


def tags_in(text: str) -> tuple[str, ...]:
    """Tags as typed, with commas or on lines, each once."""
    return tuple(dict.fromkeys(filter(None, map(tag, _APART.split(text)))))


def links_in(text: str) -> tuple[str, ...]:
    """Addresses as typed, one a line, each once; one without a scheme means https."""
    found = (one_line(line) for line in text.splitlines())
    return tuple(dict.fromkeys(line if "://" in line else f"https://{line}" for line in found if line))


def is_link(text: str) -> bool:
    """Whether this is the address of a page on the web, which can be followed safely."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and "." in host and not parts.username and not parts.password
    return is_web and len(text) <= LONGEST_LINK and not re.search(r"[\s<>\"'`\\]", text)


def shown_link(text: str) -> str:
    """An address as people read it."""
    parts = urlsplit(text)
    return (parts.netloc.removeprefix("www.") + parts.path.rstrip("/")) or text


def audience_of(audiences: dict[str, str], name: str) -> str:
    """Who may see a field, as chosen; the hub's members unless something else is said."""
    return audiences.get(name, MEMBERS)


def is_told(about: str, tags: Iterable[str]) -> bool:
    """Whether somebody can be known by what they tell: some words, and something they offer, seek or know."""
    return bool(about.strip()) and any(tags)
