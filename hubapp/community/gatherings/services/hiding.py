"""Taking a gathering out of sight with a reason, and bringing it back: seats and tickets stay as they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.community.gatherings.models import Gathering, Status
from hubapp.community.gatherings.services import registering, rows
from hubapp.kernel.db import db
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def hide_gathering(*, gathering_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Nobody but its host and those who look after the hub sees it, and nobody registers. Refuses with NoSuchGathering.

    Of a series, this date only.
    """
    found = rows.for_change(gathering_id=gathering_id)
    if found.is_hidden:
        return
    found.hidden_from, found.status = found.status, Status.HIDDEN
    found.hidden_at, found.hidden_by, found.hidden_reason = now, actor.id, reason
    _note(found, "gathering.hide", actor, now, reason)


def show_gathering(*, gathering_id: UUID, actor: Actor, now: datetime) -> None:
    """Bring it back as it was. Refuses with NoSuchGathering."""
    found = rows.for_change(gathering_id=gathering_id)
    if not found.is_hidden:
        return
    found.status = Status(found.hidden_from or Status.DRAFT)
    found.hidden_at = found.hidden_by = found.hidden_reason = found.hidden_from = None
    _note(found, "gathering.unhide", actor, now)
    registering.fill(gathering=found, now=now)


def _note(found: Gathering, action: str, actor: Actor, now: datetime, reason: str = "") -> None:
    subject = f"gathering:{found.id}"
    audit.record(actor=actor, action=action, now=now, hub_id=found.hub_id, subject=subject, reason=reason)
    db.session.flush()
