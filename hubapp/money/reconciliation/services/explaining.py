"""A person says what a difference is (platform scope)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.kernel.db import db
from hubapp.money.reconciliation import queries
from hubapp.money.reconciliation.errors import AlreadyResolved, NoteMissing
from hubapp.money.reconciliation.models import Item, ItemStatus
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

LONGEST_NOTE = 1_000


def explain(*, item_id: UUID, note: str, actor: Actor, now: datetime) -> Item:
    """Keep somebody's words with a difference; it counts as explained while its amounts stay as they are.

    What suspense holds for it stays there until an entry books it where it belongs. Refuses with NoSuchDifference,
    NoteMissing or AlreadyResolved.
    """
    words = note.strip()[:LONGEST_NOTE]
    if not words:
        raise NoteMissing
    item = queries.item(item_id)
    if item.status == ItemStatus.RESOLVED:
        raise AlreadyResolved
    item.status, item.note, item.changed_at = ItemStatus.EXPLAINED, words, now
    item.explained_by, item.explained_name = actor.id, actor.name
    audit.record(
        actor=actor,
        action="reconciliation.explain",
        now=now,
        hub_id=item.hub_id,
        subject=item.key,
        reason=words,
        details={"gap": item.gap, "currency": item.currency},
    )
    db.session.flush()
    return item
