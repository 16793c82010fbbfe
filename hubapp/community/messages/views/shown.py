"""Threads and messages as pages show them, many at once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from flask import request
from flask_babel import format_date, format_time, get_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from hubapp.community.messages import policies, queries
from hubapp.community.messages.models import Message
from hubapp.community.messages.queries import ThreadView
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import queries as profiles
from hubapp.people.profiles.views.faces import face
from hubapp.tenancy import markdown

People = Mapping[UUID, MemberView]
NAMES_IN_A_TITLE = 3


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message, ready to be shown. `day`: a new day begins with it; `is_veiled`: by somebody the reader blocked."""

    row: Message
    name: str
    body: Markup
    at: str
    day: str
    is_mine: bool
    is_head: bool
    is_veiled: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else of a thread. `person`: only while they are a member, and can be reported and blocked."""

    name: str
    href: str
    person: MemberView | None
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A thread in the list. `faces`: names, each with the address of a photo if there is one."""

    thread: ThreadView
    title: str
    faces: tuple[tuple[str, str], ...]
    words: str
    when: str
    unread: int


def rows(lines: Sequence[queries.Line], reader: MemberView) -> list[Row]:
    """The list of threads."""
    people = people_of({one for line in lines for one in line.thread.everyone})
    blocked = profiles.blocked_by(reader.account_id) if lines else frozenset()
    return [
        Row(
            thread=line.thread,
            title=title_of(line.thread, people, reader),
            faces=tuple((name_of(one, people), face(people.get(one))) for one in _others(line.thread, reader)[:2]),
            words=_words(line.last, people, reader, blocked, is_group=line.thread.is_group),
            when=_when(line.last) if line.last is not None else "",
            unread=line.unread,
        )
        for line in lines
    ]


def fresh(rows: Sequence[Row], after: UUID) -> list[Row]:
    """Those of the list in which something unread came since, and of which one wants to hear."""
    return [row for row in rows if row.unread and not row.thread.is_muted and row.thread.last_id > after]


def others(thread: ThreadView, people: People, reader: MemberView, blocked: Collection[UUID]) -> list[Other]:
    """Those of a thread beside the reader."""
    found = []
    for one in _others(thread, reader):
        person = people.get(one)
        here = person if person is not None and person.is_active else None
        found.append(Other(name_of(one, people), href_of(one, people), here, one in blocked))
    return found


def bubbles(
    messages: Sequence[Message],
    people: People,
    reader: MemberView,
    blocked: Collection[UUID],
    *,
    after_day: str = "",
) -> list[Bubble]:
    """Messages of one thread, oldest first; `after_day`: the day that the page shows already."""
    heads = policies.heads([(one.author_id, one.created_at) for one in messages])
    found, day = [], after_day
    for message, is_head in zip(messages, heads, strict=True):
        today = day_of(message)
        found.append(
            Bubble(
                row=message,
                name=name_of(message.author_id, people),
                body=prose(message.body_md),
                at=str(format_time(message.created_at, "short")),
                day=today if today != day else "",
                is_mine=message.author_id == reader.account_id,
                is_head=is_head or today != day,
                is_veiled=message.author_id in blocked,
            )
        )
        day = today
    return found


def day_of(message: Message) -> str:
    """The day on which it was written, in words."""
    return str(format_date(message.created_at, "full"))


def people_of(account_ids: Collection[UUID]) -> People:
    """Those who are in a thread, as they are called here."""
    return membership.members_of(account_ids)


def name_of(account_id: UUID, people: People) -> str:
    """What somebody is called here."""
    return people[account_id].name_here if account_id in people else str(_("Former member"))


def href_of(account_id: UUID, people: People) -> str:
    """The page of somebody who is still here."""
    person = people.get(account_id)
    return f"{request.script_root}/members/@{person.handle}" if person is not None and person.is_active else ""


def title_of(thread: ThreadView, people: People, reader: MemberView) -> str:
    """What a thread is called: its name, or those who are in it."""
    if thread.title:
        return thread.title
    names = [name_of(one, people) for one in _others(thread, reader)]
    if len(names) > NAMES_IN_A_TITLE:
        rest = len(names) - NAMES_IN_A_TITLE
        return str(_("%(names)s and %(num)d more", names=", ".join(names[:NAMES_IN_A_TITLE]), num=rest))
    return ", ".join(names) or str(_("Only you"))


def _others(thread: ThreadView, reader: MemberView) -> list[UUID]:
    shown = thread.people if thread.is_group else thread.everyone
    return [one for one in shown if one != reader.account_id]


def _words(
    last: Message | None, people: People, reader: MemberView, blocked: Collection[UUID], *, is_group: bool
) -> str:
    if last is None:
        return ""
    if last.author_id in blocked:
        return str(_("From somebody you have blocked."))
    if last.deleted_at is not None:
        return str(_("Taken back."))
    words = policies.preview(last.body_md)
    if not is_group and last.author_id != reader.account_id:
        return words
    if last.author_id == reader.account_id:
        return str(_("You: %(words)s", words=words))
    return str(_("%(name)s: %(words)s", name=name_of(last.author_id, people), words=words))


def _when(message: Message) -> str:
    """The hour of today's, the day of others."""
    zone = get_timezone()
    is_today = message.created_at.astimezone(zone).date() == clock.now().astimezone(zone).date()
    at = message.created_at
    return str(format_time(at, "short") if is_today else format_date(at, "medium"))


@lru_cache(maxsize=2048)
def prose(text: str) -> Markup:
    """Markdown as safe HTML; the same texts are read again and again."""
    return markdown.render(text)
