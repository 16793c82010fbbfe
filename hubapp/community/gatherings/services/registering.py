"""Registering: seats at once or a place in the queue, and moving up; all under the gathering's lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.community.gatherings import queries
from hubapp.community.gatherings.errors import (
    AlreadyRegistered,
    AnswerMissing,
    NoSuchGathering,
    NotRegistered,
    Over,
    RegistrationClosed,
    TooManySeats,
)
from hubapp.community.gatherings.events import (
    RegistrationCanceled,
    RegistrationConfirmed,
    RegistrationMovedUp,
    RegistrationQueued,
)
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, GatheringTicket, Seat, Status
from hubapp.community.gatherings.policies import details, seats
from hubapp.community.gatherings.services import letters, rows
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.membership import standing

CODE_LENGTH = 10


def register(
    *, gathering_id: UUID, account_id: UUID, seats_wanted: int, answers: Mapping[str, str], now: datetime
) -> GatheringRegistration:
    """Take seats, or wait for them where there are not enough or others wait already.

    Refuses with NoSuchGathering, MembershipSuspended, RegistrationClosed, AlreadyRegistered, TooManySeats or
    AnswerMissing.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    if gathering.status in {Status.DRAFT, Status.HIDDEN}:
        raise NoSuchGathering
    standing.refuse_suspended(account_id)
    if gathering.is_canceled or now >= gathering.closes_at:
        raise RegistrationClosed
    if queries.registration_of(gathering_id, account_id) is not None:
        raise AlreadyRegistered
    most = gathering.most_seats if gathering.capacity is None else min(gathering.most_seats, gathering.capacity)
    if not 1 <= seats_wanted <= most:
        raise TooManySeats(most)
    registration = GatheringRegistration(
        gathering_id=gathering_id,
        account_id=account_id,
        seats=seats_wanted,
        status=Seat.WAITING,
        answers=_answered(gathering, answers),
        queued_at=now,
        told_revision=gathering.revision,
    )
    has_room = seats.fits(seats=seats_wanted, left=gathering.left, waiting=gathering.waiting)
    gathering.waiting += seats_wanted
    db.session.add(registration)
    db.session.flush()
    named = {"gathering_id": gathering_id, "registration_id": registration.id, "account_id": account_id}
    if has_room:
        _confirm(gathering, registration, now)
        letters.registered(gathering=gathering, registration=registration, now=now)
        events.publish(RegistrationConfirmed(hub_id=gathering.hub_id, **named))
    else:
        letters.waiting(gathering=gathering, registration=registration, now=now)
        events.publish(RegistrationQueued(hub_id=gathering.hub_id, **named))
    return registration


def cancel_registration(*, gathering_id: UUID, account_id: UUID, now: datetime) -> None:
    """Give seats back, or stop waiting; whoever waits moves up. Refuses with NotRegistered or Over."""
    gathering = rows.for_change(gathering_id=gathering_id)
    registration = queries.registration_of(gathering_id, account_id)
    if registration is None:
        raise NotRegistered
    if gathering.is_canceled or now >= gathering.starts_at:
        raise Over
    if registration.status == Seat.CONFIRMED:
        gathering.taken -= registration.seats
    else:
        gathering.waiting -= registration.seats
    registration.status, registration.canceled_at = Seat.CANCELED, now
    db.session.flush()
    events.publish(
        RegistrationCanceled(
            hub_id=gathering.hub_id,
            gathering_id=gathering_id,
            registration_id=registration.id,
            account_id=account_id,
        )
    )
    fill(gathering=gathering, now=now)


def fill(*, gathering: Gathering, now: datetime) -> int:
    """Let those who wait move up, in order, as far as there is room; answers how many did. The row is locked."""
    if not gathering.is_published or now >= gathering.starts_at or not gathering.waiting:
        return 0
    statement = select(GatheringRegistration).where(
        GatheringRegistration.gathering_id == gathering.id, GatheringRegistration.status == Seat.WAITING
    )
    statement = statement.order_by(GatheringRegistration.queued_at, GatheringRegistration.id)
    queue = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    moved = len(list(seats.moving_up((one.seats for one in queue), gathering.left)))
    for registration in queue[:moved]:
        _confirm(gathering, registration, now)
        letters.moved_up(gathering=gathering, registration=registration, now=now)
        events.publish(
            RegistrationMovedUp(
                hub_id=gathering.hub_id,
                gathering_id=gathering.id,
                registration_id=registration.id,
                account_id=registration.account_id,
            )
        )
    return moved


def _confirm(gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    registration.status, registration.confirmed_at = Seat.CONFIRMED, now
    gathering.waiting -= registration.seats
    gathering.taken += registration.seats
    for number in range(1, registration.seats + 1):
        db.session.add(
            GatheringTicket(
                gathering_id=gathering.id,
                registration_id=registration.id,
                number=number,
                code=ids.short_code(CODE_LENGTH),
            )
        )
    db.session.flush()


def _answered(gathering: Gathering, answers: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for question in details.questions_from(gathering.questions):
        answer = answers.get(question.key, "").strip()
        if not question.accepts(answer):
            raise AnswerMissing(question.key, question.label)
        if answer:
            found[question.key] = answer
    return found
