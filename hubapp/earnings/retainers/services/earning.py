"""Earning the periods that are over: each once, the missed ones too, in their order."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from uuid import UUID

from hubapp.earnings.retainers import letters, policies, queries
from hubapp.earnings.retainers.models import Retainer, RetainerPeriod
from hubapp.earnings.retainers.policies import Period, Status
from hubapp.earnings.retainers.services.locking import locked
from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.services import Grant
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger.services import Purpose
from hubapp.tenancy import queries as tenancy

EARN = "retainers.earn"
AT_ONCE = 60  # a sweep asks again for what is left after these


def lock_of(*, hub_id: int, retainer_id: UUID) -> str:
    """A retainer's periods are earned one after the other."""
    return f"retainer:{hub_id}:{retainer_id}"


def key_of(*, retainer_id: UUID, period: Period) -> str:
    """Idempotency key of a period's entry."""
    return f"retainer:{retainer_id}:{period.first.isoformat()}"


def earn(*, retainer_id: UUID, now: datetime) -> int:
    """Book what a retainer of the hub in scope has earned by now and not yet; returns how many periods that were.

    Neither a frozen hub nor a payee whose payouts are stopped keeps it from earning: the promise is the company's, and
    what waits is the payout. Refuses with NoSuchRetainer.
    """
    retainer = locked(retainer_id=retainer_id)
    if retainer.status != Status.AGREED:
        return 0
    zone = tenancy.hub_view(require_hub_id()).zone
    found = policies.due(queries.terms_of(retainer), earned=retainer.periods_earned, zone=zone, now=now)
    periods = list(islice(found, AT_ONCE))
    for period in periods:
        _book(retainer, period, now)
    retainer.periods_earned += len(periods)
    retainer.next_due_at = policies.next_due(queries.terms_of(retainer), earned=retainer.periods_earned, zone=zone)
    db.session.flush()
    if sum(period.amount for period in periods):
        letters.earned(retainer=retainer, periods=periods, now=now)
    return len(periods)


def _book(retainer: Retainer, period: Period, now: datetime) -> None:
    row = RetainerPeriod(
        id=ids.uuid7(),
        retainer_id=retainer.id,
        number=period.number,
        first_day=period.first,
        last_day=period.last,
        days=period.days,
        of_days=period.of_days,
        amount=period.amount,
        earned_at=now,
    )
    db.session.add(row)
    db.session.flush()
    if not period.amount:  # so few days that nothing of a minor unit is left
        return
    grant = Grant(
        id=row.id,
        number=f"{period.first.isoformat()}/{period.last.isoformat()}",
        owner=f"account:{retainer.account_id}",
        role=Role.RETAINER,
        amount=period.amount,
        currency=retainer.currency,
        cost=Purpose.RETAINERS,
        key=key_of(retainer_id=retainer.id, period=period),
        kind="retainer",
        ref=f"retainer:{row.id}",
        explanation=queries.explanation(retainer, period),
        occurred_at=now,
    )
    shares.grant(grant=grant)
