"""Reading gatherings: what comes, what was, who is registered for one, and what a calendar shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Integer, Select, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import load_only

from hubapp.community.gatherings.errors import NoSuchGathering
from hubapp.community.gatherings.models import (
    Gathering,
    GatheringRegistration,
    GatheringSeries,
    Seat,
    Status,
)
from hubapp.community.gatherings.ticket_models import CalendarFeed, GatheringTicket
from hubapp.kernel.db import db, standing
from hubapp.people.membership import queries as membership

PAGE = 24
# The longest one that is still shown while it goes on.
LONGEST = timedelta(days=14)
MOST_IN_FEED = 500
AT_ONCE = 5_000
Key = tuple[datetime, UUID]
# How rows of a hub belong together, for every join of them.
WHOSE_TICKET = (GatheringRegistration.hub_id == GatheringTicket.hub_id) & (
    GatheringRegistration.id == GatheringTicket.registration_id
)
ITS_GATHERING = (Gathering.hub_id == GatheringRegistration.hub_id) & (
    Gathering.id == GatheringRegistration.gathering_id
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some gatherings, and the key after which the next ones come (None: these were the last)."""

    gatherings: tuple[Gathering, ...]
    next_key: Key | None


def gathering(gathering_id: UUID) -> Gathering:
    """One, whatever its status. Raises NoSuchGathering."""
    return _found(select(Gathering).where(Gathering.id == gathering_id))


def by_slug(slug: str) -> Gathering:
    """One by its address. Raises NoSuchGathering."""
    return _found(select(Gathering).where(Gathering.slug == slug))


def _found(statement: Select[Gathering]) -> Gathering:
    found: Gathering | None = db.session.scalar(statement)
    if found is None:
        raise NoSuchGathering
    return found


def series(series_id: UUID | None) -> GatheringSeries | None:
    """The series of a date, if it is of one."""
    return None if series_id is None else db.session.scalar(_SERIES.where(GatheringSeries.id == series_id))


_SERIES = select(GatheringSeries)


def coming(*, now: datetime, after: Key | None = None, limit: int = PAGE, everything: bool = False) -> Page:
    """What goes on or is ahead, the next first; `everything`: drafts and canceled ones as well."""
    statement = _shown(everything=everything).where(Gathering.starts_at > now - LONGEST, Gathering.ends_at > now)
    if after is not None:
        statement = statement.where(tuple_(Gathering.starts_at, Gathering.id) > after)
    return _page(statement.order_by(Gathering.starts_at, Gathering.id), limit)


def past(*, now: datetime, before: Key | None = None, limit: int = PAGE, everything: bool = False) -> Page:
    """What is over, the last first."""
    statement = _shown(everything=everything).where(Gathering.starts_at < now, Gathering.ends_at <= now)
    if before is not None:
        statement = statement.where(tuple_(Gathering.starts_at, Gathering.id) < before)
    return _page(statement.order_by(Gathering.starts_at.desc(), Gathering.id.desc()), limit)


def _shown(*, everything: bool) -> Select[Gathering]:
    statement = select(Gathering)
    return statement if everything else statement.where(Gathering.status == Status.PUBLISHED)


