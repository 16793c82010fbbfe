"""At the door: a ticket lets in once, however many people look at it and however often a phone sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from hubapp.community.gatherings import attendance, queries
from hubapp.community.gatherings.errors import NoSuchTicket
from hubapp.community.gatherings.events import TicketCheckedIn
from hubapp.community.gatherings.models import GatheringRegistration
from hubapp.community.gatherings.ticket_models import GatheringTicket
from hubapp.jobs import events
from hubapp.kernel.db import db, require_hub_id


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whose seat it is; `is_new`: this is what let them in, so that only one of two who check in counts them."""

    ticket_id: UUID
    code: str
    account_id: UUID
    number: int
    seats: int
    is_new: bool
    at: datetime


def check_in(*, gathering_id: UUID, code: str, by: UUID, now: datetime) -> Arrival:
    """Let in who holds the ticket with this code. Who is in already stays so. Refuses with NoSuchTicket."""
    queries.gathering(gathering_id)
    ticket, registration = _found(gathering_id, code)
    # The condition is what decides between two at once: the second finds nothing to change.
    changed = db.session.scalar(
        update(GatheringTicket)
        .where(GatheringTicket.id == ticket.id, GatheringTicket.checked_in_at.is_(None))
        .values(checked_in_at=now, checked_in_by=by)
        .returning(GatheringTicket.id)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(ticket)
    if changed is not None:
        events.publish(TicketCheckedIn(hub_id=require_hub_id(), gathering_id=gathering_id, ticket_id=ticket.id))
    return Arrival(
        ticket_id=ticket.id,
        code=ticket.code,
        account_id=registration.account_id,
        number=ticket.number,
        seats=registration.seats,
        is_new=changed is not None,
        at=ticket.checked_in_at or now,
    )


def undo_check_in(*, gathering_id: UUID, code: str) -> None:
    """It was a mistake: they are not in. Refuses with NoSuchTicket."""
    queries.gathering(gathering_id)
    ticket, _registration = _found(gathering_id, code)
    ticket.checked_in_at = ticket.checked_in_by = None
    db.session.flush()


def _found(gathering_id: UUID, code: str) -> tuple[GatheringTicket, GatheringRegistration]:
    # What a scanner reads may be an address that ends with the code.
    wanted = code.strip().rsplit("/", 1)[-1].upper()
    row = db.session.execute(attendance.seats(gathering_id).where(GatheringTicket.code == wanted)).one_or_none()
    if row is None:
        raise NoSuchTicket
    return row[0], row[1]
