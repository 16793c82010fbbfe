"""The newest conversations, for a front page that knows the people already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from hubapp.community.conversations import policies, queries
from hubapp.community.conversations.models import Post
from hubapp.community.conversations.views import shown
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles.views.faces import face
from hubapp.web import areas

MOST = 3


@dataclass(frozen=True, slots=True)
class Said:
    """One of them in a few words."""

    name: str
    face: str
    ago: str
    headline: str
    href: str
    answers: int


def posts(reader_id: UUID) -> Sequence[Post]:
    """Those to show to somebody; none where the hub has no conversations. One query."""
    is_on = areas.current_hub().features.get("conversations", True)
    return queries.newest(limit=MOST, reader_id=reader_id) if is_on else ()


def said(rows: Iterable[Post], people: Mapping[UUID, MemberView]) -> list[Said]:
    """With the names and faces of their authors."""
    return [
        Said(
            name=shown.name_of(row.author_id, people),
            face=face(people.get(row.author_id)),
            ago=shown.ago(row.created_at),
            headline=policies.headline(row.title, row.body_md, most=160),
            href=url_for("conversations.detail", post_id=row.id),
            answers=row.comment_count,
        )
        for row in rows
    ]
