"""Letters about gatherings: at registration, from the waiting list, of changes, and before they begin; each once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select

from hubapp.community.gatherings import notices
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat
from hubapp.community.gatherings.policies import seats
from hubapp.community.gatherings.services import rows
from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import queries as preferences
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.kinds import Kind
from hubapp.people.notifications.policies import quiet_until
from hubapp.tenancy import queries as tenancy

ANNOUNCE = "gatherings.announce"
AT_ONCE = 300
TELL = "gatherings.tell"
REMIND_HELD = "gatherings.remind_held"
_REMINDERS = ((seats.DAY, "day_reminded_at"), (seats.HOUR, "hour_reminded_at"))


def announce(*, gathering_id: UUID, after: UUID | None, now: datetime) -> UUID | None:
    """Tell the next members of a new gathering; answers after whom to go on, None: everybody was told.

    Run again it tells nobody twice. What is over or canceled by now is no news.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    if not gathering.is_published or gathering.starts_at <= now:
        return None
    people = membership.active_after(after, limit=AT_ONCE)
    notifications.tell(
        kind=notices.PUBLISHED.name,
        to_account_ids=[account_id for _id, account_id in people],
        hub_id=gathering.hub_id,
        about=f"gathering:{gathering.id}",
        occasion="published",
        path=f"/events/{gathering.slug}",
        context={
            "title": gathering.title,
            "starts": gathering.starts_at.isoformat(),
            "zone": tenancy.hub_view(gathering.hub_id).timezone,
            "place": gathering.place_name if gathering.has_place else "",
        },
        now=now,
    )
    return people[-1][0] if len(people) == AT_ONCE else None


