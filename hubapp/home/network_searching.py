"""Searching the network: what hubs have open to everybody, each named with its hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import format_date, format_time
from flask_babel import gettext as _

from hubapp.community.gatherings import finding as gatherings
from hubapp.community.gatherings.finding import OpenGathering
from hubapp.community.gatherings.models import Format
from hubapp.community.gatherings.views.cards import formats
from hubapp.home import look
from hubapp.home.hits import Group, Hit, Outcome
from hubapp.home.marking import excerpt, marked
from hubapp.home.searching import FEW, MOST_COUNTED, PAGE, all_words
from hubapp.kernel import searchable
from hubapp.kernel.searchable import Found
from hubapp.market.catalogue import finding as listings
from hubapp.market.catalogue.finding import OpenListing
from hubapp.tenancy import finding as tenancy
from hubapp.tenancy.finding import OpenPage
from hubapp.tenancy.models import Hub
from hubapp.web.render import money

AREAS = ("hubs", "gatherings", "market", "pages")
Row = tuple[int, Hub] | OpenGathering | OpenListing | OpenPage


@dataclass(frozen=True, slots=True)
class Asked:
    """A search over all hubs as typed, its words (folded), in which language, when."""

    typed: str
    words: tuple[str, ...]
    locale: str
    now: datetime


def labels() -> dict[str, tuple[str, str]]:
    """Area → (its name, its icon)."""
    return {
        "hubs": (_("Hubs"), "network"),
        "gatherings": (_("Gatherings"), "calendar-days"),
        "market": (_("Market"), "store"),
        "pages": (_("Pages"), "file-text"),
    }


def everywhere(asked: Asked, areas: Sequence[str]) -> Outcome:
    """The first few of each area, and how many there are; where there are none, hubs that are called nearly so."""
    found = {area: _found(area, asked, "", MOST_COUNTED + 1) for area in areas}
    is_similar = not any(found.values())
    if is_similar and "hubs" in areas:
        found = {"hubs": [(0, hub) for hub in tenancy.similar_hubs(" ".join(asked.words), limit=FEW)]}
    shown = _hits(asked, {area: rows[:FEW] for area, rows in found.items()})
    groups = []
    for area, some in shown.items():
        label, icon = labels()[area]
        count = len(found[area])
        more = (all_words(count, label), _url(asked, area)) if count > len(some) else ("", "")
        groups.append(Group(area, label, icon, some, *more))
    return Outcome(tuple(groups), is_similar=is_similar)


def within(asked: Asked, area: str, *, after: str) -> Outcome:
    """One page of one area."""
    found = _found(area, asked, after, PAGE + 1)
    if not found and not after:
        return everywhere(asked, (area,))
    label, icon = labels()[area]
    more = _url(asked, area, _key(found[PAGE - 1])) if len(found) > PAGE else ""
    shown = _hits(asked, {area: found[:PAGE]}).get(area, ())
    return Outcome((Group(area, label, icon, shown, next_url=more, first_url=_url(asked, area) if after else ""),))


def _url(asked: Asked, area: str, after: str | None = None) -> str:
    query: dict[str, Any] = {"q": asked.typed, "in": area, "after": after}
    return url_for("network_search.network", **query)


def _found(area: str, asked: Asked, after: str, limit: int) -> Sequence[Row]:
    words = asked.words
    if area == "hubs":
        rank, _separator, slug = after.partition("~")
        return tenancy.found_hubs(words, after=(int(rank == "1"), slug) if slug else None, limit=limit)
    key = searchable.key_of(after)
    if area == "gatherings":
        place = (key.at, key.id) if key is not None and key.at is not None else None
        return gatherings.found_everywhere(words, now=asked.now, after=place, limit=limit)
    if area == "market":
        return listings.found_everywhere(words, before=key.id if key else None, limit=limit)
    return tenancy.found_pages_everywhere(words, locale=asked.locale, after=key.id if key else None, limit=limit)


def _key(row: Row) -> str:
    if isinstance(row, tuple):
        return f"{row[0]}~{row[1].slug}"
    return searchable.key_text(Found(0, row.id, row.starts_at if isinstance(row, OpenGathering) else None))


def _hits(asked: Asked, found: dict[str, Sequence[Row]]) -> dict[str, tuple[Hit, ...]]:
    hub_ids = {row.hub_id for rows in found.values() for row in rows if not isinstance(row, tuple)}
    known = tenancy.hubs(sorted(hub_ids))
    make: dict[str, Any] = {"hubs": _hub, "gatherings": _gathering, "market": _listing, "pages": _page}
    return {area: tuple(make[area](row, asked, known) for row in rows) for area, rows in found.items() if rows}


def _texts(hub: Hub, locale: str) -> dict[str, str]:
    texts = hub.home.get("texts") or {}
    return texts.get(locale) or texts.get(hub.default_locale) or {}


def _name(hub: Hub, locale: str) -> str:
    return _texts(hub, locale).get("name") or hub.name


def _address(hub: Hub, path: str) -> str:
    return str(current_app.addresses.hub(hub.slug, path))  # type: ignore[attr-defined]


def _hub(row: tuple[int, Hub], asked: Asked, _known: dict[int, Hub]) -> Hit:
    hub, theme = row[1], look.full(row[1].theme)
    texts = _texts(hub, asked.locale)
    told = ". ".join(texts[key] for key in ("tagline", "promise") if texts.get(key))
    return Hit(
        title=marked(_name(hub, asked.locale), asked.words),
        href=_address(hub, "/"),
        text=excerpt(told, asked.words),
        meta=(marked(texts.get("place") or hub.place, asked.words),),
        tile=(theme["tile_set"], f"{hub.slug}/{theme['mosaic']}"),
    )


def _gathering(row: OpenGathering, asked: Asked, known: dict[int, Hub]) -> Hit:
    hub = known[row.hub_id]
    begins = row.starts_at.astimezone(ZoneInfo(hub.timezone)).replace(tzinfo=None)
    where = row.place if row.format == Format.PLACE else formats()[row.format]
    day, date, month = (str(format_date(begins, shape, rebase=False)) for shape in ("EEE", "d", "MMM"))
    time = str(format_time(begins, "short", rebase=False))
    return Hit(
        title=marked(row.title, asked.words),
        href=_address(hub, f"/events/{row.slug}"),
        text=excerpt(row.text, asked.words),
        meta=tuple(part for part in (_name(hub, asked.locale), time, marked(where, asked.words)) if part),
        date=(day, date, month),
    )


def _listing(row: OpenListing, asked: Asked, known: dict[int, Hub]) -> Hit:
    hub = known[row.hub_id]
    return Hit(
        title=marked(row.title, asked.words),
        href=_address(hub, f"/market/{row.id}"),
        text=excerpt(row.text, asked.words),
        meta=(_name(hub, asked.locale), money(row.price)),
        tile=(look.full(hub.theme)["tile_set"], row.cover_seed),
    )


def _page(row: OpenPage, asked: Asked, known: dict[int, Hub]) -> Hit:
    hub = known[row.hub_id]
    return Hit(
        title=marked(row.title, asked.words),
        href=_address(hub, f"/p/{row.slug}"),
        text=excerpt(row.text, asked.words),
        meta=(_name(hub, asked.locale),),
        icon="file-text",
    )
