"""Reading broadcasts: the list, one of them, its numbers, and how many a segment reaches."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from hubapp.community.broadcasts import policies
from hubapp.community.broadcasts.errors import NoSuchBroadcast
from hubapp.community.broadcasts.models import Broadcast, Status, Words
from hubapp.kernel.db import db
from hubapp.market.catalogue import queries as catalogue
from hubapp.people.accounts import queries as accounts
from hubapp.people.membership import queries as membership


@dataclass(frozen=True, slots=True)
class Numbers:
    """What became of a broadcast's mails; `unsubscribed`: of who got one, those who want no news any more."""

    sent: int
    undeliverable: int
    unsubscribed: int


def broadcasts(*, before: uuid.UUID | None = None, limit: int = 30) -> Sequence[Broadcast]:
    """The newest first, paged by id."""
    statement = select(Broadcast).order_by(Broadcast.id.desc()).limit(limit)
    return db.session.scalars(statement if before is None else statement.where(Broadcast.id < before)).all()


def broadcast(broadcast_id: uuid.UUID) -> Broadcast:
    """One of the hub's. Refuses with NoSuchBroadcast."""
    found: Broadcast | None = db.session.scalar(select(Broadcast).where(Broadcast.id == broadcast_id))
    if found is None:
        raise NoSuchBroadcast
    return found


def news(broadcast_id: uuid.UUID) -> Broadcast:
    """One that has gone out, as members read it. Refuses with NoSuchBroadcast."""
    found = broadcast(broadcast_id)
    if found.status not in {Status.SENDING, Status.SENT}:
        raise NoSuchBroadcast
    return found


def author_name(row: Broadcast) -> str:
    """Who wrote it, by their name in the hub; by their own, if it was the core in a connector's place."""
    member = membership.member(row.author_account_id)
    if member is not None:
        return member.display_name
    return accounts.names([row.author_account_id]).get(row.author_account_id, "")


def read_in(row: Broadcast, account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Words]:
    """Account → the words that it gets: those of its own language, or the hub's."""
    locales = accounts.locales(account_ids) if row.words else {}
    return {one: row.said_in(locales.get(one, "")) for one in account_ids}


def numbers(broadcast_id: uuid.UUID) -> Numbers:
    """What became of its mails so far."""
    row = db.session.execute(text("SELECT * FROM broadcast_numbers(:id)"), {"id": broadcast_id}).one()
    return Numbers(row.sent, row.undeliverable, row.unsubscribed)


def reached(segment: str, account_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some members who belong to the segment, as far as being new does not decide it."""
    return catalogue.sellers_among(account_ids) if segment == policies.SELLERS else set(account_ids)


def reach(segment: str, now: datetime) -> int:
    """About how many people a segment has now."""
    if segment == policies.SELLERS:
        return catalogue.count_sellers()
    after = policies.joined_after(segment, now)
    return membership.count_active() if after is None else membership.joined_since(after)