def registered(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """Their seats, with the place or link, and the calendar file."""
    _send(gathering, registration, notices.REGISTERED, now)


def waiting(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """They wait; nothing to do."""
    _send(gathering, registration, notices.WAITING, now)


def moved_up(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """A seat became free: they come now."""
    _send(gathering, registration, notices.MOVED_UP, now)


def to_pay(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """A seat became free: it is kept for them until they have paid, or their time is over."""
    until = registration.pay_until or now
    price: dict[str, str | int] = {
        "amount": registration.seats * (registration.unit_price or 0),
        "currency": tenancy.hub_view(gathering.hub_id).currency,
        "until": until.isoformat(),
    }
    _send(gathering, registration, notices.PAY, now, **price)


def lapsed(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """Who was asked has not paid in time: their seat goes to the next one."""
    _send(gathering, registration, notices.LAPSED, now)


def tell(*, gathering_id: UUID, now: datetime) -> int:
    """Tell everybody registered of the last change or that it is canceled; answers how many had not heard of it."""
    gathering = rows.for_change(gathering_id=gathering_id)
    kind = notices.CANCELED if gathering.is_canceled else notices.MOVED
    statement = _living(gathering).where(GatheringRegistration.told_revision < gathering.revision)
    found = db.session.scalars(statement).all()
    for registration in found:
        # Those who wait are told as well: they might stop waiting.
        registration.told_revision = gathering.revision
        _send(gathering, registration, kind, now)
    db.session.flush()
    return len(found)


def remind(*, gathering_id: UUID, now: datetime, wall: datetime) -> int:
    """Remind who comes and was not reminded yet, a day and an hour before; answers how many mails that were.

    In somebody's quiet hours it waits for their end, unless the gathering begins before that: what is put off bears the
    time until when (`remind_held`). `wall`: real time, by which jobs wait.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    if not gathering.is_published:
        return 0
    coming = db.session.scalars(_living(gathering).where(GatheringRegistration.status == Seat.CONFIRMED)).all()
    due = [(one, column) for one in coming for column in _due(gathering, one, now)]
    quiet = _quiet_until(gathering, {one.account_id for one, _column in due}, now)
    sent, held = 0, set()
    for registration, column in due:
        until = quiet.get(registration.account_id, now)
        setattr(registration, column, until)
        if until > now:
            held.add(until)
        else:
            _send(gathering, registration, notices.REMINDER, now)
            sent += 1
    for until in sorted(held):
        arguments = {"gathering_id": str(gathering.id), "until": until.isoformat()}
        queue.enqueue(REMIND_HELD, hub_id=gathering.hub_id, at=wall + (until - now), arguments=arguments)
    db.session.flush()
    return sent


def remind_held(*, gathering_id: UUID, until: datetime, now: datetime) -> int:
    """Remind those whose reminders waited until then; answers how many mails that were.

    Who gave the seat back is left out; what was moved meanwhile has its reminders anew, at the new time.
    """
    gathering = rows.for_change(gathering_id=gathering_id)
    if not gathering.is_published or gathering.starts_at <= now:
        return 0
    waits = or_(*(getattr(GatheringRegistration, column) == until for _before, column in _REMINDERS))
    statement = _living(gathering).where(GatheringRegistration.status == Seat.CONFIRMED, waits)
    found = db.session.scalars(statement).all()
    # Never again the very time it waited for: run once more, nobody is reminded twice.
    at = max(now, until + timedelta(microseconds=1))
    for registration in found:
        for _before, column in _REMINDERS:
            if getattr(registration, column) == until:
                setattr(registration, column, at)
        _send(gathering, registration, notices.REMINDER, now)
    db.session.flush()
    return len(found)


def _due(gathering: Gathering, registration: GatheringRegistration, now: datetime) -> list[str]:
    """Which reminders are to be sent and were not: the columns that say when they were."""
    confirmed_at, starts_at = registration.confirmed_at or now, gathering.starts_at
    return [
        column
        for before, column in _REMINDERS
        if getattr(registration, column) is None
        and seats.is_due(before=before, starts_at=starts_at, confirmed_at=confirmed_at, now=now)
    ]


def _quiet_until(gathering: Gathering, account_ids: set[UUID], now: datetime) -> dict[UUID, datetime]:
    """Account → when their quiet hours end, of those who have them now and hear of it in time all the same."""
    about = f"gathering:{gathering.id}"
    readers = preferences.readers(account_ids, hub_id=gathering.hub_id, kind=notices.REMINDER.name, about=about)
    ends = {one.account_id: quiet_until(now, one.wishes) for one in readers}
    return {who: until for who, until in ends.items() if until is not None and now < until < gathering.starts_at}


def _living(gathering: Gathering) -> Select[GatheringRegistration]:
    statement = select(GatheringRegistration).where(
        GatheringRegistration.gathering_id == gathering.id, GatheringRegistration.status != Seat.CANCELED
    )
    return statement.order_by(GatheringRegistration.id).execution_options(populate_existing=True)


def _send(
    gathering: Gathering, registration: GatheringRegistration, kind: Kind, now: datetime, **more: str | int
) -> None:
    comes = registration.status == Seat.CONFIRMED
    notifications.tell_by_letter(
        template=kind.name,
        to_account_id=registration.account_id,
        hub_id=gathering.hub_id,
        about=f"gathering:{gathering.id}",
        path="/me/tickets" if comes and not gathering.is_canceled else f"/events/{gathering.slug}",
        context={
            "title": gathering.title,
            "slug": gathering.slug,
            "seats": registration.seats,
            "comes": comes,
            "is_paid": gathering.is_paid,
            "starts": gathering.starts_at.isoformat(),
            "ends": gathering.ends_at.isoformat(),
            "zone": tenancy.hub_view(gathering.hub_id).timezone,
            "place": gathering.place_name if gathering.has_place else "",
            "street": gathering.address if gathering.has_place else "",
            "how_to_find": gathering.how_to_find if gathering.has_place else "",
            # The link is for those who come, like on the page.
            "online_url": gathering.online_url if gathering.has_link and comes else "",
            "reason": gathering.canceled_reason or "",
            **more,
        },
        now=now,
    )