def _page(statement: Select[Gathering], limit: int) -> Page:
    rows = db.session.scalars(statement.limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(tuple(rows[:limit]), None if last is None else (last.starts_at, last.id))


_NOW = bindparam("now", type_=DateTime(timezone=True))
_IN_AN_AGENDA = load_only(
    Gathering.slug,
    Gathering.title,
    Gathering.format,
    Gathering.place_name,
    Gathering.starts_at,
    Gathering.ends_at,
    Gathering.capacity,
    Gathering.taken,
    Gathering.waiting,
    Gathering.price,
    raiseload=True,
)
_NEXT_WITH_SEATS = standing(
    select(Gathering)
    .options(_IN_AN_AGENDA)
    .where(
        Gathering.status == Status.PUBLISHED,
        Gathering.starts_at > _NOW,
        Gathering.starts_at - Gathering.closes_minutes * timedelta(minutes=1) > _NOW,
        or_(Gathering.capacity.is_(None), Gathering.taken < Gathering.capacity),
        Gathering.waiting == 0,
    )
    .order_by(Gathering.starts_at, Gathering.id)
    .limit(bindparam("at_most", type_=Integer))
)


def next_with_seats(*, now: datetime, limit: int) -> Sequence[Gathering]:
    """The next ones for which one can still register and get a seat, with what an agenda shows of them."""
    return db.session.scalars(_NEXT_WITH_SEATS, {"now": now, "at_most": limit}).all()


def siblings(found: Gathering, *, now: datetime, limit: int = 4) -> Sequence[Gathering]:
    """The next other dates of the same series."""
    if found.series_id is None:
        return ()
    statement = select(Gathering).where(
        Gathering.series_id == found.series_id,
        Gathering.status == Status.PUBLISHED,
        Gathering.starts_at > now,
        Gathering.id != found.id,
    )
    return db.session.scalars(statement.order_by(Gathering.starts_at).limit(limit)).all()


def registration_of(gathering_id: UUID, account_id: UUID) -> GatheringRegistration | None:
    """Somebody's living registration."""
    return db.session.scalar(
        select(GatheringRegistration).where(
            GatheringRegistration.gathering_id == gathering_id,
            GatheringRegistration.account_id == account_id,
            GatheringRegistration.status != Seat.CANCELED,
        )
    )


def place_in_queue(registration: GatheringRegistration) -> int:
    """How many registrations are before this one on the waiting list, itself included."""
    statement = select(func.count()).where(
        GatheringRegistration.gathering_id == registration.gathering_id,
        GatheringRegistration.status == Seat.WAITING,
        tuple_(GatheringRegistration.queued_at, GatheringRegistration.id) <= (registration.queued_at, registration.id),
    )
    return db.session.scalar(statement) or 0


def tickets(registration_ids: Collection[UUID]) -> dict[UUID, list[GatheringTicket]]:
    """Registration → its tickets."""
    found: dict[UUID, list[GatheringTicket]] = {}
    for some in _parts(registration_ids):
        statement = select(GatheringTicket).where(GatheringTicket.registration_id.in_(some))
        for one in db.session.scalars(statement.order_by(GatheringTicket.number)):
            found.setdefault(one.registration_id, []).append(one)
    return found


def names_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Account → name in this hub; who left is a former member."""
    names: dict[UUID, str] = {}
    for some in _parts(set(account_ids)):
        names |= {account_id: member.name_here for account_id, member in membership.members_of(some).items()}
    return names


def _parts(keys: Iterable[UUID]) -> Iterator[list[UUID]]:
    """No more of them at once than a statement takes."""
    rest = list(keys)
    return (rest[begin : begin + AT_ONCE] for begin in range(0, len(rest), AT_ONCE))


def feed_of(account_id: UUID) -> str | None:
    """The secret of somebody's feed, if they made one."""
    return db.session.scalar(select(CalendarFeed.secret).where(CalendarFeed.account_id == account_id))


def owner_of_feed(secret: str) -> UUID | None:
    """Whose feed this is."""
    return db.session.scalar(select(CalendarFeed.account_id).where(CalendarFeed.secret == secret))


def picture(picture_id: UUID) -> Sequence[int] | None:
    """The widths of a picture that some gathering shows."""
    shows_it = (Gathering.picture_id == picture_id, Gathering.status != Status.HIDDEN)
    return db.session.scalar(select(Gathering.picture_widths).where(*shows_it).limit(1))


def gathering_of_code(code: str) -> UUID | None:
    """The gathering that a ticket is for."""
    return db.session.scalar(select(GatheringTicket.gathering_id).where(GatheringTicket.code == code.upper()))


def has_registered(account: Any) -> ColumnElement[bool]:
    """Whether an account (or each of a column) ever had seats; to be asked along with other things."""
    return exists().where(GatheringRegistration.account_id == account, GatheringRegistration.status != Seat.CANCELED)


def hosted(account_id: UUID, *, now: datetime) -> Sequence[Gathering]:
    """What somebody hosts that is still to come, the next first."""
    statement = select(Gathering).where(
        Gathering.host_account_id == account_id,
        Gathering.status.in_((Status.PUBLISHED, Status.HIDDEN)),
        Gathering.starts_at > now,
    )
    return db.session.scalars(statement.order_by(Gathering.starts_at).limit(20)).all()


def hosted_by(account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Gathering]:
    """Everything somebody ever hosted, drafts and canceled ones as well, by id."""
    statement = select(Gathering).where(Gathering.host_account_id == account_id)
    if after is not None:
        statement = statement.where(Gathering.id > after)
    return db.session.scalars(statement.order_by(Gathering.id).limit(limit)).all()
