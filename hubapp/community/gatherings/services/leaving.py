"""Somebody leaves the hub: their coming seats go to those who wait, and their calendar shows nothing any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.community.gatherings import queries
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Status
from hubapp.community.gatherings.services.feeds import make_feed
from hubapp.community.gatherings.services.registering import cancel_registration
from hubapp.kernel.db import db


def give_up_seats(*, account_id: UUID, now: datetime) -> int:
    """Cancel every coming registration, in one order; answers how many. Those of the past stay, without a name."""
    coming = db.session.scalars(
        select(GatheringRegistration.gathering_id)
        .join(Gathering, queries.ITS_GATHERING)
        .where(
            GatheringRegistration.account_id == account_id,
            GatheringRegistration.status != Seat.CANCELED,
            Gathering.status.in_((Status.PUBLISHED, Status.HIDDEN)),
            Gathering.starts_at > now,
        )
        .order_by(Gathering.id)
    ).all()
    for gathering_id in coming:
        cancel_registration(gathering_id=gathering_id, account_id=account_id, now=now)
    make_feed(account_id=account_id, now=now)  # the old address stops working, and nobody was told the new one
    return len(coming)
