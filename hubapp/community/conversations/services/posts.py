"""Posts: written, edited with every version kept, deleted by their authors, pinned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from hubapp.community.conversations import policies, told
from hubapp.community.conversations.errors import (
    BadPoll,
    Closed,
    NoSuchPost,
    NoSuchTopic,
    TextTooLong,
    TooManyPins,
)
from hubapp.community.conversations.events import PostWritten
from hubapp.community.conversations.models import Poll, Post, PostPicture, Topic
from hubapp.community.conversations.policies import PollText, PostText, Upload
from hubapp.community.conversations.services import first, writing
from hubapp.community.conversations.services import pictures as stored
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def write_post(
    *, author_id: UUID, text: PostText, files: Files, now: datetime, pictures: Sequence[Upload] = ()
) -> Post:
    """Begin a conversation; it waits to be looked at where its author is new and the hub wants that.

    Refuses with MembersOnly, TooManyAttempts, TextMissing, TextTooLong, NoSuchTopic, BadPoll or BadPicture.
    """
    writing.refuse_strangers(account_id=author_id)
    body, title = writing.checked(text=text.body_md, most=policies.LONGEST_BODY), _title(text.title)
    _refuse_topic(text.topic_id)
    poll = None if text.poll is None else _poll(text.poll, now)
    sizes = stored.reencode(uploads=pictures)
    writing.refuse_flood(kind="post", account_id=author_id, now=now)
    writing.wait_for_turn()
    post = Post(
        id=ids.uuid7(),
        author_id=author_id,
        topic_id=text.topic_id,
        title=title,
        body_md=body,
        created_at=now,
        comment_count=0,
        version=1,
    )
    is_held = first.hold_if_new(row=post, now=now)
    db.session.add(post)
    db.session.flush()
    stored.keep(post_id=post.id, sizes=sizes, files=files)
    if poll is not None:
        poll.post_id = post.id
        db.session.add(poll)
    writing.name_members(post_id=post.id, comment_id=None, author_id=author_id, text=body, is_told=not is_held)
    if is_held:
        first.tell_of_held(row=post)
    else:
        events.publish(PostWritten(require_hub_id(), post.id, author_id))
    db.session.flush()
    return post


def edit_post(*, post_id: UUID, author_id: UUID, text: PostText, version: int, now: datetime) -> Post:
    """Change a post's words or topic; what it was before is kept for everybody to read. Its poll and pictures stay.

    Refuses with NoSuchPost, MembersOnly, Closed, ChangedMeanwhile, TextMissing, TextTooLong, NoSuchTopic or
    TooManyAttempts.
    """
    writing.refuse_strangers(account_id=author_id)
    post = _own(post_id, author_id)
    body, title = writing.checked(text=text.body_md, most=policies.LONGEST_BODY), _title(text.title)
    if text.topic_id != post.topic_id:
        _refuse_topic(text.topic_id)
    if (body, title) != (post.body_md, post.title):
        writing.refuse_flood(kind="edit", account_id=author_id, now=now)
        writing.keep_version(row=post, version=version)
        post.body_md, post.title, post.edited_at = body, title, now
        post.version += 1
    elif not post.is_readable:
        raise Closed
    post.topic_id = text.topic_id
    writing.name_members(post_id=post.id, comment_id=None, author_id=author_id, text=body)
    db.session.flush()
    return post


def delete_post(*, post_id: UUID, author_id: UUID, now: datetime) -> None:
    """Take one's own words back, in every version, with pictures and poll; what others answered stays.

    Refuses with NoSuchPost. The files of pictures are no longer served; they stay in the store like other uploads.
    """
    post = _own(post_id, author_id)
    if post.deleted_at is not None:
        return
    post.title = post.body_md = ""
    post.deleted_at, post.pin = now, None
    writing.forget_versions(post_id=post_id, comment_id=None)
    db.session.execute(delete(PostPicture).where(PostPicture.post_id == post_id))
    db.session.execute(delete(Poll).where(Poll.post_id == post_id))
    told.unsay(hub_id=post.hub_id, post_id=post_id, comment_id=None)
    db.session.flush()


def pin(*, post_id: UUID, actor: Actor, now: datetime) -> None:
    """Put a post above the feed. Refuses with Closed or TooManyPins."""
    writing.wait_for_turn()  # two at once would choose the same place
    post = writing.open_post(post_id=post_id, is_written_to=True)
    if post.pin is not None:
        return
    place = policies.free_pin(row for row in db.session.scalars(select(Post.pin).where(Post.pin.is_not(None))) if row)
    if place is None:
        raise TooManyPins
    post.pin = place
    _note(actor, "post.pin", post_id, now)


def unpin(*, post_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a post down from above the feed. Refuses with NoSuchPost."""
    post = locked(post_id=post_id)
    if post.pin is not None:
        post.pin = None
        _note(actor, "post.unpin", post_id, now)


def locked(*, post_id: UUID) -> Post:
    """A post in whatever state, for changing it. Refuses with NoSuchPost."""
    statement = select(Post).where(Post.id == post_id).with_for_update(key_share=True)
    post: Post | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if post is None:
        raise NoSuchPost
    return post


def _own(post_id: UUID, author_id: UUID) -> Post:
    post = locked(post_id=post_id)
    if post.author_id != author_id:
        raise NoSuchPost
    return post


def _title(text: str) -> str:
    title = policies.one_line(text)
    if len(title) > policies.LONGEST_TITLE:
        raise TextTooLong(most=policies.LONGEST_TITLE, field="title")
    return title


def _refuse_topic(topic_id: UUID | None) -> None:
    if topic_id is None:
        return
    found = db.session.scalar(select(Topic).where(Topic.id == topic_id, Topic.archived_at.is_(None)))
    if found is None:
        raise NoSuchTopic


def _poll(text: PollText, now: datetime) -> Poll:
    question = policies.one_line(text.question)
    if not question or len(question) > policies.LONGEST_TITLE:
        raise BadPoll(
            _("Ask a question of at most %(most)s characters.", most=policies.LONGEST_TITLE), field="question"
        )
    if not policies.FEWEST_OPTIONS <= len(text.options) <= policies.MOST_OPTIONS:
        raise BadPoll(_("Give two to eight answers to choose from, one a line."))
    if any(len(option) > policies.LONGEST_OPTION for option in text.options):
        raise BadPoll(_("An answer has at most %(most)s characters.", most=policies.LONGEST_OPTION))
    closes_at = now + timedelta(days=text.days) if text.days else None
    return Poll(question=question, options=list(text.options), is_multiple=text.is_multiple, closes_at=closes_at)


def _note(actor: Actor, action: str, post_id: UUID, now: datetime) -> None:
    audit.record(actor=actor, action=action, now=now, hub_id=require_hub_id(), subject=f"post:{post_id}")
    db.session.flush()
