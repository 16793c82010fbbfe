"""Reading messages: somebody's threads, one of them, what came since. Each asks only for those who are in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, Uuid, bindparam, func, select, true
from sqlalchemy.orm import aliased

from hubapp.community.messages import policies
from hubapp.community.messages.errors import NoSuchThread
from hubapp.community.messages.models import Message, Part, Thread
from hubapp.kernel.db import db

PAGE = 20
MESSAGES = 40
MOST_NEW = 50
MOST_COUNTED = 100
# So many of the team's threads tell how soon they answer.
LATEST_ASKED = 40


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread as one who is in it sees it; `people`: who is in it now, `everyone`: who ever was."""

    id: UUID
    title: str
    is_group: bool
    is_muted: bool
    last_id: UUID
    read_until: UUID
    people: tuple[UUID, ...]
    everyone: tuple[UUID, ...]

    @property
    def is_new(self) -> bool:
        """Whether there is something they have not read."""
        return self.last_id > self.read_until


@dataclass(frozen=True, slots=True)
class Line:
    """A thread in somebody's list, with its newest message and how many they have not read (50 for more)."""

    thread: ThreadView
    last: Message | None
    unread: int


_MINE = (
    select(Part.id)
    .where(
        Part.account_id == bindparam("reader", type_=Uuid()),
        Part.left_at.is_(None),
        Part.is_muted.is_(False),
        Part.last_id > Part.read_until,
    )
    .limit(MOST_COUNTED)
)
# Made once: every open page asks, again and again.
_NEWER = (
    select(Message.id)
    .join(Part, (Part.hub_id == Message.hub_id) & (Part.thread_id == Message.thread_id))
    .where(
        Part.account_id == bindparam("reader", type_=Uuid()),
        Part.left_at.is_(None),
        Message.thread_id == bindparam("thread", type_=Uuid()),
        Message.id > bindparam("after", type_=Uuid()),
    )
    .order_by(Message.id)
    .limit(MOST_NEW)
)
_COUNT_NEWER = select(func.count()).select_from(_NEWER.subquery())
_NEWER_THREADS = (
    select(Part.id)
    .where(
        Part.account_id == bindparam("reader", type_=Uuid()),
        Part.left_at.is_(None),
        Part.last_id > bindparam("after", type_=Uuid()),
    )
    .limit(1)
)


def unread() -> ScalarSelect[int]:
    """In how many threads the account bound as `reader` has something new, muted ones aside; 100 for more.

    To be asked along with other things.
    """
    return select(func.count()).select_from(_MINE.subquery()).scalar_subquery()


def inbox(account_id: UUID, *, before: UUID | None = None, limit: int = PAGE) -> tuple[list[Line], UUID | None]:
    """Somebody's threads, the latest first, paged by key; and the key of the next page, if there is one."""
    statement = (
        select(Part, Thread, Message)
        .join(Thread, (Thread.hub_id == Part.hub_id) & (Thread.id == Part.thread_id))
        .outerjoin(Message, (Message.hub_id == Part.hub_id) & (Message.id == Part.last_id))
        .where(Part.account_id == account_id, Part.left_at.is_(None))
        .order_by(Part.last_id.desc())
        .limit(limit + 1)
        .execution_options(populate_existing=True)
    )
    if before is not None:
        statement = statement.where(Part.last_id < before)
    rows = db.session.execute(statement).all()
    shown = rows[:limit]
    people = _people([row.Thread.id for row in shown])
    new = _counts(account_id, [row.Thread.id for row in shown if row.Part.last_id > row.Part.read_until])
    lines = [
        Line(_view(row.Thread, row.Part, people[row.Thread.id]), row.Message, new.get(row.Thread.id, 0))
        for row in shown
    ]
    return lines, shown[-1].Part.last_id if len(rows) > limit else None


