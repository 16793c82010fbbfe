"""Reading memberships: the person asking, who may do what, who brought whom, and the directory."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, Select, Uuid, bindparam, func, select, text, tuple_
from sqlalchemy.orm import defer, load_only

from hubapp.kernel import scope
from hubapp.kernel.db import db
from hubapp.people.membership import policies
from hubapp.people.membership.models import (
    HubRole,
    Membership,
    MemberStatus,
    Role,
)


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member with their role; `share_bps`: a connector's part of the hub's share, in basis points of it."""

    id: uuid.UUID
    account_id: uuid.UUID
    handle: str
    display_name: str
    is_listed: bool
    status: str
    joined_at: datetime
    referral_code: str
    invited_by: uuid.UUID | None
    role: str | None
    permissions: tuple[str, ...]
    share_bps: int
    suspended_until: datetime | None = None
    suspended_reason: str | None = None
    hidden_reason: str | None = None
    portrait: str | None = None
    portrait_for: str = "everybody"

    @property
    def is_active(self) -> bool:
        """Whether they belong here today."""
        return self.status == MemberStatus.ACTIVE

    @property
    def is_suspended(self) -> bool:
        """Whether the hub lets them read, and nothing else."""
        return self.status == MemberStatus.SUSPENDED

    @property
    def name_here(self) -> str:
        """What pages of the community call them: who left is nobody by name any more, but in orders and books."""
        return str(_("Former member")) if self.status == MemberStatus.LEFT else self.display_name

    def may(self, permission: str) -> bool:
        """Whether their role permits this."""
        return self.is_active and policies.allows(self.role, self.permissions, permission)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody of the central team where nobody looks after the hub; `person`: who they are there besides."""

    person: MemberView | None

    def may(self, permission: str) -> bool:
        """Whether the core does this in a connector's place, or they may by a role of their own."""
        return policies.allows_core(permission) or (self.person is not None and self.person.may(permission))


@dataclass(frozen=True, slots=True)
class HubOf:
    """One of an account's hubs: `role` is member, helper or connector."""

    hub_id: int
    role: str
    joined_at: datetime


# Made once: every page asks for members, and putting a join together costs as much as fetching a row.
# What they say about themselves is not everybody's to read: profiles ask for it, with who may see it.
MEMBERS = (
    select(Membership, HubRole)
    .outerjoin(HubRole, (HubRole.hub_id == Membership.hub_id) & (HubRole.membership_id == Membership.id))
    .options(
        defer(Membership.about, raiseload=True),
        load_only(HubRole.role, HubRole.permissions, HubRole.share_bps),
    )
)


def view_of(row: Row[*tuple[Any, ...]]) -> MemberView:
    """A row that begins with a membership and its role as plain values."""
    member: Membership = row[0]
    role: HubRole | None = row[1]  # an outer join: most members have none
    return MemberView(
        id=member.id,
        account_id=member.account_id,
        handle=member.handle,
        display_name=member.display_name,
        is_listed=member.is_listed,
        status=member.status,
        joined_at=member.joined_at,
        referral_code=member.referral_code,
        invited_by=member.invited_by,
        role=role.role if role else None,
        permissions=tuple(role.permissions) if role else (),
        share_bps=role.share_bps if role else 0,
        suspended_until=member.suspended_until,
        suspended_reason=member.suspended_reason,
        hidden_reason=member.hidden_reason,
        portrait=member.portrait,
        portrait_for=member.portrait_for,
    )


def _one(statement: Select[Membership, HubRole]) -> MemberView | None:
    row = db.session.execute(statement).one_or_none()
    return view_of(row) if row else None


def member(account_id: uuid.UUID) -> MemberView | None:
    """The account's membership in the current hub, whatever its status."""
    return _one(MEMBERS.where(Membership.account_id == account_id))


def member_by_id(membership_id: uuid.UUID) -> MemberView | None:
    """A member of the current hub."""
    return _one(MEMBERS.where(Membership.id == membership_id))


def member_by_handle(handle: str) -> MemberView | None:
    """An active member of the current hub."""
    return _one(MEMBERS.where(Membership.handle == handle, Membership.status == MemberStatus.ACTIVE))


def member_by_portrait(portrait: str) -> MemberView | None:
    """The member of the current hub whose photo has this name."""
    return _one(MEMBERS.where(Membership.portrait == portrait))


def members_of(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, MemberView]:
    """Account → membership in the current hub, for pages that name several people."""
    if not account_ids:
        return {}
    rows = db.session.execute(MEMBERS.where(Membership.account_id.in_(account_ids))).all()
    return {view.account_id: view for view in map(view_of, rows)}


def members_by_handle(handles: Collection[str]) -> list[MemberView]:
    """Active members of the current hub who go by these handles."""
    statement = MEMBERS.where(Membership.handle.in_(handles), Membership.status == MemberStatus.ACTIVE)
    return [view_of(row) for row in db.session.execute(statement)]


