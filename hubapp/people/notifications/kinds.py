"""The kinds of notices: each slice declares its own in its `notices.py`, and every choice is made per kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

NOW, DAILY, WEEKLY, OFF = "now", "daily", "weekly", "off"
MAILS = (NOW, DAILY, WEEKLY, OFF)
EVERYTHING = "*"

# In the order in which pages list them.
GROUPS = {
    "conversations": _l("Conversations"),
    "gatherings": _l("Gatherings"),
    "members": _l("Members"),
    "market": _l("Market"),
    "hub": _l("News from the hub"),
    "network": _l("The network"),
    "rules": _l("House rules"),
    "money": _l("Money"),
    "security": _l("Security"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    `folder`: the slice's folder below `templates/`; the words are in its `notices/<name>.txt` (first line: the notice;
    the rest, if any: some words of it). `mail`: now, daily, weekly or off, unless the reader chooses. `push`: whether
    it is shown on their devices, unless they choose; what is mailed at once is, if nothing is said. `always`: nobody
    can switch it off. `is_letter`: its mail is a letter of the same name that the slice sends itself, and whose subject
    is the notice's text. `needs`: a permission without which it is neither offered nor sent: who
    has lost it is told nothing that came of it. Of the central team, it is for what is told in no hub. `example`: a
    context, for tests.
    """

    name: str
    group: str
    title: Any
    folder: str = ""
    in_app: bool = True
    mail: str = DAILY
    push: bool | None = None
    always: bool = False
    is_letter: bool = False
    needs: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_pushed(self) -> bool:
        """Whether devices show it where nobody chose."""
        return self.mail == NOW if self.push is None else self.push

    @property
    def is_central(self) -> bool:
        """Whether it is for the central team."""
        return self.needs.startswith("central.")

    @property
    def template(self) -> str:
        """Where its words are."""
        if self.is_letter:
            return f"people/notifications/mail/{self.name}.txt"
        return f"{self.folder}/notices/{self.name}.txt"


_known: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Add a kind; saying the same again changes nothing. Raises ValueError for what cannot be."""
    if _known.get(kind.name, kind) is not kind:
        raise ValueError(f"two kinds of notices are called {kind.name}")
    if kind.group not in GROUPS or kind.mail not in MAILS or (kind.is_letter and not kind.always):
        raise ValueError(f"not a kind of notice: {kind}")
    _known[kind.name] = kind
    return kind


def kind(name: str) -> Kind:
    """The kind of that name. Raises LookupError."""
    try:
        return _known[name]
    except KeyError:
        raise LookupError(f"no slice declares notices called {name!r}") from None


def every() -> list[Kind]:
    """All kinds, in the order of their groups."""
    order = list(GROUPS)
    return sorted(_known.values(), key=lambda one: order.index(one.group))


def choosable() -> list[Kind]:
    """Those that one may switch off."""
    return [one for one in every() if not one.always]
