"""The connector's topics, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hubapp.community.conversations.errors import NoSuchTopic
from hubapp.community.conversations.models import Topic
from hubapp.kernel.db import db


def topics(*, with_archived: bool = False) -> Sequence[Topic]:
    """Topics in their order; archived ones too if asked for, after the others."""
    statement = select(Topic).order_by(Topic.archived_at.is_not(None), Topic.position, Topic.id)
    if not with_archived:
        statement = statement.where(Topic.archived_at.is_(None))
    return db.session.scalars(statement).all()


def topic(slug: str) -> Topic:
    """A topic by its address, archived or not. Raises NoSuchTopic."""
    found: Topic | None = db.session.scalar(select(Topic).where(Topic.slug == slug))
    if found is None:
        raise NoSuchTopic
    return found
