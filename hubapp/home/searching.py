"""Searching a hub: every slice looks among its own for what this reader may read, and the page puts them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from hubapp.community.conversations.models import Comment
from hubapp.community.conversations.queries import finding as conversations
from hubapp.community.gatherings import finding as gatherings
from hubapp.home import hits, likeness
from hubapp.home.hits import Group, Hit, Outcome
from hubapp.home.presentation import Site
from hubapp.kernel import searchable
from hubapp.kernel.searchable import Found
from hubapp.market.catalogue import finding as listings
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.views import cards
from hubapp.people.membership import finding as membership_finding
from hubapp.people.membership import queries as membership
from hubapp.people.membership.models import Role
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import finding as members
from hubapp.people.profiles import policies as profile_rules
from hubapp.people.profiles import queries as profiles
from hubapp.people.profiles.views.directory import words_of_kinds
from hubapp.tenancy import finding as pages

AREAS = ("conversations", "gatherings", "market", "members", "pages")
FEW = 4
PAGE = 20
# More are not counted: "more than 100" says as much, and costs the same in a hub of any size.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as typed, its words (folded), who asks (None: nobody who belongs here), when, and in which hub."""

    typed: str
    words: tuple[str, ...]
    site: Site
    reader: MemberView | None
    now: datetime

    @property
    def reader_id(self) -> UUID | None:
        """The reader's account."""
        return self.reader.account_id if self.reader else None

    @property
    def seen(self) -> tuple[str, ...]:
        """Which parts of profiles the reader may see."""
        return profile_rules.seen_by(
            is_self=False,
            is_member=self.reader is not None,
            is_connector=self.reader is not None and self.reader.role == Role.CONNECTOR,
            is_blocked=False,
        )


def areas_of(site: Site, reader: MemberView | None) -> tuple[str, ...]:
    """The areas that are switched on here and open to this reader."""
    on, is_known = site.view.features, reader is not None
    is_open = {
        "conversations": on.get("conversations", True) and (is_known or on.get("open_conversations", False)),
        "gatherings": on.get("events", True),
        "members": on.get("members_directory", True) and is_known,
    }
    return tuple(area for area in AREAS if is_open.get(area, True))


def labels(site: Site) -> dict[str, tuple[str, str]]:
    """Area → (what it is called in this hub, its icon)."""
    return {
        "conversations": (_("Conversations"), "messages-square"),
        "gatherings": (_("Gatherings"), "calendar-days"),
        "market": (site.noun("market", _("Market")), "store"),
        "members": (site.noun("members", _("Members")), "users"),
        "pages": (_("Pages"), "file-text"),
    }


def everywhere(asked: Asked, areas: Sequence[str]) -> Outcome:
    """The first few of each area, and how many there are; where there are none, what is called nearly so."""
    found = {area: _found(area, asked, None, MOST_COUNTED + 1) for area in areas}
    if not any(found.values()):
        found = likeness.similar(
            asked.words,
            areas=areas,
            viewer_id=asked.reader_id,
            now=asked.now,
            locales=(asked.site.locale, asked.site.view.default_locale),
            limit=FEW,
        )
        return Outcome(tuple(_groups(asked, found)), is_similar=True)
    return Outcome(tuple(_groups(asked, found)))


def within(asked: Asked, area: str, *, after: Found | None) -> Outcome:
    """One page of one area; where there is nothing at all, what is called nearly so."""
    size = pages.MOST_PAGES if area == "pages" else PAGE
    found = _found(area, asked, after, size + 1)
    if not found and after is None:
        return everywhere(asked, (area,))
    label, icon = labels(asked.site)[area]
    more = _url(asked, area, searchable.key_text(found[size - 1])) if len(found) > size else ""
    first = _url(asked, area) if after is not None else ""
    shown = _hits(asked, {area: found[:size]}).get(area, ())
    return Outcome((Group(area, label, icon, shown, next_url=more, first_url=first),))


