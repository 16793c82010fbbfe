"""Reading memberships across hubs, for the central team: who looks after which hub (platform scope)."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import Subquery, distinct, func, select

from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts
from hubapp.people.membership import policies
from hubapp.people.membership.models import HubRole, Membership, MembershipIndex, MemberStatus, Role
from hubapp.people.membership.queries import HubOf


def connectors_of(hub_ids: Collection[int]) -> dict[int, list[tuple[uuid.UUID, str]]]:
    """Hub → its connectors as (account, name), the longest-serving first; hubs without one are not in it."""
    if not hub_ids:
        return {}
    rows = db.session.execute(
        select(MembershipIndex.hub_id, MembershipIndex.account_id)
        .where(MembershipIndex.hub_id.in_(hub_ids), MembershipIndex.role == Role.CONNECTOR)
        .order_by(MembershipIndex.joined_at)
    ).all()
    names = accounts.names(row.account_id for row in rows)
    found: dict[int, list[tuple[uuid.UUID, str]]] = {}
    for row in rows:
        found.setdefault(row.hub_id, []).append((row.account_id, names.get(row.account_id, "?")))
    return found


def hubs_with_connector() -> set[int]:
    """Ids of the hubs that somebody looks after."""
    statement = select(MembershipIndex.hub_id).where(MembershipIndex.role == Role.CONNECTOR).distinct()
    return set(db.session.scalars(statement))


def connectors() -> Subquery:
    """(hub_id, account_id) of all who look after a hub, to be joined with."""
    statement = select(MembershipIndex.hub_id, MembershipIndex.account_id)
    return statement.where(MembershipIndex.role == Role.CONNECTOR).subquery("connectors")


def hubs_of(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[HubOf]]:
    """Account → the hubs it belongs to, the first joined first."""
    if not account_ids:
        return {}
    rows = db.session.scalars(
        select(MembershipIndex)
        .where(MembershipIndex.account_id.in_(account_ids))
        .order_by(MembershipIndex.joined_at, MembershipIndex.hub_id)
    )
    found: dict[uuid.UUID, list[HubOf]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(HubOf(row.hub_id, row.role, row.joined_at))
    return found


def may(*, account_id: uuid.UUID, hub_id: int, permission: str) -> bool:
    """Whether an account may do something in a hub now: asked when what only a role would see is about to leave."""
    row = db.session.execute(
        select(HubRole.role, HubRole.permissions)
        .join(Membership, (Membership.hub_id == HubRole.hub_id) & (Membership.id == HubRole.membership_id))
        .where(
            HubRole.hub_id == hub_id,
            Membership.hub_id == hub_id,
            Membership.account_id == account_id,
            Membership.status == MemberStatus.ACTIVE,
        )
    ).one_or_none()
    return row is not None and policies.allows(row.role, row.permissions, permission)


def people_in_hubs() -> int:
    """How many accounts belong to at least one hub."""
    return db.session.scalar(select(func.count(distinct(MembershipIndex.account_id)))) or 0
