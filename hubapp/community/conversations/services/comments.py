"""Comments: written, edited with every version kept, deleted by their authors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.community.conversations import policies, told
from hubapp.community.conversations.errors import NoSuchComment
from hubapp.community.conversations.events import CommentWritten
from hubapp.community.conversations.models import Comment
from hubapp.community.conversations.services import first, writing
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id


def write_comment(
    *, post_id: UUID, author_id: UUID, body_md: str, now: datetime, reply_to: UUID | None = None
) -> Comment:
    """Answer a post, or a comment of its conversation; it waits where its author is new and the hub wants that.

    Refuses with MembersOnly, TooManyAttempts, TextMissing, TextTooLong, Closed or NoSuchComment.
    """
    writing.refuse_strangers(account_id=author_id)
    body = writing.checked(text=body_md, most=policies.LONGEST_COMMENT)
    writing.refuse_flood(kind="comment", account_id=author_id, now=now)
    # The lock also makes the ids of a conversation's comments commit in their order.
    writing.open_post(post_id=post_id, is_written_to=True)
    if reply_to is not None and not _of(reply_to, post_id).is_readable:
        raise NoSuchComment
    comment = Comment(
        id=ids.uuid7(),
        post_id=post_id,
        author_id=author_id,
        body_md=body,
        reply_to=reply_to,
        created_at=now,
        version=1,
    )
    is_held = first.hold_if_new(row=comment, now=now)
    db.session.add(comment)
    db.session.flush()
    writing.name_members(post_id=post_id, comment_id=comment.id, author_id=author_id, text=body, is_told=not is_held)
    if is_held:
        first.tell_of_held(row=comment)
    else:
        events.publish(CommentWritten(require_hub_id(), post_id, comment.id, author_id, reply_to))
    db.session.flush()
    return comment


def edit_comment(
    *, post_id: UUID, comment_id: UUID, author_id: UUID, body_md: str, version: int, now: datetime
) -> Comment:
    """Change a comment's words; what it was before is kept for everybody to read.

    Refuses with NoSuchComment, MembersOnly, Closed, ChangedMeanwhile, TextMissing, TextTooLong or TooManyAttempts.
    """
    writing.refuse_strangers(account_id=author_id)
    comment = _own(comment_id, post_id, author_id)
    body = writing.checked(text=body_md, most=policies.LONGEST_COMMENT)
    if body != comment.body_md:
        writing.refuse_flood(kind="edit", account_id=author_id, now=now)
        writing.keep_version(row=comment, version=version)
        comment.body_md, comment.edited_at = body, now
        comment.version += 1
        writing.name_members(post_id=post_id, comment_id=comment_id, author_id=author_id, text=body)
    db.session.flush()
    return comment


def delete_comment(*, post_id: UUID, comment_id: UUID, author_id: UUID, now: datetime) -> None:
    """Take one's own words back, in every version; replies to them stay. Refuses with NoSuchComment."""
    comment = _own(comment_id, post_id, author_id)
    if comment.deleted_at is not None:
        return
    comment.body_md, comment.deleted_at = "", now
    writing.forget_versions(post_id=post_id, comment_id=comment_id)
    told.unsay(hub_id=comment.hub_id, post_id=post_id, comment_id=comment_id)
    db.session.flush()


def locked(*, comment_id: UUID, post_id: UUID) -> Comment:
    """A comment in whatever state, for changing it. Refuses with NoSuchComment."""
    statement = select(Comment).where(Comment.post_id == post_id, Comment.id == comment_id)
    comment: Comment | None = db.session.scalar(
        statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if comment is None:
        raise NoSuchComment
    return comment


def _of(comment_id: UUID, post_id: UUID) -> Comment:
    statement = select(Comment).where(Comment.post_id == post_id, Comment.id == comment_id)
    comment: Comment | None = db.session.scalar(statement)
    if comment is None:
        raise NoSuchComment
    return comment


def _own(comment_id: UUID, post_id: UUID, author_id: UUID) -> Comment:
    comment = locked(comment_id=comment_id, post_id=post_id)
    if comment.author_id != author_id:
        raise NoSuchComment
    return comment
