"""Who is new: how many first texts wait here, and how many of somebody's were let out."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from hubapp.community.conversations.models import Comment, ConversationRule, Post
from hubapp.kernel.db import db


def first_held() -> int:
    """So many first texts of each member wait in this hub."""
    return db.session.scalar(select(ConversationRule.first_held)) or 0


def count_published(*, author_id: UUID, at_most: int) -> int:
    """How many texts of somebody everybody has seen or could have; those hidden or refused do not count."""
    counts = (
        select(table.id)
        .where(table.author_id == author_id, table.hidden_at.is_(None))
        .order_by(table.id)
        .limit(at_most)
        .subquery()
        for table in (Post, Comment)
    )
    return sum(db.session.scalar(select(func.count()).select_from(one)) or 0 for one in counts)


def find_comment(comment_id: UUID) -> Comment | None:
    """A comment of this hub, whatever its state and its conversation."""
    return db.session.scalar(select(Comment).where(Comment.id == comment_id))


def find_post(post_id: UUID) -> Post | None:
    """The same for a post."""
    return db.session.scalar(select(Post).where(Post.id == post_id))
