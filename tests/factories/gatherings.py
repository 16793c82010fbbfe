"""Gatherings for tests; all in the hub in scope."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from hubapp.community.gatherings import services
from hubapp.community.gatherings.models import Gathering, GatheringRegistration
from hubapp.community.gatherings.policies.details import Details
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.community.gatherings.services import Repeat
from hubapp.kernel.db import db
from tests.factories.hubs import NOW

# A Saturday, six days after NOW.
DAY = date(2026, 11, 28)
SATURDAY = When(DAY, time(10), 180)


def details(**values: Any) -> Details:
    """A repair café in place."""
    usual = {"title": "Repair café", "place_name": "The workshop", "address": "1 Lime Lane", "most_seats": 4}
    return Details(**{**usual, **values})


def make_gathering(
    *,
    when: When = SATURDAY,
    repeat: Repeat | None = None,
    is_published: bool = True,
    now: datetime = NOW,
    **values: Any,
) -> Gathering:
    """One, published unless said otherwise."""
    found = services.create_gathering(details=details(**values), when=when, repeat=repeat, now=now)
    if is_published:
        services.publish_gathering(gathering_id=found.id, now=now)
    return found


def register(
    gathering_id: uuid.UUID, account_id: uuid.UUID, seats: int = 1, *, minutes: int = 0, **answers: str
) -> GatheringRegistration:
    """Somebody registers, that many minutes after NOW."""
    return services.register(
        gathering_id=gathering_id,
        account_id=account_id,
        seats_wanted=seats,
        answers=answers,
        now=NOW + timedelta(minutes=minutes),
    )


def all_of(series_id: uuid.UUID | None) -> list[Gathering]:
    """The dates of a series, in order."""
    statement = select(Gathering).where(Gathering.series_id == series_id).order_by(Gathering.number)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))
