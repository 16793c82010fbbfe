"""Who begins to look after a hub is nobody's customer in that period: what they bought before counts otherwise."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text

from hubapp.earnings.compensation import participant_queries
from hubapp.earnings.compensation.services import counting
from hubapp.kernel.db import db

# Over all hubs: the function sees them, whoever calls it.
_COUNT = text(
    "SELECT plan_count_inside(:buyer, :currency, :day, :event, :zone, :starts, :ends, :lookback, :excluded, :sign)"
).bindparams(bindparam("buyer", type_=Uuid()))


def count(*, account_id: UUID, now: datetime) -> None:
    """Take what somebody bought out of the volumes of customers, before their term is written down.

    Needs the turn that corrections take, which keeps sales away meanwhile. Nothing where another term of theirs is in
    the period: it was done then.
    """
    known = participant_queries.terms_of([account_id]).get(account_id, [])
    for currency, place in counting.running(now=now):
        if any(term.meets(place.starts_at, place.ends_at) for term in known):
            continue
        base = place.base
        values = {
            "buyer": account_id,
            "currency": currency,
            "day": place.span.first,
            "event": place.event,
            "zone": place.timezone,
            "starts": place.starts_at,
            "ends": place.ends_at,
            "lookback": base.lookback_days,
            "excluded": sorted(base.exclude_kinds),
            "sign": int("participant" in base.buyers) - int("customer" in base.buyers),
        }
        db.session.execute(_COUNT, values)
