"""What hangs on posts and comments: pictures, reactions, mentions, earlier versions; for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from hubapp.community.conversations.models import Mention, PostPicture, Reaction, Revision
from hubapp.kernel.db import db

VERSIONS = 20

# (post, its comment or None for the post itself)
Subject = tuple[UUID, UUID | None]


class Reacted(NamedTuple):
    """How many reacted in one way, and whether the reader is among them."""

    number: int
    is_mine: bool


class Named(NamedTuple):
    """Who is meant by a handle in a text."""

    handle: str
    account_id: UUID


def _about(table: Any, post_ids: Collection[UUID], comment_ids: Collection[UUID]) -> ColumnElement[bool]:
    """The posts themselves, and these comments of theirs."""
    of_posts = table.comment_id.is_(None)
    within = or_(of_posts, table.comment_id.in_(comment_ids)) if comment_ids else of_posts
    return and_(table.post_id.in_(post_ids), within)


def reactions(
    *, post_ids: Collection[UUID], comment_ids: Collection[UUID] = (), reader_id: UUID | None
) -> dict[Subject, dict[str, Reacted]]:
    """Reactions by what they are on and by kind: counted, not kept, so that no count can be wrong."""
    if not post_ids:
        return {}
    mine = Reaction.account_id == reader_id if reader_id is not None else false()
    rows = db.session.execute(
        select(Reaction.post_id, Reaction.comment_id, Reaction.kind, func.count(), func.bool_or(mine))
        .where(_about(Reaction, post_ids, comment_ids))
        .group_by(Reaction.post_id, Reaction.comment_id, Reaction.kind)
    )
    found: dict[Subject, dict[str, Reacted]] = defaultdict(dict)
    for post_id, comment_id, kind, count, is_mine in rows:
        found[post_id, comment_id][kind] = Reacted(count, is_mine)
    return found


def reacted_by(*, post_id: UUID, comment_id: UUID | None, limit: int = 200) -> dict[str, list[UUID]]:
    """Kind → the accounts that reacted so, the first ones first; at most `limit` in all."""
    statement = select(Reaction.kind, Reaction.account_id).where(
        Reaction.post_id == post_id, Reaction.comment_id.is_not_distinct_from(comment_id)
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    for kind, account_id in db.session.execute(statement.order_by(Reaction.id).limit(limit)):
        found[kind].append(account_id)
    return found


def mentions(*, post_ids: Collection[UUID], comment_ids: Collection[UUID] = ()) -> dict[Subject, list[Named]]:
    """Who is named where."""
    if not post_ids:
        return {}
    rows = db.session.execute(
        select(Mention.post_id, Mention.comment_id, Mention.handle, Mention.account_id).where(
            _about(Mention, post_ids, comment_ids)
        )
    )
    found: dict[Subject, list[Named]] = defaultdict(list)
    for post_id, comment_id, handle, account_id in rows:
        found[post_id, comment_id].append(Named(handle, account_id))
    return found


def pictures(post_ids: Collection[UUID]) -> dict[UUID, list[PostPicture]]:
    """Pictures by post, in their order."""
    found: dict[UUID, list[PostPicture]] = defaultdict(list)
    if post_ids:
        statement = select(PostPicture).where(PostPicture.post_id.in_(post_ids))
        for row in db.session.scalars(statement.order_by(PostPicture.post_id, PostPicture.position)):
            found[row.post_id].append(row)
    return found


def picture(picture_id: UUID) -> PostPicture | None:
    """A picture of this hub."""
    return db.session.scalar(select(PostPicture).where(PostPicture.id == picture_id))


def revisions(
    *, post_id: UUID, comment_id: UUID | None, before: int | None = None, limit: int = VERSIONS
) -> tuple[Sequence[Revision], int | None]:
    """The versions that were replaced, the latest first, paged by their numbers; and the key of the next page."""
    # With "is not distinct from" no index would be read in its order.
    statement = select(Revision).where(Revision.post_id == post_id, Revision.comment_id == comment_id)
    if before is not None:
        statement = statement.where(Revision.version < before)
    rows = db.session.scalars(statement.order_by(Revision.version.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    return shown, shown[-1].version if len(rows) > limit else None


def named_in(*, post_id: UUID, comment_id: UUID | None) -> set[UUID]:
    """Whom a text names."""
    about = (Mention.post_id == post_id, Mention.comment_id.is_not_distinct_from(comment_id))
    return set(db.session.scalars(select(Mention.account_id).where(*about)))
