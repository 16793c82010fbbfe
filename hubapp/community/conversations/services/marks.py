"""Reactions and votes: doing it twice is doing it once, whoever clicks how often and from where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.conversations import policies
from hubapp.community.conversations.errors import BadVote, Closed, NoSuchPost, PollClosed, UnknownReaction
from hubapp.community.conversations.models import Ballot, Comment, Poll, Reaction
from hubapp.community.conversations.services import writing
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id


def react(*, post_id: UUID, comment_id: UUID | None, account_id: UUID, kind: str, now: datetime) -> None:
    """React in one way; once more changes nothing. Refuses with MembersOnly, TooManyAttempts, UnknownReaction, Closed.

    The lock keeps whatever is reacted to readable until this is done.
    """
    _refuse(account_id, kind)
    writing.refuse_flood(kind="reaction", account_id=account_id, now=now)
    writing.open_post(post_id=post_id)
    if comment_id is not None:
        _refuse_unreadable(post_id, comment_id)
    db.session.execute(
        insert(Reaction)
        .values(
            hub_id=require_hub_id(),
            id=ids.uuid7(),
            post_id=post_id,
            comment_id=comment_id,
            account_id=account_id,
            kind=kind,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def unreact(*, post_id: UUID, comment_id: UUID | None, account_id: UUID, kind: str) -> None:
    """Take a reaction back; where there is none, nothing happens. Refuses with MembersOnly or UnknownReaction."""
    _refuse(account_id, kind)
    db.session.execute(
        delete(Reaction).where(
            Reaction.post_id == post_id,
            Reaction.comment_id.is_not_distinct_from(comment_id),
            Reaction.account_id == account_id,
            Reaction.kind == kind,
        )
    )


def vote(*, post_id: UUID, account_id: UUID, choices: Sequence[int], now: datetime) -> None:
    """Vote, or vote again in place of it. Refuses with MembersOnly, TooManyAttempts, Closed, PollClosed or BadVote."""
    writing.refuse_strangers(account_id=account_id)
    writing.refuse_flood(kind="reaction", account_id=account_id, now=now)
    writing.open_post(post_id=post_id)
    poll: Poll | None = db.session.scalar(select(Poll).where(Poll.post_id == post_id))
    if poll is None:
        raise NoSuchPost
    if poll.closes_at is not None and poll.closes_at <= now:
        raise PollClosed
    if not policies.is_vote(choices, options=len(poll.options), is_multiple=poll.is_multiple):
        raise BadVote
    chosen = sorted(choices)
    ballot = insert(Ballot).values(
        hub_id=require_hub_id(),
        id=ids.uuid7(),
        poll_id=poll.id,
        is_multiple=poll.is_multiple,
        account_id=account_id,
        choices=chosen,
        voted_at=now,
    )
    db.session.execute(
        ballot.on_conflict_do_update(
            index_elements=["hub_id", "poll_id", "account_id"], set_={"choices": chosen, "voted_at": now}
        )
    )


def _refuse(account_id: UUID, kind: str) -> None:
    writing.refuse_strangers(account_id=account_id)
    if kind not in policies.KINDS:
        raise UnknownReaction


def _refuse_unreadable(post_id: UUID, comment_id: UUID) -> None:
    statement = select(Comment).where(Comment.post_id == post_id, Comment.id == comment_id)
    # No lock of its own: whoever deletes or hides a comment changes the post's count, and waits for the post's lock.
    comment: Comment | None = db.session.scalar(statement)
    if comment is None or not comment.is_readable:
        raise Closed
