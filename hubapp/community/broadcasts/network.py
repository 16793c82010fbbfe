"""Broadcasts of all hubs whose time has come (platform scope)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from hubapp.community.broadcasts.models import Broadcast, Status
from hubapp.kernel.db import db


def due(*, now: datetime, limit: int = 500) -> list[tuple[int, uuid.UUID]]:
    """(hub, broadcast) of what is to go on, the longest waiting first."""
    statement = (
        select(Broadcast.hub_id, Broadcast.id)
        .where(Broadcast.status.in_((Status.SCHEDULED, Status.SENDING)), Broadcast.send_at <= now)
        .order_by(Broadcast.send_at)
        .limit(limit)
    )
    return [(row.hub_id, row.id) for row in db.session.execute(statement)]
