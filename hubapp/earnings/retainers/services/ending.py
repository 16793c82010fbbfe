"""Ending a retainer today or later; what its days have earned by then stays."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hubapp.earnings.retainers import letters, policies, queries
from hubapp.earnings.retainers.errors import DayOver, NotRunning, NotSooner, WordsMissing
from hubapp.earnings.retainers.models import Retainer
from hubapp.earnings.retainers.policies import DAY, State
from hubapp.earnings.retainers.services.agreeing import LONGEST_TEXT
from hubapp.earnings.retainers.services.locking import locked
from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import queries as tenancy


def end(*, retainer_id: UUID, who: UUID, last_day: date, reason: str, now: datetime) -> Retainer:
    """Let `last_day` be the last that counts, in the hub in scope, and tell the person, with the reason.

    One who has not begun by then never begins. Refuses with NotRunning, DayOver, NotSooner or WordsMissing.
    """
    retainer = locked(retainer_id=retainer_id)
    zone = tenancy.hub_view(require_hub_id()).zone
    today = policies.today(now, zone)
    if policies.state(retainer.status, queries.terms_of(retainer), today) not in {
        State.TO_BEGIN,
        State.RUNNING,
        State.ENDING,
    }:
        raise NotRunning
    if last_day < today:
        raise DayOver
    if retainer.last_day is not None and last_day >= retainer.last_day:
        raise NotSooner(retainer.last_day)
    if not reason.strip():
        raise WordsMissing("reason")
    retainer.last_day = max(last_day, retainer.first_day - DAY)
    retainer.ended_by, retainer.ended_at, retainer.end_reason = who, now, reason.strip()[:LONGEST_TEXT]
    retainer.next_due_at = policies.next_due(queries.terms_of(retainer), earned=retainer.periods_earned, zone=zone)
    db.session.flush()
    letters.ended(retainer=retainer, now=now)
    return retainer