def members_by_id(membership_ids: Collection[uuid.UUID]) -> list[MemberView]:
    """Members of the current hub, whatever their status, in no order."""
    return [view_of(row) for row in db.session.execute(MEMBERS.where(Membership.id.in_(membership_ids)))]


def has(account_id: uuid.UUID, permission: str) -> bool:
    """Whether the account may do this in the hub in scope. Asks the database: what a role loses it loses at once."""
    if scope.current().hub_id is None:
        return False
    person = member(account_id)
    return person is not None and person.may(permission)


def stand_in(person: MemberView | None) -> StandIn | None:
    """What the central team may in the hub in scope, where `person` is who asks; nothing if it has a connector.

    Asks the database, so that they may nothing here from the moment on in which somebody looks after the hub. Whoever
    the hub has suspended is not above it.
    """
    if scope.current().hub_id is None or (person is not None and person.is_suspended) or not is_vacant():
        return None
    return StandIn(person)


def is_vacant() -> bool:
    """Whether the hub in scope has no connector who can act."""
    connector = select(HubRole.id).join(
        Membership, (Membership.hub_id == HubRole.hub_id) & (Membership.id == HubRole.membership_id)
    )
    here = connector.where(HubRole.role == Role.CONNECTOR, Membership.status == MemberStatus.ACTIVE)
    return db.session.scalar(here.limit(1)) is None


def connectors() -> list[MemberView]:
    """The hub's active connectors with their parts, the longest-serving first."""
    statement = MEMBERS.where(HubRole.role == Role.CONNECTOR, Membership.status == MemberStatus.ACTIVE)
    return [view_of(row) for row in db.session.execute(statement.order_by(HubRole.granted_at, HubRole.id))]


def team() -> list[MemberView]:
    """Connectors and helpers of the hub."""
    statement = MEMBERS.where(HubRole.id.is_not(None)).order_by(HubRole.role, HubRole.granted_at, HubRole.id)
    return [view_of(row) for row in db.session.execute(statement)]


def directory(
    *, after: tuple[datetime, uuid.UUID] | None = None, limit: int = 30, everyone: bool = False
) -> list[MemberView]:
    """Members, the newest first, paged by (joined_at, id); `everyone`: the unlisted, gone and suspended as well."""
    statement = MEMBERS.order_by(Membership.joined_at.desc(), Membership.id.desc()).limit(limit)
    if not everyone:
        statement = statement.where(
            Membership.status == MemberStatus.ACTIVE, Membership.is_listed, Membership.hidden_reason.is_(None)
        )
    if after is not None:
        statement = statement.where(tuple_(Membership.joined_at, Membership.id) < after)
    return [view_of(row) for row in db.session.execute(statement)]


def joined_since(moment: datetime) -> int:
    """How many of today's members joined after this moment."""
    statement = select(func.count()).select_from(Membership)
    return (
        db.session.scalar(statement.where(Membership.joined_at > moment, Membership.status == MemberStatus.ACTIVE)) or 0
    )


def count_active() -> int:
    """How many members there are today."""
    statement = select(func.count()).select_from(Membership).where(Membership.status == MemberStatus.ACTIVE)
    return db.session.scalar(statement) or 0


def active_after(
    membership_id: uuid.UUID | None, *, limit: int, joined_after: datetime | None = None
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(membership, account) of active members in the order of their ids, for work that goes through all of them."""
    statement = select(Membership.id, Membership.account_id).where(Membership.status == MemberStatus.ACTIVE)
    if membership_id is not None:
        statement = statement.where(Membership.id > membership_id)
    if joined_after is not None:
        statement = statement.where(Membership.joined_at > joined_after)
    rows = db.session.execute(statement.order_by(Membership.id).limit(limit))
    return [(row.id, row.account_id) for row in rows]


def hubs_of(account_id: uuid.UUID) -> list[HubOf]:
    """The hubs an account belongs to, the first joined first. Works in any scope, for one account only."""
    rows = db.session.execute(
        text("SELECT hub_id, role, joined_at FROM hubs_of(:account)").bindparams(bindparam("account", type_=Uuid())),
        {"account": account_id},
    )
    return [HubOf(row.hub_id, row.role, row.joined_at) for row in rows]


def home_hub_of(account_id: uuid.UUID) -> int | None:
    """The hub where somebody is at home: the one they chose, else the first they joined. Works in any scope."""
    statement = text("SELECT home_hub_of(:account)").bindparams(bindparam("account", type_=Uuid()))
    found: int | None = db.session.scalar(statement, {"account": account_id})
    return found


def is_connector_anywhere(account_id: uuid.UUID) -> bool:
    """Whether the account looks after any hub, so that more is asked of its sign-in."""
    return any(hub.role == Role.CONNECTOR for hub in hubs_of(account_id))
