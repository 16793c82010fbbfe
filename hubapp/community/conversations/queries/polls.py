"""Polls with their results, counted from the ballots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import column, false, func, select, true
from sqlalchemy.types import SmallInteger

from hubapp.community.conversations.models import Ballot, Poll
from hubapp.kernel.db import db


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as it stands: `counts` by option, `voters` ballots in all, `mine` the reader's choices."""

    id: UUID
    post_id: UUID
    question: str
    options: tuple[str, ...]
    is_multiple: bool
    closes_at: datetime | None
    counts: tuple[int, ...]
    voters: int
    mine: tuple[int, ...]

    def is_closed(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.closes_at is not None and self.closes_at <= now


def polls(post_ids: Collection[UUID], *, reader_id: UUID | None) -> dict[UUID, PollView]:
    """Polls by post; one query where there are none, two where there are."""
    if not post_ids:
        return {}
    rows = db.session.scalars(select(Poll).where(Poll.post_id.in_(post_ids))).all()
    if not rows:
        return {}
    counts: dict[UUID, dict[int, int]] = defaultdict(dict)
    voters: dict[UUID, int] = defaultdict(int)
    mine: dict[UUID, list[int]] = defaultdict(list)
    for poll_id, place, count, ballots, is_mine in _tally([row.id for row in rows], reader_id):
        counts[poll_id][place] = count
        voters[poll_id] += ballots
        if is_mine:
            mine[poll_id].append(place)
    return {
        row.post_id: PollView(
            id=row.id,
            post_id=row.post_id,
            question=row.question,
            options=tuple(row.options),
            is_multiple=row.is_multiple,
            closes_at=row.closes_at,
            counts=tuple(counts[row.id].get(place, 0) for place in range(len(row.options))),
            voters=voters[row.id],
            mine=tuple(sorted(mine[row.id])),
        )
        for row in rows
    }


def _tally(poll_ids: list[UUID], reader_id: UUID | None) -> list[tuple[UUID, int, int, int, bool]]:
    chosen = func.unnest(Ballot.choices).table_valued(column("place", SmallInteger), name="chosen").render_derived()
    place = chosen.c.place
    is_mine = Ballot.account_id == reader_id if reader_id is not None else false()
    # A ballot with several choices counts once: at its first.
    ballots = func.count().filter(place == Ballot.choices[1])
    statement = (
        select(Ballot.poll_id, place, func.count(), ballots, func.bool_or(is_mine))
        .join_from(Ballot, chosen, true())
        .where(Ballot.poll_id.in_(poll_ids))
        .group_by(Ballot.poll_id, place)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(statement)]


def poll_of(post_id: UUID) -> Poll | None:
    """The poll under a post."""
    return db.session.scalar(select(Poll).where(Poll.post_id == post_id))
