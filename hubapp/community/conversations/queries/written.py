"""All that one person wrote and marked, page by page: for taking it along."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from hubapp.community.conversations.models import Ballot, Comment, Draft, Poll, Post, PostPicture, Reaction
from hubapp.kernel.db import db

MOST_MARKS = 20_000


def posts_by(author_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Post]:
    """Their posts in the order they were written; deleted ones say nothing any more."""
    statement = select(Post).where(Post.author_id == author_id, Post.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(Post.id > after)
    return db.session.scalars(statement.order_by(Post.id).limit(limit)).all()


def comments_by(author_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Comment]:
    """Their answers, likewise."""
    statement = select(Comment).where(Comment.author_id == author_id, Comment.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(Comment.id > after)
    return db.session.scalars(statement.order_by(Comment.id).limit(limit)).all()


def pictures_of(post_ids: Sequence[UUID]) -> dict[UUID, list[PostPicture]]:
    """Post → its pictures, in their order."""
    rows = db.session.scalars(
        select(PostPicture).where(PostPicture.post_id.in_(post_ids)).order_by(PostPicture.post_id, PostPicture.position)
    )
    found: dict[UUID, list[PostPicture]] = {}
    for row in rows:
        found.setdefault(row.post_id, []).append(row)
    return found


def reactions_by(account_id: UUID) -> Sequence[Reaction]:
    """What they marked, the oldest first."""
    statement = select(Reaction).where(Reaction.account_id == account_id)
    return db.session.scalars(statement.order_by(Reaction.id).limit(MOST_MARKS)).all()


def votes_by(account_id: UUID) -> list[tuple[Poll, Ballot]]:
    """How they voted."""
    rows = db.session.execute(
        select(Poll, Ballot)
        .join(Ballot, (Ballot.hub_id == Poll.hub_id) & (Ballot.poll_id == Poll.id))
        .where(Ballot.account_id == account_id)
        .limit(MOST_MARKS)
    )
    return [(row[0], row[1]) for row in rows]


def drafts_by(owner: str) -> Sequence[Draft]:
    """What they began."""
    return db.session.scalars(select(Draft).where(Draft.owner == owner).order_by(Draft.saved_at)).all()
