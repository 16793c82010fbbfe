"""The connector's topics: named, coloured, ordered, archived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.community.conversations import policies
from hubapp.community.conversations.errors import NoSuchTopic, TopicRefused
from hubapp.community.conversations.models import Topic
from hubapp.community.conversations.services import writing
from hubapp.kernel.db import db


def add_topic(*, name: str, tone: str) -> Topic:
    """Add a topic after the others. Refuses with TopicRefused."""
    writing.wait_for_turn()
    rows = _all()
    if len(rows) >= policies.MOST_TOPICS:
        raise TopicRefused(_("There are %(most)s topics already.", most=policies.MOST_TOPICS))
    topic = Topic(
        name=_name(name, rows),
        slug=policies.slug_of(name, (row.slug for row in rows)),
        tone=_tone(tone),
        position=1 + max((row.position for row in rows), default=0),
    )
    db.session.add(topic)
    db.session.flush()
    return topic


def edit_topic(*, topic_id: UUID, name: str, tone: str, is_archived: bool, now: datetime) -> None:
    """Rename, recolour or archive a topic; its address stays. Refuses with NoSuchTopic or TopicRefused."""
    writing.wait_for_turn()
    rows = _all()
    topic = _of(topic_id, rows)
    topic.name = _name(name, [row for row in rows if row.id != topic_id])
    topic.tone = _tone(tone)
    topic.archived_at = (topic.archived_at or now) if is_archived else None
    db.session.flush()


def move_topic(*, topic_id: UUID, is_up: bool) -> None:
    """Let a topic change places with its neighbour; at the end nothing happens. Refuses with NoSuchTopic."""
    writing.wait_for_turn()
    rows = _all()
    here = rows.index(_of(topic_id, rows))
    there = here - 1 if is_up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows, start=1):
        row.position = position
    db.session.flush()


def _all() -> list[Topic]:
    return list(db.session.scalars(select(Topic).order_by(Topic.position, Topic.id)))


def _of(topic_id: UUID, rows: list[Topic]) -> Topic:
    for row in rows:
        if row.id == topic_id:
            return row
    raise NoSuchTopic


def _name(text: str, others: list[Topic]) -> str:
    name = policies.one_line(text)
    if not 0 < len(name) <= policies.LONGEST_NAME:
        raise TopicRefused(_("Between 1 and %(most)s characters fit here.", most=policies.LONGEST_NAME))
    if any(row.name.casefold() == name.casefold() for row in others):
        raise TopicRefused(_("There is a topic of that name already."))
    return name


def _tone(tone: str) -> str:
    if tone not in policies.TONES:
        raise TopicRefused(_("Choose one of the list."), field="tone")
    return tone
