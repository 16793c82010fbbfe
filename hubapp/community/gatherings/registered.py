"""What one person registered for: a page of it by key, one ticket of theirs, and all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.orm import aliased

from hubapp.community.gatherings import queries
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Status
from hubapp.community.gatherings.queries import Key
from hubapp.community.gatherings.ticket_models import GatheringTicket
from hubapp.kernel.db import db

PAGE = 24


@dataclass(frozen=True, slots=True)
class Mine:
    """A registration with its gathering and its tickets."""

    registration: GatheringRegistration
    gathering: Gathering
    tickets: tuple[GatheringTicket, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of them, and the key after which the next ones come (None: these were the last)."""

    mine: tuple[Mine, ...]
    next_key: Key | None


def page(
    account_id: UUID, *, now: datetime, after: Key | None = None, is_past: bool = False, limit: int = PAGE
) -> Page:
    """What somebody has seats for, or wishes for: ahead, the next first, or over, the last first.

    One's own registrations are found first: in the order of time the planner would walk through the whole hub's agenda.
    """
    own = (
        select(GatheringRegistration)
        .where(GatheringRegistration.account_id == account_id, GatheringRegistration.status != Seat.CANCELED)
        .cte("own")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    registration = aliased(GatheringRegistration, own)
    at_its = (Gathering.hub_id == registration.hub_id) & (Gathering.id == registration.gathering_id)
    statement = select(registration, Gathering).join(Gathering, at_its).where(Gathering.status != Status.HIDDEN)
    key = tuple_(Gathering.starts_at, Gathering.id)
    if is_past:
        statement = statement.where(Gathering.ends_at <= now).order_by(Gathering.starts_at.desc(), Gathering.id.desc())
        statement = statement if after is None else statement.where(key < after)
    else:
        statement = statement.where(Gathering.ends_at > now).order_by(Gathering.starts_at, Gathering.id)
        statement = statement if after is None else statement.where(key > after)
    rows = db.session.execute(statement.limit(limit + 1)).all()
    last = rows[limit - 1][1] if len(rows) > limit else None
    return Page(tuple(_with_tickets(rows[:limit])), None if last is None else (last.starts_at, last.id))


def all_of(account_id: UUID) -> list[Mine]:
    """Everything somebody ever registered for, the last first."""
    statement = _with_gathering().where(GatheringRegistration.account_id == account_id)
    return _with_tickets(db.session.execute(statement.order_by(GatheringRegistration.id.desc())).all())


def ticket_of(account_id: UUID, code: str) -> Mine | None:
    """The one ticket with this code, if it is theirs and stands for a seat."""
    statement = (
        _with_gathering()
        .add_columns(GatheringTicket)
        .join(GatheringTicket, queries.WHOSE_TICKET)
        .where(
            GatheringTicket.code == code.upper(),
            GatheringRegistration.account_id == account_id,
            GatheringRegistration.status == Seat.CONFIRMED,
            Gathering.status != Status.HIDDEN,
        )
    )
    row = db.session.execute(statement).one_or_none()
    return None if row is None else Mine(row[0], row[1], (row[2],))


def _with_gathering() -> Select[GatheringRegistration, Gathering]:
    return select(GatheringRegistration, Gathering).join(Gathering, queries.ITS_GATHERING)


def _with_tickets(rows: Iterable[Row[GatheringRegistration, Gathering]]) -> list[Mine]:
    pairs = [(row[0], row[1]) for row in rows]
    found = queries.tickets([registration.id for registration, _gathering in pairs])
    return [Mine(registration, one, tuple(found.get(registration.id, ()))) for registration, one in pairs]
