"""Unmatched money in the books: the suspense account takes it, and gives it back when its counterpart is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.money.ledger import services as ledger
from hubapp.money.reconciliation import policies, queries
from hubapp.money.reconciliation.models import Item, ItemStatus
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import in_hub

PROVIDER = "provider"
CORE = "core"


def _wanted(item: Item) -> int:
    """What suspense should hold for a difference."""
    is_by_person = item.explained_by is not None
    return policies.suspense(
        status=item.status,
        is_by_person=is_by_person,
        kind=item.kind,
        gap=item.gap,
        held=item.suspense_amount,
        is_connected=item.account is not None,
    )


def unsettled() -> Sequence[UUID]:
    """Differences whose suspense is not what it should be (platform scope)."""
    resolved = select(Item).where(Item.status == ItemStatus.RESOLVED, Item.suspense_amount != 0)
    some = [*queries.unresolved(), *db.session.scalars(resolved)]
    return [item.id for item in some if _wanted(item) != item.suspense_amount]


def settle_suspense(*, item_id: UUID, now: datetime) -> None:
    """Book one difference into suspense, or out of it, in its hub's books; again changes nothing (platform scope).

    Money that no hub can be named for lies in the books of the network's first hub.
    """
    item = db.session.scalars(queries.locked(select(Item).where(Item.id == item_id))).one()
    change = _wanted(item) - item.suspense_amount
    if not change:
        return
    hub_id = item.suspense_hub_id or item.hub_id or min(hub for hub, _ in tenancy.slugs())
    legs = (
        ledger.Leg(PROVIDER, ledger.Purpose.PROVIDER_BALANCE, change, tag="suspense"),
        ledger.Leg(CORE, ledger.Purpose.SUSPENSE, -change, tag=item.kind),
    )
    item.suspense_entries += 1
    entry = ledger.NewEntry(
        key=f"reconciliation:{item.id}:{item.suspense_entries}",
        kind="suspense",
        ref=item.key,
        currency=item.currency,
        occurred_at=now,
        legs=legs,
        memo=item.source_id or item.entry_key or "",
    )
    item.suspense_amount += change
    # Once booked in a hub it is given back there, whatever is learnt later about whose it was.
    item.suspense_hub_id = hub_id if item.suspense_amount else None
    with in_hub(hub_id):
        ledger.post(entry=entry)
