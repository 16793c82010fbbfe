"""Posts and comments as pages show them, many at once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from babel.dates import format_timedelta
from flask import request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from hubapp.community.conversations import policies, queries
from hubapp.community.conversations.models import Comment, Post, PostPicture, Topic
from hubapp.community.conversations.queries import Named, PollView, Reacted, Thread
from hubapp.community.conversations.views.reading import Reader, words_of_kinds
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import directory
from hubapp.people.profiles.views.faces import face
from hubapp.tenancy import markdown

RECENT = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Chip:
    """One kind of reaction under a text."""

    kind: str
    word: str
    icon: str
    count: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A post or comment, ready to be shown.

    `face`: the address of its author's photo, if any; `is_open_text`: whether this reader may see the words;
    `is_veiled`: by somebody whom they have blocked.
    """

    row: Post | Comment
    name: str
    face: str
    href: str
    ago: str
    body: Markup
    is_cut: bool
    is_mine: bool
    is_open_text: bool
    is_veiled: bool
    chips: tuple[Chip, ...]
    headline: str = ""
    topic: Topic | None = None
    pictures: Sequence[PostPicture] = ()
    poll: PollView | None = None
    answers: str = ""


def posts(rows: Sequence[Post], reader: Reader, *, is_whole: bool = False) -> list[Card]:
    """Posts with all that hangs on them; in a feed long ones are cut."""
    ids = [row.id for row in rows]
    named = queries.mentions(post_ids=ids)
    people = _people(rows, named)
    reacted = queries.reactions(post_ids=ids, reader_id=reader.account_id)
    pictures, polls = queries.pictures(ids), queries.polls(ids, reader_id=reader.account_id)
    topics = {topic.id: topic for topic in queries.topics(with_archived=True)} if any(r.topic_id for r in rows) else {}
    cards = []
    for row in rows:
        text, is_cut = (row.body_md, False) if is_whole else policies.excerpt(row.body_md)
        links = _links(named.get((row.id, None), ()), people, reader)
        cards.append(
            _card(
                row,
                people,
                reader,
                body=_linked(text, links),
                is_cut=is_cut,
                chips=chips(reacted.get((row.id, None), {})),
                headline=policies.headline(row.title, row.body_md),
                topic=topics.get(row.topic_id) if row.topic_id else None,
                pictures=pictures.get(row.id, ()),
                poll=polls.get(row.id),
            )
        )
    return cards


def comments(post_id: UUID, thread: Thread, reader: Reader) -> list[Card]:
    """Comments of one conversation, with the names of those they reply to."""
    # What waits is nobody's business but its author's, and of those who look at it.
    rows = [row for row in thread.comments if not row.is_held or reader.sees_held(row.author_id)]
    ids = [row.id for row in rows]
    named = queries.mentions(post_ids=[post_id], comment_ids=ids) if ids else {}
    people = _people([*rows, *thread.answered.values()], named)
    reacted = queries.reactions(post_ids=[post_id], comment_ids=ids, reader_id=reader.account_id) if ids else {}
    cards = []
    for row in rows:
        links = _links(named.get((post_id, row.id), ()), people, reader)
        answered = thread.answered.get(row.reply_to) if row.reply_to else None
        cards.append(
            _card(
                row,
                people,
                reader,
                body=_linked(row.body_md, links),
                is_cut=False,
                chips=chips(reacted.get((post_id, row.id), {})),
                answers=name_of(answered.author_id, people) if answered is not None else "",
            )
        )
    return cards


def chips(reacted: Mapping[str, Reacted]) -> tuple[Chip, ...]:
    """Every kind with its count."""
    none = Reacted(0, is_mine=False)
    return tuple(Chip(kind, word, icon, *reacted.get(kind, none)) for kind, (word, icon) in words_of_kinds().items())


def came_of(row: Post | Comment) -> tuple[str, str]:
    """What became of a text just written, for its author: (words, tone)."""
    if row.is_held:
        return _("Thank you. Your first texts here wait until somebody of the hub has looked at them."), "info"
    return _("Published."), "good"


def ago(moment: datetime) -> str:
    """How long ago, in words; after a week the date."""
    span = clock.now() - moment
    locale = get_locale()
    if span > RECENT:
        return str(format_date(moment, "medium"))
    seconds = max(span.total_seconds(), 1)
    return str(format_timedelta(-timedelta(seconds=seconds), add_direction=True, locale=locale or "en"))


def picture_url(picture: PostPicture, width: int) -> str:
    """The picture in the smallest size that is at least `width` wide, else its largest."""
    fitting = next((have for have in picture.widths if have >= width), picture.widths[-1])
    return url_for("conversations.picture", picture_id=picture.id, width=fitting)


def srcset(picture: PostPicture) -> str:
    """All sizes, for the browser to choose."""
    return ", ".join(
        f"{url_for('conversations.picture', picture_id=picture.id, width=width)} {width}w" for width in picture.widths
    )


def name_of(account_id: UUID, people: Mapping[UUID, MemberView]) -> str:
    """What somebody is called here."""
    return people[account_id].name_here if account_id in people else _("Former member")


def names(account_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these are called here."""
    people = membership.members_of(set(account_ids))
    return {account_id: name_of(account_id, people) for account_id in account_ids}


@lru_cache(maxsize=2048)
def prose(text: str) -> Markup:
    """Markdown as safe HTML; the same texts are read again and again."""
    return markdown.render(text)


def _card(row: Post | Comment, people: Mapping[UUID, MemberView], reader: Reader, **shown: object) -> Card:
    author = people.get(row.author_id)
    is_mine = row.author_id == reader.account_id
    is_open = row.is_readable or (row.deleted_at is None and (is_mine or reader.may_moderate))
    return Card(
        row=row,
        name=name_of(row.author_id, people),
        face=face(author),
        href=_profile(author) if author is not None and reader.member is not None else "",
        ago=ago(row.created_at),
        is_mine=is_mine,
        is_open_text=is_open,
        is_veiled=row.author_id in reader.blocked,
        **shown,  # type: ignore[arg-type]
    )


def _people(
    rows: Collection[Post | Comment], named: Mapping[queries.Subject, Sequence[Named]]
) -> dict[UUID, MemberView]:
    accounts = {row.author_id for row in rows} | {one.account_id for some in named.values() for one in some}
    return membership.members_of(accounts)


def _links(named: Sequence[Named], people: Mapping[UUID, MemberView], reader: Reader) -> dict[str, str]:
    """Handle as written → what stands for it; a link where profiles can be opened."""
    links = {}
    for one in named:
        person = people.get(one.account_id)
        href = _profile(person) if person is not None and reader.member is not None else ""
        template = Markup('<a class="mention" href="{}">@{}</a>') if href else Markup('<b class="mention">@{}</b>')
        links[one.handle] = str(template.format(*filter(None, (href, one.handle))))
    return links


def _profile(person: MemberView) -> str:
    is_shown = person.is_active and ((person.is_listed and directory.is_shared()) or person.role is not None)
    return f"{request.script_root}/members/@{person.handle}" if is_shown else ""


def _linked(text: str, links: Mapping[str, str]) -> Markup:
    # Both parts are safe: the cleaned text, and links made of handles, which are letters, digits and hyphens.
    return Markup(policies.link_mentions(str(prose(text)), links)) if links else prose(text)  # noqa: S704
