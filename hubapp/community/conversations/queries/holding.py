"""Who is new, and what was looked at: how many first texts wait here, how many were let out, texts by their ids."""

from __future__ import annotations

from collections.abc import Collection
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


def comments_by_id(comment_ids: Collection[UUID]) -> dict[UUID, Comment]:
    """Comments of this hub, whatever their state and their conversation."""
    return {row.id: row for row in db.session.scalars(select(Comment).where(Comment.id.in_(comment_ids)))}


def posts_by_id(post_ids: Collection[UUID]) -> dict[UUID, Post]:
    """The same for posts."""
    return {row.id: row for row in db.session.scalars(select(Post).where(Post.id.in_(post_ids)))}
