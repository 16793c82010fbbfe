"""What happened in conversations, for whoever tells people of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostWritten:
    """A conversation began."""

    hub_id: int
    post_id: uuid.UUID
    author_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CommentWritten:
    """Somebody answered; `reply_to` is the comment they answered, if not the post itself."""

    hub_id: int
    post_id: uuid.UUID
    comment_id: uuid.UUID
    author_id: uuid.UUID
    reply_to: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class MemberMentioned:
    """A text names a member for the first time; `comment_id` None: the post itself does."""

    hub_id: int
    post_id: uuid.UUID
    comment_id: uuid.UUID | None
    account_id: uuid.UUID
    author_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class TextHeld:
    """Somebody's post, or comment, waits for somebody of the hub to look at it: it is one of their first."""

    hub_id: int
    post_id: uuid.UUID
    comment_id: uuid.UUID | None
    author_id: uuid.UUID
