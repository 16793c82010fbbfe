"""Conversations by the words in them: what has all of them in its title first, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, select, text

from hubapp.community.conversations.models import Comment, Post
from hubapp.kernel.db import db
from hubapp.kernel.searchable import Found

# Readable posts and comments of nobody whom the reader has blocked, nor in a conversation of theirs.
_FIND = (
    text("SELECT class, kind, id FROM find_posts(:words, :reader, :rank, :before, :most)")
    .bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("reader", type_=Uuid()),
        bindparam("rank", type_=Integer),
        bindparam("before", type_=Uuid()),
        bindparam("most", type_=Integer),
    )
    .columns(id=Uuid())
)


def found(words: Sequence[str], *, reader_id: UUID | None, after: Found | None = None, limit: int) -> list[Found]:
    """Where the words stand, for somebody who may read here; `kind`: post or comment."""
    values = {
        "words": list(words),
        "reader": reader_id,
        "rank": after.rank if after else None,
        "before": after.id if after else None,
        "most": limit,
    }
    return [Found(row[0], row[2], kind=row[1]) for row in db.session.execute(_FIND, values)]


def texts(post_ids: Sequence[UUID], comment_ids: Sequence[UUID]) -> dict[UUID, Post | Comment]:
    """Posts and comments by id, each in one query, if any are asked for."""
    rows: list[Post | Comment] = []
    if post_ids:
        rows += db.session.scalars(select(Post).where(Post.id.in_(post_ids))).all()
    if comment_ids:
        rows += db.session.scalars(select(Comment).where(Comment.id.in_(comment_ids))).all()
    return {row.id: row for row in rows}
