"""The feed: newest posts first, by key, so that no page skips or repeats one and the 5,000th costs what the first does.

The order is that of writing, not of the latest answer: it never changes under a reader, and "is there anything new?"
is one look at the end of an index. What goes on in older conversations reaches people by notices instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Uuid, bindparam, exists, func, or_, select

from hubapp.community.conversations.errors import NoSuchPost
from hubapp.community.conversations.models import Comment, Post
from hubapp.kernel.db import db, standing
from hubapp.people.profiles import queries as profiles

PAGE = 15
MOST_NEW = 20
NOTHING_SEEN = UUID(int=0)

_READABLE = (Post.deleted_at.is_(None), Post.hidden_at.is_(None))
_AFTER = bindparam("after", type_=Uuid())
_TOPIC = bindparam("topic", type_=Uuid())
# Made once: every open page asks, again and again. More than MOST_NEW are "many".
# In order, or the planner may read the table from its beginning: it believes that any 21 rows come soon.
_NEWER = select(Post.id).where(*_READABLE, Post.id > _AFTER).order_by(Post.id).limit(MOST_NEW + 1)
_COUNT = standing(select(func.count()).select_from(_NEWER.subquery()))
_COUNT_IN_TOPIC = standing(select(func.count()).select_from(_NEWER.where(Post.topic_id == _TOPIC).subquery()))
_UNBLOCKED = ~profiles.blocks_whom(bindparam("reader", type_=Uuid()), Post.author_id)
_NEWEST = standing(
    select(Post).where(*_READABLE, _UNBLOCKED).order_by(Post.id.desc()).limit(bindparam("at_most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some posts, newest first; `next_before` continues after them."""

    posts: Sequence[Post]
    next_before: UUID | None


def feed(*, topic_id: UUID | None = None, before: UUID | None = None, limit: int = PAGE) -> Page:
    """Readable posts that are not pinned, newest first, paged by key."""
    statement = select(Post).where(*_READABLE, Post.pin.is_(None)).order_by(Post.id.desc()).limit(limit + 1)
    if topic_id is not None:
        statement = statement.where(Post.topic_id == topic_id)
    if before is not None:
        statement = statement.where(Post.id < before)
    rows = db.session.scalars(statement).all()
    shown = rows[:limit]
    return Page(shown, shown[-1].id if len(rows) > limit else None)


def pinned(*, topic_id: UUID | None = None) -> Sequence[Post]:
    """The pinned posts, in the order of their places."""
    statement = select(Post).where(Post.pin.is_not(None)).order_by(Post.pin)
    if topic_id is not None:
        statement = statement.where(Post.topic_id == topic_id)
    return db.session.scalars(statement).all()


def newest(*, limit: int, reader_id: UUID | None = None) -> Sequence[Post]:
    """The newest posts, pinned or not, for a front page and for feed readers; of nobody whom the reader blocked."""
    return db.session.scalars(_NEWEST, {"at_most": limit, "reader": reader_id}).all()


def count_newer(*, after: UUID, topic_id: UUID | None = None) -> int:
    """How many posts came after one; at most MOST_NEW + 1. One query, which reads the end of an index."""
    if topic_id is None:
        return db.session.scalar(_COUNT, {"after": after}) or 0
    return db.session.scalar(_COUNT_IN_TOPIC, {"after": after, "topic": topic_id}) or 0


def newer(*, after: UUID, topic_id: UUID | None = None) -> Sequence[Post]:
    """The posts that came after one, newest first: the first MOST_NEW of them, so that the others are still new."""
    statement = select(Post).where(*_READABLE, Post.id > after).order_by(Post.id).limit(MOST_NEW)
    if topic_id is not None:
        statement = statement.where(Post.topic_id == topic_id)
    return db.session.scalars(statement).all()[::-1]


def has_written(account: Any) -> ColumnElement[bool]:
    """Whether an account (or each of a column) ever said anything; to be asked along with other things."""
    return or_(exists().where(Post.author_id == account), exists().where(Comment.author_id == account))


def count_since(moment: datetime) -> int:
    """How many readable posts were written after this moment; at most 1,000 are counted."""
    recent = select(Post.created_at).where(*_READABLE).order_by(Post.id.desc()).limit(1000).subquery()
    return db.session.scalar(select(func.count()).where(recent.c.created_at > moment)) or 0


def post(post_id: UUID) -> Post:
    """A post of this hub, whatever its state. Raises NoSuchPost."""
    found: Post | None = db.session.scalar(select(Post).where(Post.id == post_id))
    if found is None:
        raise NoSuchPost
    return found


def hidden_posts(*, before: UUID | None = None, limit: int = PAGE) -> Sequence[Post]:
    """What moderators took out of sight, the newest first, paged by id."""
    statement = select(Post).where(Post.hidden_at.is_not(None), Post.deleted_at.is_(None), ~Post.is_held)
    if before is not None:
        statement = statement.where(Post.id < before)
    return db.session.scalars(statement.order_by(Post.id.desc()).limit(limit)).all()


def hidden_comments(*, before: UUID | None = None, limit: int = PAGE) -> Sequence[Comment]:
    """The same of comments."""
    statement = select(Comment).where(Comment.hidden_at.is_not(None), Comment.deleted_at.is_(None), ~Comment.is_held)
    if before is not None:
        statement = statement.where(Comment.id < before)
    return db.session.scalars(statement.order_by(Comment.id.desc()).limit(limit)).all()
