"""Taking something out of sight with a reason, and bringing it back: nothing is lost by it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.community.conversations import policies, told
from hubapp.community.conversations.errors import ReasonMissing, TextTooLong
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.services import comments, posts
from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def hide(*, post_id: UUID, comment_id: UUID | None, reason: str, actor: Actor, now: datetime) -> None:
    """Take a post, or one of its comments, out of sight; once more changes nothing.

    Refuses with NoSuchPost, NoSuchComment, ReasonMissing or TextTooLong.
    """
    words = checked(reason=reason)
    row = locked(post_id=post_id, comment_id=comment_id)
    if row.deleted_at is not None or (row.hidden_at is not None and not row.is_held):
        return
    row.is_held = False
    row.hidden_at, row.hidden_by, row.hidden_reason = now, actor.id, words
    if isinstance(row, Post):
        row.pin = None
    told.unsay(hub_id=row.hub_id, post_id=post_id, comment_id=comment_id)
    note(actor=actor, row=row, act="hide", reason=words, now=now)


def unhide(*, post_id: UUID, comment_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Bring it back. Refuses with NoSuchPost or NoSuchComment."""
    row = locked(post_id=post_id, comment_id=comment_id)
    if row.hidden_at is None or row.is_held:
        return
    row.hidden_at = row.hidden_by = row.hidden_reason = None
    note(actor=actor, row=row, act="unhide", reason="", now=now)


def checked(*, reason: str) -> str:
    """A reason as it is kept. Refuses with ReasonMissing or TextTooLong."""
    words = policies.clean(reason)
    if not words:
        raise ReasonMissing
    if len(words) > policies.LONGEST_REASON:
        raise TextTooLong(most=policies.LONGEST_REASON, field="reason")
    return words


def locked(*, post_id: UUID, comment_id: UUID | None) -> Post | Comment:
    """A text in whatever state, for changing it. Refuses with NoSuchPost or NoSuchComment."""
    return (
        posts.locked(post_id=post_id) if comment_id is None else comments.locked(comment_id=comment_id, post_id=post_id)
    )


def note(*, actor: Actor, row: Post | Comment, act: str, reason: str, now: datetime) -> None:
    """Write down in the audit log what was done to a text."""
    kind = "post" if isinstance(row, Post) else "comment"
    audit.record(
        actor=actor,
        action=f"{kind}.{act}",
        now=now,
        hub_id=require_hub_id(),
        subject=f"{kind}:{row.id}",
        reason=reason,
    )
    db.session.flush()
