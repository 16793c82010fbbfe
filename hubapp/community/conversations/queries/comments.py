"""One conversation's comments, oldest first, by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select

from hubapp.community.conversations.errors import NoSuchComment
from hubapp.community.conversations.models import Comment, Post
from hubapp.kernel.db import db

PAGE = 30
MOST_NEW = 50

_NEWER = (
    select(Comment.id)
    .where(
        Comment.post_id == bindparam("post", type_=Uuid()),
        Comment.id > bindparam("after", type_=Uuid()),
        Comment.deleted_at.is_(None),
        Comment.hidden_at.is_(None),
    )
    .order_by(Comment.id)
    .limit(MOST_NEW + 1)
)
_COUNT = select(func.count()).select_from(_NEWER.subquery())


@dataclass(frozen=True, slots=True)
class Thread:
    """Some comments, oldest first, those out of sight among them, and those that they reply to.

    `before`: the first shown, if earlier ones come before it; `start`: the first of the next page, if there is one.
    """

    comments: Sequence[Comment]
    answered: dict[UUID, Comment]
    before: UUID | None
    start: UUID | None


def thread(post_id: UUID, *, start: UUID | None = None, limit: int = PAGE) -> Thread:
    """The first comments, or those from `start` on."""
    statement = select(Comment).where(Comment.post_id == post_id).order_by(Comment.id).limit(limit + 1)
    if start is not None:
        statement = statement.where(Comment.id >= start)
    rows = db.session.scalars(statement).all()
    shown = rows[:limit]
    before = shown[0].id if start is not None and shown else None
    return Thread(shown, _answered(post_id, shown), before, rows[limit].id if len(rows) > limit else None)


def thread_end(post_id: UUID, *, before: UUID | None = None, limit: int = PAGE) -> Thread:
    """The last comments, or the last ones before `before`."""
    statement = select(Comment).where(Comment.post_id == post_id).order_by(Comment.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(Comment.id < before)
    rows = db.session.scalars(statement).all()
    shown = rows[:limit][::-1]
    return Thread(shown, _answered(post_id, shown), shown[0].id if len(rows) > limit else None, before)


def newer_comments(*, post_id: UUID, after: UUID) -> Thread:
    """The comments that came after one; the first MOST_NEW of them."""
    statement = select(Comment).where(Comment.post_id == post_id, Comment.id > after).order_by(Comment.id)
    shown = db.session.scalars(statement.limit(MOST_NEW)).all()
    return Thread(shown, _answered(post_id, shown), None, None)


def _answered(post_id: UUID, shown: Sequence[Comment]) -> dict[UUID, Comment]:
    known = {row.id: row for row in shown}
    missing = {row.reply_to for row in shown if row.reply_to is not None} - set(known)
    if missing:
        earlier = select(Comment).where(Comment.post_id == post_id, Comment.id.in_(missing))
        known.update({row.id: row for row in db.session.scalars(earlier)})
    return known


def count_newer_comments(*, post_id: UUID, after: UUID) -> int:
    """How many comments came after one; at most MOST_NEW + 1."""
    return db.session.scalar(_COUNT, {"post": post_id, "after": after}) or 0


def count_comments(post_id: UUID) -> int:
    """How many comments a conversation has now: the database counts them while others write."""
    return db.session.scalar(select(Post.comment_count).where(Post.id == post_id)) or 0


def comment(comment_id: UUID, *, post_id: UUID) -> Comment:
    """A comment of this conversation, whatever its state. Raises NoSuchComment."""
    statement = select(Comment).where(Comment.post_id == post_id, Comment.id == comment_id)
    found: Comment | None = db.session.scalar(statement)
    if found is None:
        raise NoSuchComment
    return found


def writers(post_id: UUID, *, limit: int = 200) -> set[UUID]:
    """Who wrote in a conversation: whoever began it, and those who answered last; nobody whose words are gone."""
    answers = select(Comment.author_id).where(
        Comment.post_id == post_id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None)
    )
    latest = answers.group_by(Comment.author_id).order_by(func.max(Comment.created_at).desc()).limit(limit)
    return {*db.session.scalars(latest), *db.session.scalars(select(Post.author_id).where(Post.id == post_id))}
