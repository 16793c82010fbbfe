"""What a search found, as pages show it: a hit with its marked words, grouped by the part of the hub it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from hubapp.community.conversations import policies as talk
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.views import shown
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.views import cards as gathering_cards
from hubapp.home.marking import excerpt, marked
from hubapp.kernel.searchable import Found
from hubapp.market.catalogue.views.cards import Card
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles.views.faces import face
from hubapp.tenancy.models import HubPage

_NO_WORDS = Markup("")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing. Before it stands a face (`name`, `face`: a photo), a day (`date`), a picture, a `tile`, or an icon."""

    title: Markup
    href: str
    text: Markup = _NO_WORDS
    meta: tuple[str, ...] = ()
    name: str = ""
    face: str = ""
    date: tuple[str, str, str] = ("", "", "")
    picture: str = ""
    tile: tuple[str, str] = ("", "")
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some hits of one area. `all_text` leads to all of them, '' where these are all; `next_url`: the next page."""

    key: str
    label: str
    icon: str
    hits: tuple[Hit, ...]
    all_text: str = ""
    all_url: str = ""
    next_url: str = ""
    first_url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search came to. `is_similar`: nothing has the very words; these are called nearly so."""

    groups: tuple[Group, ...] = ()
    is_similar: bool = False

    def __bool__(self) -> bool:
        return bool(self.groups)


def post_hit(row: Post | Comment, post: Post, people: Mapping[UUID, MemberView], words: Sequence[str]) -> Hit:
    """A post, or an answer under one."""
    name = shown.name_of(row.author_id, people)
    href = url_for("conversations.detail", post_id=post.id)
    if isinstance(row, Comment):
        href = url_for("conversations.detail", post_id=post.id, start=row.id, _anchor=f"c-{row.id}")
    who = _("Answer by %(name)s", name=name) if isinstance(row, Comment) else name
    title = marked(talk.headline(post.title, post.body_md), words)
    # Without a title of its own a post is called by its first words: they are not said twice.
    is_said = row is post and not post.title and "<mark>" in title
    return Hit(
        title=title,
        href=href,
        text=_NO_WORDS if is_said else excerpt(row.body_md, words),
        meta=(who, shown.ago(row.created_at)),
        name=name,
        face=face(people.get(row.author_id), "lg"),
    )


def gathering_hit(row: Gathering, words: Sequence[str], *, now: datetime) -> Hit:
    """A gathering with its day."""
    line = gathering_cards.agenda([row], can_register=False)[0]
    # The day and the month before it do not say of which year.
    past = [str(format_date(row.starts_at, "long"))] if row.ends_at <= now else []
    return Hit(
        title=marked(row.title, words),
        href=line["href"],
        text=excerpt(row.body_md, words),
        meta=(*past, *(marked(part, words) for part in line["meta"])),
        date=(line["day"], line["date"], line["month"]),
    )


def listing_hit(card: Card, words: Sequence[str], *, tile_set: str) -> Hit:
    """A listing with its price."""
    return Hit(
        title=marked(card.listing.title, words),
        href=card.href,
        text=excerpt(card.listing.body_md, words),
        meta=tuple(part for part in (card.kind, card.gone or card.price, card.by) if part),
        picture=card.image_url,
        tile=(tile_set, card.listing.cover_seed),
    )


def member_hit(
    person: MemberView, tags: Mapping[str, Sequence[str]], words: Sequence[str], *, root: str, kinds: Mapping[str, str]
) -> Hit:
    """A member with what they tell of themselves."""
    told = (f"{kinds[kind]}: {', '.join(some)}" for kind, some in tags.items())
    return Hit(
        title=marked(person.display_name, words),
        href=f"{root}/members/@{person.handle}",
        text=marked(" · ".join(told), words),
        meta=(f"@{person.handle}",),
        name=person.display_name,
        face=face(person, "lg"),
    )


def page_hit(row: HubPage, words: Sequence[str], *, root: str) -> Hit:
    """A written page."""
    href = f"{root}/p/{row.slug}"
    return Hit(title=marked(row.title, words), href=href, text=excerpt(row.body, words), icon="file-text")


def in_order(found: Iterable[Found], rows: Mapping[UUID, Any]) -> list[Any]:
    """What was found, in its order; what went away meanwhile is left out."""
    return [rows[one.id] for one in found if one.id in rows]
