"""Topics and the rule for first texts, as a hub's pack holds them (platform scope)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hubapp.community.conversations import policies
from hubapp.community.conversations.models import ConversationRule, Topic
from hubapp.kernel.db import db
from hubapp.tenancy.packs import schema


def read(*, hub_id: int) -> tuple[tuple[schema.Topic, ...], int]:
    """The hub's topics in their order, archived ones too, and how many first texts of each member wait."""
    rows = db.session.scalars(select(Topic).where(Topic.hub_id == hub_id).order_by(Topic.position, Topic.id))
    topics = tuple(schema.Topic(row.name, row.slug, row.tone, row.archived_at is not None) for row in rows)
    rule = select(ConversationRule.first_held).where(ConversationRule.hub_id == hub_id)
    return topics, db.session.scalar(rule) or 0


def make(*, hub_id: int, topics: tuple[schema.Topic, ...], first_held: int, now: datetime) -> None:
    """Give them to a hub that has none yet."""
    taken = {topic.slug for topic in topics}
    for position, topic in enumerate(topics, start=1):
        slug = topic.slug or policies.slug_of(topic.name, taken)
        taken.add(slug)
        archived_at = now if topic.is_archived else None
        values = {"name": topic.name, "slug": slug, "tone": topic.tone, "position": position}
        db.session.add(Topic(hub_id=hub_id, archived_at=archived_at, **values))
    if first_held:
        db.session.add(ConversationRule(hub_id=hub_id, first_held=first_held))
    db.session.flush()
