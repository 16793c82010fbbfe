"""Choosing one of all hubs by what somebody types: its address, its name, or how a word of either begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, func, literal, select

from hubapp.kernel.db import db
from hubapp.kernel.folding import folded, words_in
from hubapp.tenancy.errors import HubNotOpen, HubUnknown, SeveralHubs
from hubapp.tenancy.finding import similar_hubs
from hubapp.tenancy.models import Hub, HubStatus

SHOWN = 8
LONGEST = 80
# What a common beginning finds is not read whole: whoever means one of so many types on.
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class HubChoice:
    """A hub as it is offered; `place` may be empty."""

    id: int
    slug: str
    name: str
    place: str
    currency: str
    status: str


_COLUMNS = (Hub.id, Hub.slug, Hub.name, Hub.place, Hub.currency, Hub.status)


def offered(typed: str, *, is_open: bool = False) -> list[HubChoice]:
    """Hubs that somebody may mean, at most SHOWN: by address, by words; the first ones while nothing is typed.

    `is_open`: only those that are neither frozen nor closed.
    """
    text = _plain(typed)
    found = [*_by_address(text, is_open=is_open), *_by_words(text, is_open=is_open)]
    exact = [one for one in found if one.slug == text.lower() or folded(one.name) == folded(text)]
    return _once([*exact, *found])[:SHOWN]


def chosen(typed: str, *, is_open: bool = False) -> HubChoice:
    """The one hub with this address or this whole name. Refuses with HubUnknown, SeveralHubs or HubNotOpen."""
    text = _plain(typed)
    found = _found(Hub.slug == text.lower()) or _named(text)
    if not found:
        raise HubUnknown(text, [(one.slug, one.name) for one in _nearly(text, is_open=is_open)])
    usable = [one for one in found if one.status == HubStatus.OPEN] if is_open else found
    if not usable:
        raise HubNotOpen(found[0].name)
    if len(usable) > 1:
        raise SeveralHubs(text, [one.slug for one in usable])
    return usable[0]


def _nearly(text: str, *, is_open: bool) -> list[HubChoice]:
    if not text:
        return []
    alike = [_choice(hub) for hub in similar_hubs(folded(text), limit=SHOWN)]
    fitting = [one for one in alike if not is_open or one.status == HubStatus.OPEN]
    return _once([*offered(text, is_open=is_open), *fitting])[:SHOWN]


def _by_address(text: str, *, is_open: bool) -> list[HubChoice]:
    """What begins with it stands together, from there on."""
    beginning = text.lower()
    return [one for one in _found(Hub.slug >= beginning, *_state(is_open=is_open)) if one.slug.startswith(beginning)]


def _named(text: str) -> list[HubChoice]:
    """By whole name: the index finds those that hold it, and each is looked at. Not for every letter typed."""
    return _found(Hub.folded == folded(text)) if text else []


def _by_words(text: str, *, is_open: bool) -> list[HubChoice]:
    if not (words := words_in(text)):
        return []
    query = func.search_query("m", literal(list(words), ARRAY(Text)))
    fitting = select(*_COLUMNS).where(Hub.terms.bool_op("@@")(query), *_state(is_open=is_open))
    some = fitting.limit(LOOKED_AT).subquery()
    return _read(select(some).order_by(some.c.slug))


def _state(*, is_open: bool) -> tuple[ColumnElement[bool], ...]:
    return (Hub.status == HubStatus.OPEN,) if is_open else ()


def _found(*conditions: ColumnElement[bool]) -> list[HubChoice]:
    return _read(select(*_COLUMNS).where(*conditions).order_by(Hub.slug))


def _read(statement: Select[*tuple[Any, ...]]) -> list[HubChoice]:
    return [HubChoice(*row) for row in db.session.execute(statement.limit(SHOWN))]


def _choice(hub: Hub) -> HubChoice:
    return HubChoice(hub.id, hub.slug, hub.name, hub.place, hub.currency, hub.status)


def _once(found: Iterable[HubChoice]) -> list[HubChoice]:
    return list({one.id: one for one in found}.values())


def _plain(typed: str) -> str:
    return typed.replace("\x00", "").strip()[:LONGEST]
