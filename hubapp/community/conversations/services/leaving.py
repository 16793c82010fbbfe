"""Somebody leaves the hub: what they began goes, and what they wrote as well if they want it so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, literal, or_, select, update

from hubapp.community.conversations import told
from hubapp.community.conversations.models import Comment, Draft, Mention, Poll, Post, PostPicture, Reaction, Revision
from hubapp.community.conversations.services.drafts import ACCOUNT
from hubapp.community.conversations.services.pictures import key_of
from hubapp.kernel.db import db, require_hub_id


def forget_drafts(*, account_id: UUID) -> None:
    """What was never shown to anybody."""
    db.session.execute(delete(Draft).where(Draft.owner == f"{ACCOUNT}{account_id}"))


def take_back_everything(*, author_id: UUID, now: datetime) -> list[str]:
    """Posts and answers lose their words in every version, with pictures, polls, mentions and one's own reactions.

    What others answered stays in its place. Answers the keys of the pictures' files, for the caller to drop.
    """
    posts = select(Post.id).where(Post.author_id == author_id, Post.deleted_at.is_(None)).scalar_subquery()
    comments = select(Comment.id).where(Comment.author_id == author_id).scalar_subquery()
    pictures = db.session.execute(
        select(PostPicture.id, PostPicture.widths).where(PostPicture.post_id.in_(posts))
    ).all()
    for hanging in (Revision, Mention):
        of_post = hanging.post_id.in_(posts) & hanging.comment_id.is_(None)
        db.session.execute(delete(hanging).where(or_(of_post, hanging.comment_id.in_(comments))))
    db.session.execute(delete(PostPicture).where(PostPicture.post_id.in_(posts)))
    db.session.execute(delete(Poll).where(Poll.post_id.in_(posts)))
    db.session.execute(delete(Reaction).where(Reaction.account_id == author_id))
    posts_gone = db.session.execute(
        update(Post)
        .where(Post.author_id == author_id, Post.deleted_at.is_(None))
        .values(title="", body_md="", pin=None, deleted_at=now)
        .returning(Post.id, literal(None))
    ).all()
    comments_gone = db.session.execute(
        update(Comment)
        .where(Comment.author_id == author_id, Comment.deleted_at.is_(None))
        .values(body_md="", deleted_at=now)
        .returning(Comment.post_id, Comment.id)
    ).all()
    for post_id, comment_id in (*posts_gone, *comments_gone):
        told.unsay(hub_id=require_hub_id(), post_id=post_id, comment_id=comment_id)
    return [key_of(picture_id=row.id, width=width) for row in pictures for width in row.widths]
