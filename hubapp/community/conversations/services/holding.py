"""Texts that wait to be looked at: how many first ones do, letting them out, refusing them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.conversations import policies
from hubapp.community.conversations.errors import BadNumber, NotWaiting
from hubapp.community.conversations.events import CommentWritten, MemberMentioned, PostWritten
from hubapp.community.conversations.models import Comment, ConversationRule, Mention, Post
from hubapp.community.conversations.services import first, hiding
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def choose_first_held(*, first_held: int, actor: Actor, now: datetime) -> None:
    """So many first texts of each member wait, from now on; what waits already goes on waiting. Refuses: BadNumber."""
    if not 0 <= first_held <= policies.MOST_HELD:
        raise BadNumber(policies.MOST_HELD)
    hub_id = require_hub_id()
    statement = insert(ConversationRule).values(hub_id=hub_id, id=ids.uuid7(), first_held=first_held)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["hub_id"], set_={"first_held": statement.excluded.first_held})
    )
    details = {"first_held": first_held}
    audit.record(actor=actor, action="conversations.hold", now=now, hub_id=hub_id, details=details)


def release(*, post_id: UUID, comment_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Everybody sees it from now on, and hears of it as if it were written now. Refuses with NotWaiting."""
    row = _waiting(post_id, comment_id)
    row.is_held, row.hidden_at, row.hidden_by, row.hidden_reason = False, None, None, None
    db.session.flush()
    hub_id = require_hub_id()
    if isinstance(row, Post):
        events.publish(PostWritten(hub_id, row.id, row.author_id))
    else:
        events.publish(CommentWritten(hub_id, row.post_id, row.id, row.author_id, row.reply_to))
    about = (Mention.post_id == post_id, Mention.comment_id.is_not_distinct_from(comment_id))
    for account_id in db.session.scalars(select(Mention.account_id).where(*about)):
        if account_id != row.author_id:
            events.publish(MemberMentioned(hub_id, post_id, comment_id, account_id, row.author_id))
    hiding.note(actor=actor, row=row, act="release", reason="", now=now)


def refuse(*, post_id: UUID, comment_id: UUID | None, reason: str, actor: Actor, now: datetime) -> None:
    """It stays out of sight, and its author reads why. Refuses with NotWaiting, ReasonMissing or TextTooLong."""
    words = hiding.checked(reason=reason)
    row = _waiting(post_id, comment_id)
    row.is_held, row.hidden_at, row.hidden_by, row.hidden_reason = False, now, actor.id, words
    hiding.note(actor=actor, row=row, act="refuse", reason=words, now=now)


def hold_again(*, post_id: UUID, comment_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Undo either decision: it waits again. Refuses with NoSuchPost, NoSuchComment, or NotWaiting for what is gone."""
    row = hiding.locked(post_id=post_id, comment_id=comment_id)
    if row.deleted_at is not None:
        raise NotWaiting
    if isinstance(row, Post):
        row.pin = None
    first.hold(row=row, now=now)
    hiding.note(actor=actor, row=row, act="hold", reason="", now=now)


def _waiting(post_id: UUID, comment_id: UUID | None) -> Post | Comment:
    row = hiding.locked(post_id=post_id, comment_id=comment_id)
    if not row.is_held or row.deleted_at is not None:
        raise NotWaiting
    return row
