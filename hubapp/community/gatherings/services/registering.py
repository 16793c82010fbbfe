"""Registering: seats at once or a place in the queue, and moving up; all under the gathering's lock.

Seats that cost something are kept while they are paid; who waited is asked, with time to pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from hubapp.community.gatherings import paid_queries, queries
from hubapp.community.gatherings.errors import (
    AlreadyIn,
    AlreadyRegistered,
    AnswerMissing,
    NoSuchGathering,
    NotRegistered,
    Over,
    QuestionsChanged,
    RegistrationClosed,
    TooManySeats,
)
from hubapp.community.gatherings.events import (
    RegistrationCanceled,
    RegistrationConfirmed,
    RegistrationMovedUp,
    RegistrationQueued,
    SeatOffered,
)
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Status, Why
from hubapp.community.gatherings.policies import asking, details, paying, seats
from hubapp.community.gatherings.services import letters, owing, rows
from hubapp.community.gatherings.ticket_models import GatheringTicket
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.tenancy import selling

CODE_LENGTH = 10


def register(
    *,
    gathering_id: UUID,
    account_id: UUID,
    seats_wanted: int,
    answers: Mapping[str, str],
    now: datetime,
    asked: str = "",
) -> GatheringRegistration:
    """Take seats, or wait for them where there are not enough or others wait already.

    Seats that cost something are kept until they are paid (`paying.pay`), for as long as a card page is open.

    `asked`: the mark of the questions that were answered (`asking.mark`), where it is known.

    Refuses with NoSuchGathering, MembershipSuspended, TooManyAttempts, RegistrationClosed, AlreadyRegistered,
    TooManySeats, QuestionsChanged or AnswerMissing.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    if gathering.status in {Status.DRAFT, Status.HIDDEN}:
        raise NoSuchGathering
    standing.refuse_suspended(account_id)
    # Each time is a letter, and taking and giving back a seat moves others about.
    throttle.limit(kind="seat account", subject=f"{gathering.hub_id}:{account_id}", now=now)
    if gathering.is_canceled or now >= gathering.closes_at:
        raise RegistrationClosed
    if gathering.is_paid:
        refuse_without_seller(gathering=gathering)
    if queries.registration_of(gathering_id, account_id) is not None:
        raise AlreadyRegistered
    most = gathering.most_seats if gathering.capacity is None else min(gathering.most_seats, gathering.capacity)
    if not 1 <= seats_wanted <= most:
        raise TooManySeats(most)
    if asked and asked != asking.mark(details.asked_from(gathering.questions)):
        raise QuestionsChanged
    registration = GatheringRegistration(
        gathering_id=gathering_id,
        account_id=account_id,
        seats=seats_wanted,
        status=Seat.WAITING,
        answers=_answered(gathering, answers),
        queued_at=now,
        told_revision=gathering.revision,
        unit_price=gathering.price,
    )
    has_room = seats.fits(seats=seats_wanted, left=gathering.left, waiting=_ahead(gathering))
    gathering.waiting += seats_wanted
    db.session.add(registration)
    db.session.flush()
    if has_room and gathering.is_paid:
        _keep(gathering, registration, now + paying.WINDOW)
    elif has_room:
        _take(gathering, registration)
        confirm(gathering=gathering, registration=registration, now=now)
        letters.registered(gathering=gathering, registration=registration, now=now)
        events.publish(RegistrationConfirmed(**_named(registration)))
    else:
        letters.waiting(gathering=gathering, registration=registration, now=now)
        events.publish(RegistrationQueued(**_named(registration)))
    return registration


def _ahead(gathering: Gathering) -> int:
    """Seats that others wait for who can still get them: who wants more than there are keeps nobody waiting."""
    if not gathering.waiting or gathering.capacity is None:
        return gathering.waiting
    wanted = select(func.sum(GatheringRegistration.seats)).where(
        GatheringRegistration.gathering_id == gathering.id,
        GatheringRegistration.status == Seat.WAITING,
        GatheringRegistration.seats <= gathering.capacity,
    )
    return int(db.session.scalar(wanted) or 0)


