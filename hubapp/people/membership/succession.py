"""Passing a connector's role on: rights and part of the hub's share change hands in one step."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from hubapp.jobs import events
from hubapp.kernel.db import db
from hubapp.people.membership import errors, losing, standing
from hubapp.people.membership.events import ConnectorChanged
from hubapp.people.membership.models import HubRole, Membership, MemberStatus, Role
from hubapp.people.membership.services import connector_roles, revoke_role
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def pass_on(*, from_id: uuid.UUID, to_id: uuid.UUID, actor: Actor, now: datetime) -> None:
    """`to` becomes connector with the part that `from` had, which stays a member without a role.

    Both are memberships. A role of `to` is merged: a helper becomes connector, a co-connector gets both parts. What was
    sold before keeps the connectors it was settled with. Refuses with NoSuchMember.
    """
    giver, taker = _both(from_id, to_id)
    rows = {row.membership_id: row for row in connector_roles()}
    given = rows.get(giver.id)
    if given is None or taker.status != MemberStatus.ACTIVE:
        raise errors.NoSuchMember
    part, own = given.share_bps, rows.get(taker.id)
    db.session.delete(given)
    if own is None:
        _drop_helper(taker.id)
        own = HubRole(hub_id=taker.hub_id, membership_id=taker.id, role=Role.CONNECTOR, permissions=[], share_bps=0)
    own.granted_by, own.granted_at = actor.id, now
    db.session.flush()
    own.share_bps += part
    db.session.add(own)
    db.session.flush()
    losing.withdraw_notices(member=giver, role=None, permissions=(), now=now)
    details = {"from": giver.handle, "to": taker.handle, "part": part}
    audit.record(actor=actor, action="role.pass", hub_id=taker.hub_id, subject=taker.handle, details=details, now=now)
    events.publish(ConnectorChanged(hub_id=taker.hub_id))


def _both(from_id: uuid.UUID, to_id: uuid.UUID) -> tuple[Membership, Membership]:
    """Both as they are now, locked in one order: neither leaves or is suspended while the role passes."""
    statement = select(Membership).where(Membership.id.in_((from_id, to_id))).order_by(Membership.id).with_for_update()
    rows = {row.id: row for row in db.session.scalars(statement.execution_options(populate_existing=True))}
    if len(rows) != 2:  # noqa: PLR2004  two people
        raise errors.NoSuchMember
    return rows[from_id], rows[to_id]


def _drop_helper(membership_id: uuid.UUID) -> None:
    row = db.session.scalar(select(HubRole).where(HubRole.membership_id == membership_id))
    if row is not None:
        db.session.delete(row)


def lay_down(*, membership_id: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Give one's own role back. Refuses with NoSuchMember, or OnlyConnector: they hand the hub over instead.

    Two who do so at once wait for one another, so that the second is told that they are the last.
    """
    # Memberships before roles, as everybody who passes roles on locks them: the other way about, two of us would wait
    # for one another for ever.
    standing.lock(membership_id=membership_id)
    if [row.membership_id for row in connector_roles()] == [membership_id]:
        raise errors.OnlyConnector
    revoke_role(membership_id=membership_id, actor=actor, now=now, reason="laid down")
