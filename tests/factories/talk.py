"""Conversations for tests."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from flask import current_app
from PIL import Image

from hubapp.community.conversations import services
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.policies import PollText, PostText, Upload
from hubapp.kernel import files
from tests.factories.hubs import NOW

POLL = PollText("Which day?", ("Saturday", "Sunday", "Monday"), is_multiple=False, days=7)


def say(author_id: UUID, body_md: str = "Who has a ladder?", *, pictures: int = 0, **values: Any) -> Post:
    """A post, through the service (inside a hub's scope)."""
    text = PostText(**{"title": "", "body_md": body_md, "topic_id": None, **values})
    store = files.opened(current_app.extensions["hubapp.settings"])
    uploads = [Upload(png(), f"Picture {number}") for number in range(pictures)]
    return services.write_post(author_id=author_id, text=text, pictures=uploads, files=store, now=NOW)


def answer(post_id: UUID, author_id: UUID, body_md: str = "I do.", reply_to: UUID | None = None) -> Comment:
    """A comment, through the service."""
    return services.write_comment(post_id=post_id, author_id=author_id, body_md=body_md, reply_to=reply_to, now=NOW)


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(out, "PNG")
    return out.getvalue()
