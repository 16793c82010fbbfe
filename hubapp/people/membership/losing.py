"""What a role loses it loses at once: what only that role would be told is taken back with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from hubapp.people.membership import policies
from hubapp.people.membership.models import Membership
from hubapp.people.notifications import kinds
from hubapp.people.notifications import services as notifications


def withdraw_notices(*, member: Membership, role: str | None, permissions: Collection[str], now: datetime) -> None:
    """Take back the notices that are not for somebody with this role, or with none."""
    lost = [kind.name for kind in kinds.every() if kind.needs and not policies.allows(role, permissions, kind.needs)]
    if lost:
        notifications.withdraw(account_id=member.account_id, hub_id=member.hub_id, lost=lost, now=now)
