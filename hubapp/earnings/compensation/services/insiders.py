"""Who begins to look after a hub, or joins again, is nobody's customer in that period: what they bought counts anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, text

from hubapp.earnings.compensation import participant_queries
from hubapp.earnings.compensation.models import Participant, PlanSale
from hubapp.earnings.compensation.services import counting
from hubapp.kernel.db import db

# Over all hubs: the function sees them, whoever calls it.
_COUNT = text(
    "SELECT plan_count_inside(:buyer, :currency, :day, :event, :zone, :starts, :ends, :lookback, :excluded, :sign)"
).bindparams(bindparam("buyer", type_=Uuid()))


def count(*, account_id: UUID, now: datetime) -> None:
    """Take what somebody bought out of the volumes of customers, before their term, or time, is written down.

    Needs the turn that corrections take, which keeps sales away meanwhile. Nothing where another term of theirs is in
    the period, or where they joined again in it before: it was done then.
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


def bought_until(*, account_id: UUID, above: Collection[UUID], now: datetime) -> date | None:
    """Whether some of those who would stand above somebody bought from that group in a period that goes on.

    Answers the day on which it is over; whatever was given back of it, because that may fail (platform scope).
    """
    for currency, place in counting.running(now=now):
        moment = getattr(PlanSale, place.event)
        still_there = select(Participant.account_id).where(
            Participant.account_id.in_(above), Participant.left_at.is_(None)
        )
        sellers = select(PlanSale.seller_id).where(
            PlanSale.currency == currency,
            PlanSale.buyer_id.in_(still_there),
            PlanSale.buyer_id != PlanSale.seller_id,
            moment >= place.starts_at,
            moment < place.ends_at,
        )
        for seller_id in db.session.scalars(sellers.distinct()):
            if account_id in participant_queries.upline(seller_id):
                return place.span.end
    return None
