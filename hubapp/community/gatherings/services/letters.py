"""Letters about gatherings: at registration, from the waiting list, of changes, and before they begin; each once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat
from hubapp.community.gatherings.policies import seats
from hubapp.community.gatherings.services import rows
from hubapp.kernel.db import db
from hubapp.people.notifications import services as notifications
from hubapp.tenancy import queries as tenancy

TELL = "gatherings.tell"


def registered(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """Their seats, with the place or link, and the calendar file."""
    _send(gathering, registration, "gathering_registered", now)


def waiting(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """They wait; nothing to do."""
    _send(gathering, registration, "gathering_waiting", now)


def moved_up(*, gathering: Gathering, registration: GatheringRegistration, now: datetime) -> None:
    """A seat became free: they come now."""
    _send(gathering, registration, "gathering_moved_up", now)


def tell(*, gathering_id: UUID, now: datetime) -> int:
    """Tell everybody registered of the last change or that it is canceled; answers how many had not heard of it."""
    gathering = rows.for_change(gathering_id=gathering_id)
    template = "gathering_canceled" if gathering.is_canceled else "gathering_moved"
    statement = _living(gathering).where(GatheringRegistration.told_revision < gathering.revision)
    found = db.session.scalars(statement).all()
    for registration in found:
        # Those who wait are told as well: they might stop waiting.
        registration.told_revision = gathering.revision
        _send(gathering, registration, template, now)
    db.session.flush()
    return len(found)


def remind(*, gathering_id: UUID, now: datetime) -> int:
    """Remind who comes and was not reminded yet, a day and an hour before; answers how many mails that were."""
    gathering = rows.for_change(gathering_id=gathering_id)
    if not gathering.is_published:
        return 0
    sent = 0
    for registration in db.session.scalars(_living(gathering).where(GatheringRegistration.status == Seat.CONFIRMED)):
        for before, column in ((seats.DAY, "day_reminded_at"), (seats.HOUR, "hour_reminded_at")):
            confirmed_at = registration.confirmed_at or now
            is_due = seats.is_due(before=before, starts_at=gathering.starts_at, confirmed_at=confirmed_at, now=now)
            if is_due and getattr(registration, column) is None:
                setattr(registration, column, now)
                _send(gathering, registration, "gathering_reminder", now)
                sent += 1
    db.session.flush()
    return sent


def _living(gathering: Gathering) -> Select[GatheringRegistration]:
    statement = select(GatheringRegistration).where(
        GatheringRegistration.gathering_id == gathering.id, GatheringRegistration.status != Seat.CANCELED
    )
    return statement.order_by(GatheringRegistration.id).execution_options(populate_existing=True)


def _send(gathering: Gathering, registration: GatheringRegistration, template: str, now: datetime) -> None:
    comes = registration.status == Seat.CONFIRMED
    notifications.send_mail(
        to_account_id=registration.account_id,
        template=template,
        hub_id=gathering.hub_id,
        context={
            "title": gathering.title,
            "slug": gathering.slug,
            "seats": registration.seats,
            "comes": comes,
            "starts": gathering.starts_at.isoformat(),
            "ends": gathering.ends_at.isoformat(),
            "zone": tenancy.hub_view(gathering.hub_id).timezone,
            "place": gathering.place_name if gathering.has_place else "",
            "street": gathering.address if gathering.has_place else "",
            "how_to_find": gathering.how_to_find if gathering.has_place else "",
            # The link is for those who come, like on the page.
            "online_url": gathering.online_url if gathering.has_link and comes else "",
            "reason": gathering.canceled_reason or "",
        },
        now=now,
    )