def thread(thread_id: UUID, *, reader_id: UUID) -> ThreadView:
    """A thread that somebody is in. Raises NoSuchThread for all others."""
    row = db.session.execute(
        select(Thread, Part)
        .join(Part, (Part.hub_id == Thread.hub_id) & (Part.thread_id == Thread.id))
        .where(Thread.id == thread_id, Part.account_id == reader_id, Part.left_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NoSuchThread
    return _view(row.Thread, row.Part, _people([thread_id])[thread_id])


def first_answers(team: Collection[UUID], *, since: datetime) -> list[tuple[datetime, datetime | None]]:
    """When somebody first wrote to one of the team alone, and when that one answered: of the last threads, no words."""
    latest = (
        select(Part.hub_id, Part.thread_id, Part.account_id)
        .where(Part.account_id.in_(team), Part.left_at.is_(None))
        .order_by(Part.last_id.desc())
        .limit(LATEST_ASKED)
        .subquery()
    )
    answer = (
        select(Message.created_at)
        .where(
            Message.hub_id == latest.c.hub_id,
            Message.thread_id == latest.c.thread_id,
            Message.author_id == latest.c.account_id,
        )
        .order_by(Message.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Thread.started_at, answer)
        .join(latest, (latest.c.hub_id == Thread.hub_id) & (latest.c.thread_id == Thread.id))
        .where(Thread.pair.is_not(None), Thread.started_by.not_in(team), Thread.started_at >= since)
    )
    return [(at, answered) for at, answered in rows]


def thread_with(account_id: UUID, other_id: UUID) -> UUID | None:
    """The thread of two, if they ever wrote."""
    return db.session.scalar(select(Thread.id).where(Thread.pair == policies.pair_of(account_id, other_id)))


def _view(row: Thread, part: Part, people: Sequence[Part]) -> ThreadView:
    return ThreadView(
        id=row.id,
        title=row.title,
        is_group=row.pair is None,
        is_muted=part.is_muted,
        last_id=part.last_id,
        read_until=part.read_until,
        people=tuple(one.account_id for one in people if one.left_at is None),
        everyone=tuple(one.account_id for one in people),
    )


def _people(thread_ids: Sequence[UUID]) -> dict[UUID, list[Part]]:
    found: dict[UUID, list[Part]] = defaultdict(list)
    if thread_ids:
        statement = select(Part).where(Part.thread_id.in_(thread_ids)).order_by(Part.id)
        for part in db.session.scalars(statement.execution_options(populate_existing=True)):
            found[part.thread_id].append(part)
    return found


def _counts(account_id: UUID, thread_ids: Sequence[UUID]) -> dict[UUID, int]:
    if not thread_ids:
        return {}
    said = aliased(Message)
    few = (
        select(said.id)
        .where(
            said.hub_id == Part.hub_id,
            said.thread_id == Part.thread_id,
            said.id > Part.read_until,
            said.author_id != Part.account_id,
        )
        .limit(MOST_NEW)
        .lateral()
    )
    statement = (
        select(Part.thread_id, func.count(few.c.id))
        .join_from(Part, few, true())
        .where(Part.account_id == account_id, Part.thread_id.in_(thread_ids))
        .group_by(Part.thread_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def messages(
    thread_id: UUID, *, before: UUID | None = None, limit: int = MESSAGES
) -> tuple[list[Message], UUID | None]:
    """The last messages, or the last ones before `before`, oldest first; and the key of the earlier ones."""
    statement = select(Message).where(Message.thread_id == thread_id).order_by(Message.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(Message.id < before)
    rows = db.session.scalars(statement).all()
    shown = list(rows[:limit][::-1])
    return shown, shown[0].id if len(rows) > limit else None


def newer(thread_id: UUID, *, after: UUID) -> list[Message]:
    """What was written since, oldest first; the first MOST_NEW of it."""
    statement = select(Message).where(Message.thread_id == thread_id, Message.id > after).order_by(Message.id)
    return list(db.session.scalars(statement.limit(MOST_NEW)))


def count_newer(thread_id: UUID, *, reader_id: UUID, after: UUID) -> int:
    """How many messages came since, for one who is in the thread; nothing for all others. One query."""
    return db.session.scalar(_COUNT_NEWER, {"reader": reader_id, "thread": thread_id, "after": after}) or 0


def has_newer_threads(reader_id: UUID, *, after: UUID) -> bool:
    """Whether anything was written to somebody since. One query, which reads the end of an index."""
    return db.session.scalar(_NEWER_THREADS, {"reader": reader_id, "after": after}) is not None


def has_written(thread_id: UUID, author_id: UUID) -> bool:
    """Whether somebody ever wrote in a thread."""
    statement = select(Message.id).where(Message.thread_id == thread_id, Message.author_id == author_id).limit(1)
    return db.session.scalar(statement) is not None


def recipients(thread_id: UUID, *, message_id: UUID, author_id: UUID) -> list[UUID]:
    """Who is to be told of a message: in the thread, not its author, not muted, and not having read it yet."""
    statement = select(Part.account_id).where(
        Part.thread_id == thread_id,
        Part.account_id != author_id,
        Part.left_at.is_(None),
        Part.is_muted.is_(False),
        Part.read_until < message_id,
    )
    return list(db.session.scalars(statement))
