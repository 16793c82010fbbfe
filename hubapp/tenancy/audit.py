"""Writing down who did what: in the same transaction as the act, so that neither exists without the other."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hubapp.kernel.db import db
from hubapp.tenancy.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, or the system (`id` None)."""

    id: uuid.UUID | None
    name: str


SYSTEM = Actor(None, "system")


def record(
    *,
    actor: Actor,
    action: str,
    now: datetime,
    hub_id: int | None = None,
    subject: str = "",
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Add one line to the audit log. `action` is a dotted verb such as `hub.freeze`."""
    db.session.add(
        AuditEvent(
            at=now,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            hub_id=hub_id,
            subject=subject,
            reason=reason,
            details=details or {},
        )
    )
