"""Gatherings by the words in them: in this hub, or in all whose agenda anybody may open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, select, text

from hubapp.community.gatherings.models import Gathering
from hubapp.kernel.db import db
from hubapp.kernel.searchable import Found

_TIME = DateTime(timezone=True)
_KEY = (
    bindparam("words", type_=ARRAY(Text)),
    bindparam("now", type_=_TIME),
    bindparam("at", type_=_TIME),
    bindparam("after", type_=Uuid()),
    bindparam("most", type_=Integer),
)
_FIND = (
    text("SELECT class, starts_at, id FROM find_gatherings(:words, :now, :rank, :at, :after, :most)")
    .bindparams(bindparam("rank", type_=Integer), *_KEY)
    .columns(id=Uuid())
)
_FIND_OPEN = (
    text("SELECT * FROM find_open_gatherings(:words, :now, :at, :after, :most)").bindparams(*_KEY).columns(id=Uuid())
)


@dataclass(frozen=True, slots=True)
class OpenGathering:
    """A published gathering of some hub that is still to come; `text` is the beginning of what it says."""

    hub_id: int
    id: UUID
    slug: str
    title: str
    text: str
    place: str
    format: str
    starts_at: datetime


def found(words: Sequence[str], *, now: datetime, after: Found | None = None, limit: int) -> list[Found]:
    """Published ones with all of the words: what comes first, the next first; then what was, the last first."""
    values = {
        "words": list(words),
        "now": now,
        "rank": after.rank if after else None,
        "at": after.at if after else None,
        "after": after.id if after else None,
        "most": limit,
    }
    return [Found(row[0], row[2], row[1]) for row in db.session.execute(_FIND, values)]


def gatherings(ids: Collection[UUID]) -> dict[UUID, Gathering]:
    """Some of them by id."""
    rows = db.session.scalars(select(Gathering).where(Gathering.id.in_(ids))).all() if ids else ()
    return {row.id: row for row in rows}


def found_everywhere(
    words: Sequence[str], *, now: datetime, after: tuple[datetime, UUID] | None = None, limit: int
) -> list[OpenGathering]:
    """What is still to come in hubs that are not closed and have gatherings, the next first."""
    at, key = after or (None, None)
    rows = db.session.execute(_FIND_OPEN, {"words": list(words), "now": now, "at": at, "after": key, "most": limit})
    return [
        OpenGathering(row.hub_id, row.id, row.slug, row.title, row.body, row.place_name, row.format, row.starts_at)
        for row in rows
    ]
