"""Tables of conversations: posts and comments, what hangs on them, topics, and drafts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Integer, SmallInteger

from hubapp.kernel import searchable
from hubapp.kernel.db import HubScoped, db

READABLE = "deleted_at IS NULL AND hidden_at IS NULL"
HIDDEN_SAYS_WHY = "(hidden_at IS NULL) = (hidden_reason IS NULL) AND (hidden_at IS NULL) = (hidden_by IS NULL)"

HELD_IS_HIDDEN = "NOT is_held OR hidden_at IS NOT NULL"


class Written:
    """What posts and comments share. `hidden_*`: taken out of sight by a moderator, who can bring it back."""

    author_id: Mapped[uuid.UUID]
    body_md: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by: Mapped[uuid.UUID | None]
    hidden_reason: Mapped[str | None]
    # Hidden because it waits for somebody of the hub to look at it: one of its author's first here.
    is_held: Mapped[bool] = mapped_column(default=False)

    @property
    def is_readable(self) -> bool:
        """Whether everybody who may read here may read this."""
        return self.deleted_at is None and self.hidden_at is None


class Topic(HubScoped, db.Model):  # type: ignore[name-defined]
    """A heading of the connector's. `tone` names a colour of the hub's theme; an archived one takes no new posts."""

    __tablename__ = "conversation_topic"

    name: Mapped[str]
    slug: Mapped[str]
    tone: Mapped[str]
    position: Mapped[int]
    archived_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "slug"),
        CheckConstraint("tone IN ('brand', 'accent', 'soft', 'warm', 'quiet', 'deep')", name="tone"),
        CheckConstraint("name <> ''", name="name"),
    )


class Post(Written, HubScoped, db.Model):  # type: ignore[name-defined]
    """What begins a conversation. `pin`: its place above the feed, 1 to 3; `comment_count` is kept by the database."""

    __tablename__ = "post"

    topic_id: Mapped[uuid.UUID | None]
    title: Mapped[str] = mapped_column(default="")
    pin: Mapped[int | None] = mapped_column(SmallInteger)
    comment_count: Mapped[int] = mapped_column(default=0)
    terms: Mapped[str | None] = searchable.terms("search_terms(hub_id, title, body_md, false)")
    folded: Mapped[str | None] = searchable.folded("title")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "topic_id"], ["conversation_topic.hub_id", "conversation_topic.id"]),
        # Three places, each taken once: no race can pin a fourth.
        UniqueConstraint("hub_id", "pin"),
        CheckConstraint("pin BETWEEN 1 AND 3", name="pin"),
        CheckConstraint(f"pin IS NULL OR ({READABLE})", name="pinned_is_readable"),
        CheckConstraint(HIDDEN_SAYS_WHY, name="hidden_says_why"),
        CheckConstraint(HELD_IS_HIDDEN, name="held_is_hidden"),
        CheckConstraint("deleted_at IS NULL OR (title = '' AND body_md = '')", name="deleted_is_gone"),
        CheckConstraint("comment_count >= 0", name="comment_count"),
        Index("ix_post_feed", "hub_id", "id", postgresql_where=READABLE),
        Index("ix_post_topic", "hub_id", "topic_id", "id", postgresql_where=READABLE),
        Index("ix_post_author", "hub_id", "author_id", "id"),
        Index("ix_post_hidden", "hub_id", "id", postgresql_where="hidden_at IS NOT NULL"),
        *searchable.indexes("post", where=READABLE),
    )


class PostPicture(HubScoped, db.Model):  # type: ignore[name-defined]
    """A picture of a post, stored as WebP in the widths of `widths` (pixels, ascending)."""

    __tablename__ = "post_picture"

    post_id: Mapped[uuid.UUID]
    position: Mapped[int]
    alt: Mapped[str] = mapped_column(default="")
    width: Mapped[int]
    height: Mapped[int]
    widths: Mapped[list[int]] = mapped_column(ARRAY(Integer))

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        UniqueConstraint("hub_id", "post_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 4", name="position"),
        CheckConstraint("width > 0 AND height > 0 AND cardinality(widths) > 0", name="size"),
    )


class Comment(Written, HubScoped, db.Model):  # type: ignore[name-defined]
    """An answer to a post, perhaps in reply to another answer of the same conversation."""

    __tablename__ = "post_comment"

    post_id: Mapped[uuid.UUID]
    reply_to: Mapped[uuid.UUID | None]
    terms: Mapped[str | None] = searchable.terms("search_terms(hub_id, ''::text, body_md, false)")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        UniqueConstraint("hub_id", "post_id", "id"),
        ForeignKeyConstraint(
            ["hub_id", "post_id", "reply_to"], ["post_comment.hub_id", "post_comment.post_id", "post_comment.id"]
        ),
        CheckConstraint("reply_to <> id", name="not_to_itself"),
        CheckConstraint(HIDDEN_SAYS_WHY, name="hidden_says_why"),
        CheckConstraint(HELD_IS_HIDDEN, name="held_is_hidden"),
        CheckConstraint("deleted_at IS NULL OR body_md = ''", name="deleted_is_gone"),
        Index("ix_post_comment_author", "hub_id", "author_id", "id"),
        Index("ix_post_comment_hidden", "hub_id", "id", postgresql_where="hidden_at IS NOT NULL"),
        *searchable.indexes("post_comment", where=READABLE, has_name=False),
    )


class OnWriting:
    """What hangs on a post, or on one of its comments."""

    post_id: Mapped[uuid.UUID]
    comment_id: Mapped[uuid.UUID | None]


def _hangs_on_writing() -> tuple[ForeignKeyConstraint, ...]:
    return (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        ForeignKeyConstraint(
            ["hub_id", "post_id", "comment_id"], ["post_comment.hub_id", "post_comment.post_id", "post_comment.id"]
        ),
    )


class Reaction(OnWriting, HubScoped, db.Model):  # type: ignore[name-defined]
    """A member's reaction: one of each kind, however often and from wherever they click."""

    __tablename__ = "reaction"

    account_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        *_hangs_on_writing(),
        UniqueConstraint("hub_id", "post_id", "comment_id", "kind", "account_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("kind IN ('heart', 'thanks', 'cheer', 'together', 'idea')", name="kind"),
        Index("ix_reaction_author", "hub_id", "account_id", "id"),
    )