def cancel_registration(*, gathering_id: UUID, account_id: UUID, now: datetime) -> None:
    """Give seats back, or stop waiting; whoever waits moves up. Refuses with NotRegistered, Over or AlreadyIn."""
    gathering = rows.for_change(gathering_id=gathering_id)
    registration = queries.registration_of(gathering_id, account_id)
    if registration is None:
        raise NotRegistered
    if gathering.is_canceled or now >= gathering.starts_at:
        raise Over
    was_moved = paid_queries.was_moved(gathering, registration)
    if registration.paid_at is not None:
        if any(ticket.checked_in_at for ticket in queries.tickets([registration.id]).get(registration.id, ())):
            raise AlreadyIn
        hours = registration.refund_hours
        if paying.is_refunded(starts_at=gathering.starts_at, hours=hours, was_moved=was_moved, now=now):
            owing.owe(registration=registration, now=now)
    end(gathering=gathering, registration=registration, why=Why.SELF, now=now)
    fill(gathering=gathering, now=now)


def has_seller(*, gathering: Gathering) -> bool:
    """Whether whoever sells the seats may: the hub, or a host who is neither suspended nor gone."""
    if gathering.seller_account_id is None:
        return True
    seller = membership.member(gathering.seller_account_id)
    return seller is not None and seller.is_active


def refuse_without_seller(*, gathering: Gathering) -> None:
    """Nobody pays a host who may not sell here now. Refuses with RegistrationClosed."""
    if not has_seller(gathering=gathering):
        raise RegistrationClosed


def end(*, gathering: Gathering, registration: GatheringRegistration, why: Why, now: datetime) -> None:
    """A registration is no more, its seats are free, and nobody pays for them; the gathering is locked."""
    if registration.status == Seat.WAITING:
        gathering.waiting -= registration.seats
    else:
        gathering.taken -= registration.seats
    if registration.status == Seat.PAYING:
        owing.give_up(registration=registration, now=now)
    registration.status, registration.canceled_at, registration.canceled_why = Seat.CANCELED, now, why
    db.session.flush()
    events.publish(RegistrationCanceled(**_named(registration)))


def fill(*, gathering: Gathering, now: datetime) -> int:
    """Let those who wait move up, in order, as far as there is room; answers how many did. The row is locked.

    Where seats cost something they are asked first, as long as registration is open.
    """
    last = gathering.closes_at if gathering.is_paid else gathering.starts_at
    if not gathering.is_published or now >= last or not gathering.waiting:
        return 0
    if gathering.is_paid and not (has_seller(gathering=gathering) and selling.is_open(gathering.hub_id)):
        return 0
    statement = select(GatheringRegistration).where(
        GatheringRegistration.gathering_id == gathering.id, GatheringRegistration.status == Seat.WAITING
    )
    statement = statement.order_by(GatheringRegistration.queued_at, GatheringRegistration.id)
    queue = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    moved = list(seats.moving_up((one.seats for one in queue), gathering.left, gathering.capacity))
    for registration in [queue[place] for place in moved]:
        if gathering.is_paid:
            _ask(gathering, registration, now)
            continue
        _take(gathering, registration)
        confirm(gathering=gathering, registration=registration, now=now)
        letters.moved_up(gathering=gathering, registration=registration, now=now)
        events.publish(RegistrationMovedUp(**_named(registration)))
    return len(moved)


def _ask(gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    registration.asked_at = now
    _keep(gathering, registration, paying.asked_until(now=now, closes_at=gathering.closes_at))
    letters.to_pay(gathering=gathering, registration=registration, now=now)
    events.publish(SeatOffered(**_named(registration)))


def _keep(gathering: Gathering, registration: GatheringRegistration, until: datetime) -> None:
    _take(gathering, registration)
    registration.status, registration.pay_until, registration.unit_price = Seat.PAYING, until, gathering.price
    db.session.flush()


def _take(gathering: Gathering, registration: GatheringRegistration) -> None:
    gathering.waiting -= registration.seats
    gathering.taken += registration.seats


def _named(registration: GatheringRegistration) -> dict[str, Any]:
    return {
        "hub_id": registration.hub_id,
        "gathering_id": registration.gathering_id,
        "registration_id": registration.id,
        "account_id": registration.account_id,
    }


def confirm(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """Seats already counted as taken are theirs: here are the tickets."""
    registration.status, registration.confirmed_at = Seat.CONFIRMED, now
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
    for question in details.asked_from(gathering.questions):
        answer = answers.get(question.key, "").strip()
        if not question.accepts(answer):
            raise AnswerMissing(question.key, question.label)
        if answer:
            found[question.key] = answer
    return found
