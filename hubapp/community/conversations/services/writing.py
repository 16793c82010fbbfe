"""What posts and comments have in common when they are written: who may, how often, whom they name, what they were."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from hubapp.community.conversations import policies
from hubapp.community.conversations.errors import ChangedMeanwhile, Closed, MembersOnly, TextMissing, TextTooLong
from hubapp.community.conversations.events import MemberMentioned
from hubapp.community.conversations.models import Comment, Mention, Post, Revision
from hubapp.jobs import events
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.people.profiles import queries as profiles


def refuse_strangers(*, account_id: UUID) -> None:
    """Refuses with MembersOnly or MembershipSuspended."""
    standing.require_active(account_id, otherwise=MembersOnly())


def refuse_flood(*, kind: str, account_id: UUID, now: datetime) -> None:
    """Count one more in this hub. Refuses with TooManyAttempts."""
    throttle.limit(kind=f"{kind} account", subject=f"{require_hub_id()}:{account_id}", now=now)


def checked(*, text: str, most: int) -> str:
    """A text as it is kept. Refuses with TextMissing or TextTooLong."""
    body = policies.clean(text)
    if not body:
        raise TextMissing
    if len(body) > most:
        raise TextTooLong(most=most)
    return body


def wait_for_turn() -> None:
    """Let the posts of a hub commit in the order of their ids: who asks for newer ones must not miss a slower one."""
    key = f"conversations:{require_hub_id()}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def open_post(*, post_id: UUID, is_written_to: bool = False) -> Post:
    """A readable post, locked so that it stays readable. Refuses with Closed.

    `is_written_to`: its count of comments will change, which a shared lock taken by two would never let happen.
    """
    statement = select(Post).where(Post.id == post_id).execution_options(populate_existing=True)
    lock = statement.with_for_update(key_share=True) if is_written_to else statement.with_for_update(read=True)
    post: Post | None = db.session.scalar(lock)
    if post is None or not post.is_readable:
        raise Closed
    return post


def name_members(*, post_id: UUID, comment_id: UUID | None, author_id: UUID, text: str, is_told: bool = True) -> None:
    """Remember whom a text names now, and tell of those it did not name before (not of a text that waits).

    Whoever has blocked the author is not named by them: their handle stays a word like others.
    """
    about = (Mention.post_id == post_id, Mention.comment_id.is_not_distinct_from(comment_id))
    before = {row.account_id: row for row in db.session.scalars(select(Mention).where(*about))}
    handles = policies.handles_in(text)
    named = {member.account_id: member for member in membership.members_by_handle(handles)} if handles else {}
    for account_id in profiles.who_block(author_id, among=named):
        del named[account_id]
    for account_id, row in before.items():
        if account_id not in named:
            db.session.delete(row)
    for account_id, member in named.items():
        if account_id in before:
            continue
        db.session.add(Mention(post_id=post_id, comment_id=comment_id, account_id=account_id, handle=member.handle))
        if account_id != author_id and is_told:
            events.publish(MemberMentioned(require_hub_id(), post_id, comment_id, account_id, author_id))


def keep_version(*, row: Post | Comment, version: int) -> None:
    """Keep what a text was before it changes. Refuses with ChangedMeanwhile, or Closed where it is out of sight."""
    if not row.is_readable:
        raise Closed
    if row.version != version:
        raise ChangedMeanwhile
    is_post = isinstance(row, Post)
    db.session.add(
        Revision(
            post_id=row.id if is_post else row.post_id,
            comment_id=None if is_post else row.id,
            version=row.version,
            title=row.title if is_post else "",
            body_md=row.body_md,
            written_at=row.edited_at or row.created_at,
        )
    )


def forget_versions(*, post_id: UUID, comment_id: UUID | None) -> None:
    """A deleted text is gone in every version, and names nobody any more."""
    for table in (Revision, Mention):
        db.session.execute(
            delete(table).where(table.post_id == post_id, table.comment_id.is_not_distinct_from(comment_id))
        )