def _url(asked: Asked, area: str, after: str | None = None) -> str:
    query: dict[str, Any] = {"q": asked.typed, "in": area, "after": after}
    return url_for("search.search", **query)


def _groups(asked: Asked, found: Mapping[str, list[Found]]) -> Iterator[Group]:
    shown = _hits(asked, {area: some[:FEW] for area, some in found.items() if some})
    for area, some in shown.items():
        label, icon = labels(asked.site)[area]
        count = len(found[area])
        if count <= len(some):
            yield Group(area, label, icon, some)
        else:
            yield Group(area, label, icon, some, all_words(count, label), _url(asked, area))


def all_words(count: int, label: str) -> str:
    """What the link to all of an area says."""
    if count > MOST_COUNTED:
        return str(_("More than %(num)d in %(area)s", num=MOST_COUNTED, area=label))
    return str(_("All %(num)d in %(area)s", num=count, area=label))


def _found(area: str, asked: Asked, after: Found | None, limit: int) -> list[Found]:
    words = asked.words
    if area == "conversations":
        return conversations.found(words, reader_id=asked.reader_id, after=after, limit=limit)
    if area == "gatherings":
        return gatherings.found(words, now=asked.now, after=after, limit=limit)
    if area == "market":
        return listings.found(words, after=after, limit=limit)
    if area == "members" and asked.reader is not None:
        viewer = asked.reader.account_id
        return members.found(words, viewer_id=viewer, seen=asked.seen, after=after, limit=limit)
    if area == "pages" and after is None:
        rows = pages.found_pages(words, locale=asked.site.locale, fallback=asked.site.view.default_locale)
        return [Found(0, row.id) for row in rows[:limit]]
    return []


def _hits(asked: Asked, found: Mapping[str, list[Found]]) -> dict[str, tuple[Hit, ...]]:
    """Area → its hits; people who are named in several areas are asked for once."""
    rows = {area: _rows(area, some) for area, some in found.items()}
    answers = [row for row in rows.get("conversations", ()) if isinstance(row, Comment)]
    posts = conversations.texts([row.post_id for row in answers], ())
    accounts = {row.author_id for row in rows.get("conversations", ())}
    accounts |= cards.sellers(rows.get("market", ()))
    people = membership.members_of(accounts)
    made = {area: tuple(_made(area, asked, some, people, posts)) for area, some in rows.items()}
    return {area: some for area, some in made.items() if some}


def _rows(area: str, found: list[Found]) -> list[Any]:
    ids = [one.id for one in found]
    if area == "conversations":
        answers = [one.id for one in found if one.kind == "comment"]
        return hits.in_order(found, conversations.texts([key for key in ids if key not in answers], answers))
    load: Any = {
        "gatherings": gatherings.gatherings,
        "market": catalogue.listings,
        "members": membership_finding.people,
        "pages": pages.pages,
    }[area]
    return hits.in_order(found, load(ids))


def _made(
    area: str, asked: Asked, rows: list[Any], people: Mapping[UUID, MemberView], posts: Mapping[UUID, Any]
) -> Iterator[Hit]:
    words, root = asked.words, asked.site.root
    if area == "conversations":
        for row in rows:
            post = posts.get(row.post_id) if isinstance(row, Comment) else row
            if post is not None:
                yield hits.post_hit(row, post, people, words)
    elif area == "gatherings":
        yield from (hits.gathering_hit(row, words, now=asked.now) for row in rows)
    elif area == "market":
        tile_set = asked.site.view.theme.get("tile_set", "network")
        yield from (hits.listing_hit(card, words, tile_set=tile_set) for card in cards.cards(rows, members=people))
    elif area == "members":
        tags, kinds = profiles.tags_of([row.id for row in rows], seen=asked.seen), words_of_kinds()
        yield from (hits.member_hit(row, tags.get(row.id, {}), words, root=root, kinds=kinds) for row in rows)
    else:
        yield from (hits.page_hit(row, words, root=root) for row in rows)