class Revision(OnWriting, HubScoped, db.Model):  # type: ignore[name-defined]
    """What a text was before it was edited; `written_at` is when that version was written."""

    __tablename__ = "revision"

    version: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    body_md: Mapped[str]
    written_at: Mapped[datetime]

    __table_args__ = (
        *_hangs_on_writing(),
        UniqueConstraint("hub_id", "post_id", "comment_id", "version", postgresql_nulls_not_distinct=True),
    )


class Mention(OnWriting, HubScoped, db.Model):  # type: ignore[name-defined]
    """A member named in a text: `handle` is how it is written there, whoever goes by it later."""

    __tablename__ = "mention"

    account_id: Mapped[uuid.UUID]
    handle: Mapped[str]

    __table_args__ = (
        *_hangs_on_writing(),
        UniqueConstraint("hub_id", "post_id", "comment_id", "account_id", postgresql_nulls_not_distinct=True),
        Index("ix_mention_account", "hub_id", "account_id", "id"),
    )


class Poll(HubScoped, db.Model):  # type: ignore[name-defined]
    """A question under a post. Ballots name options by their place in `options`, from 0."""

    __tablename__ = "poll"

    post_id: Mapped[uuid.UUID]
    question: Mapped[str]
    options: Mapped[list[str]]
    is_multiple: Mapped[bool]
    closes_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        UniqueConstraint("hub_id", "post_id"),
        UniqueConstraint("hub_id", "id", "is_multiple"),
        CheckConstraint("jsonb_array_length(options) BETWEEN 2 AND 8", name="options"),
    )


class Ballot(HubScoped, db.Model):  # type: ignore[name-defined]
    """One member's say in a poll; voting again replaces it."""

    __tablename__ = "poll_ballot"

    poll_id: Mapped[uuid.UUID]
    # The poll's own, so that a row by itself can be checked.
    is_multiple: Mapped[bool]
    account_id: Mapped[uuid.UUID]
    choices: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    voted_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(
            ["hub_id", "poll_id", "is_multiple"],
            ["poll.hub_id", "poll.id", "poll.is_multiple"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("hub_id", "poll_id", "account_id"),
        CheckConstraint("cardinality(choices) BETWEEN 1 AND 8", name="choices"),
        CheckConstraint("is_multiple OR cardinality(choices) = 1", name="single"),
    )


class ConversationRule(HubScoped, db.Model):  # type: ignore[name-defined]
    """What a hub wants of its conversations: so many first texts of each member wait for somebody to look at them."""

    __tablename__ = "conversation_rule"

    first_held: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id"),
        CheckConstraint("first_held BETWEEN 0 AND 10", name="first_held"),
    )


class Draft(HubScoped, db.Model):  # type: ignore[name-defined]
    """Something begun. `owner`: an account, or a visitor's secret as a digest; `place`: the feed, or a post's id."""

    __tablename__ = "writing_draft"

    owner: Mapped[str]
    place: Mapped[str]
    content: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "owner", "place"),
        Index("ix_writing_draft_saved_at", "hub_id", "saved_at"),
    )
