"""Who is registered for one gathering: a page of them by key; all of them, for a table and at the door; who came."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from hubapp.community.gatherings import queries
from hubapp.community.gatherings.models import GatheringRegistration, Seat
from hubapp.community.gatherings.ticket_models import GatheringTicket
from hubapp.kernel.db import db

PAGE = 50
# Who comes stands before who waits, as the names of the states happen to be ordered.
_ORDER = (GatheringRegistration.status, GatheringRegistration.queued_at, GatheringRegistration.id)
Key = tuple[str, datetime, UUID]


@dataclass(frozen=True, slots=True)
class Page:
    """Some registrations, and the key after which the next ones come (None: these were the last)."""

    registrations: Sequence[GatheringRegistration]
    next_key: Key | None


@dataclass(frozen=True, slots=True)
class Guest:
    """One seat at the door: whose it is, and whether they are in."""

    ticket: GatheringTicket
    registration: GatheringRegistration
    name: str


def page(gathering_id: UUID, *, after: Key | None = None, limit: int = PAGE) -> Page:
    """Everybody who comes, then everybody who waits, each in order."""
    statement = _living(gathering_id)
    if after is not None:
        statement = statement.where(tuple_(*_ORDER) > after)
    rows = db.session.scalars(statement.limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], None if last is None else (last.status, last.queued_at, last.id))


def registrations(gathering_id: UUID) -> Sequence[GatheringRegistration]:
    """All of them, in the same order."""
    return db.session.scalars(_living(gathering_id)).all()


def guests(gathering_id: UUID) -> list[Guest]:
    """Every seat of those who come, by name: whoever is not on this list is not let in, so it is whole."""
    rows = db.session.execute(seats(gathering_id).order_by(GatheringTicket.id)).all()
    names = queries.names_of(registration.account_id for _ticket, registration in rows)
    found = [Guest(ticket, registration, names.get(registration.account_id, "")) for ticket, registration in rows]
    return sorted(found, key=lambda guest: (guest.name.casefold(), guest.registration.id, guest.ticket.number))


def seats(gathering_id: UUID) -> Select[GatheringTicket, GatheringRegistration]:
    """The tickets that let in to a gathering, each with its registration: seats that were given back are none."""
    return (
        select(GatheringTicket, GatheringRegistration)
        .join(GatheringRegistration, queries.WHOSE_TICKET)
        .where(GatheringTicket.gathering_id == gathering_id, GatheringRegistration.status == Seat.CONFIRMED)
    )


def arrived(gathering_ids: Collection[UUID]) -> dict[UUID, int]:
    """Gathering → how many seats were checked in."""
    if not gathering_ids:
        return {}
    statement = (
        select(GatheringTicket.gathering_id, func.count())
        .join(GatheringRegistration, queries.WHOSE_TICKET)
        .where(
            GatheringTicket.gathering_id.in_(gathering_ids),
            GatheringTicket.checked_in_at.is_not(None),
            # Who was let in too early and then gave the seat back did not come.
            GatheringRegistration.status == Seat.CONFIRMED,
        )
    )
    rows = db.session.execute(statement.group_by(GatheringTicket.gathering_id))
    return {row[0]: row[1] for row in rows}


def answered(gathering_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Gathering → the keys that somebody's answers were ever kept under there."""
    found: dict[UUID, set[str]] = {}
    if gathering_ids:
        key = func.jsonb_object_keys(GatheringRegistration.answers)
        statement = select(GatheringRegistration.gathering_id, key).distinct()
        for one, name in db.session.execute(statement.where(GatheringRegistration.gathering_id.in_(gathering_ids))):
            found.setdefault(one, set()).add(name)
    return found


def _living(gathering_id: UUID) -> Select[GatheringRegistration]:
    return (
        select(GatheringRegistration)
        .where(GatheringRegistration.gathering_id == gathering_id, GatheringRegistration.status != Seat.CANCELED)
        .order_by(*_ORDER)
    )
