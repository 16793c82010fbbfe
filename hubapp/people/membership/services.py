"""Joining, leaving, roles, invite links and touches. Joining is free, and joining alone pays nobody anything."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import after_commit, db, require_hub_id
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import errors, homes, losing, policies, tallies
from hubapp.people.membership.events import ConnectorChanged, MemberJoined, MemberLeft
from hubapp.people.membership.invite_queries import Referral, referrer_of_code
from hubapp.people.membership.models import HubRole, InviteLink, Membership, MemberStatus, ReferralTouch, Role
from hubapp.tenancy import audit
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.audit import Actor


def join(*, account_id: uuid.UUID, name: str, referral: Referral | None, now: datetime) -> Membership:
    """Make the account a member of the current hub under this name, or find that it is one.

    Refuses with NameMissing or MembershipSuspended. Who left before comes back as who they were.
    """
    existing = _of_account(account_id)
    if existing is not None and _is_barred(existing, now):
        raise errors.MembershipSuspended(until=existing.suspended_until, reason=existing.suspended_reason)
    if existing is not None and existing.status == MemberStatus.ACTIVE:
        return existing
    if existing is not None:
        existing.suspended_until = existing.suspended_reason = None
        existing.status = MemberStatus.ACTIVE
        db.session.flush()
        member = existing
    else:
        member = _enter(account_id=account_id, name=_name(name), referral=referral, now=now)
    _changed_count()
    events.publish(MemberJoined(hub_id=member.hub_id, account_id=account_id))
    return member


def _is_barred(member: Membership, now: datetime) -> bool:
    """Suspended, or left while they were and it is not over."""
    if member.status == MemberStatus.LEFT and member.suspended_reason is not None:
        return member.suspended_until is None or member.suspended_until > now
    return member.status == MemberStatus.SUSPENDED


def _enter(*, account_id: uuid.UUID, name: str, referral: Referral | None, now: datetime) -> Membership:
    brought = referral if referral is not None and referral.account_id != account_id else None
    base = policies.handle_for(name)
    # The plain handle first; whoever loses it, here or to someone joining this moment, gets one with a tail.
    for handle in (base, *(f"{base}-{ids.short_code(4).lower()}" for _ in range(3))):
        member = Membership(
            hub_id=require_hub_id(),
            account_id=account_id,
            handle=handle,
            display_name=name,
            status=MemberStatus.ACTIVE,
            joined_at=now,
            invited_by=brought.membership_id if brought else None,
            invited_code=brought.code if brought else None,
            referral_code=ids.short_code(),
        )
        if handle == base and _handle_is_taken(handle):
            continue
        try:
            with db.session.begin_nested():
                db.session.add(member)
        except IntegrityError:
            found = _of_account(account_id)
            if found is not None:  # two clicks at once: the other one made the membership
                return found
            continue
        if brought:
            tallies.count(membership_id=brought.membership_id, channel=brought.channel, what="joined")
        return member
    raise errors.HandleTaken(base)


def leave(*, account_id: uuid.UUID, now: datetime) -> None:
    """End a membership, a suspended one as well: the suspension stays, so that leaving is no way around it.

    Refuses with NoSuchMember, or ConnectorStays while they have a role.
    """
    member = _of_account(account_id)
    if member is None or member.status == MemberStatus.LEFT:
        raise errors.NoSuchMember
    _refuse_with_role(member)
    member.status, member.about = MemberStatus.LEFT, ""
    audit.record(actor=Actor(account_id, member.display_name), action="member.leave", hub_id=member.hub_id, now=now)
    events.publish(MemberLeft(hub_id=member.hub_id, account_id=account_id))
    _changed_count()
    db.session.flush()


def edit_profile(*, account_id: uuid.UUID, name: str, handle: str, about: str, is_listed: bool) -> None:
    """Change how a member appears here. Refuses with NameMissing, HandleInvalid, HandleTaken or TextTooLong."""
    member = _of_account(account_id)
    if member is None or member.status != MemberStatus.ACTIVE:
        raise errors.NoSuchMember
    wanted = handle.strip().removeprefix("@").lower()
    if not policies.is_handle(wanted):
        raise errors.HandleInvalid
    if wanted != member.handle and _handle_is_taken(wanted):
        raise errors.HandleTaken(wanted)
    if len(about) > policies.LONGEST_ABOUT:
        raise errors.TextTooLong("about", policies.LONGEST_ABOUT)
    member.display_name, member.handle = _name(name), wanted
    member.about, member.is_listed = about.strip(), is_listed
    db.session.flush()


def grant_role(
    *,
    membership_id: uuid.UUID,
    role: str,
    actor: Actor,
    now: datetime,
    permissions: Collection[str] = (),
    reason: str = "",
) -> HubRole:
    """Give a member a role, in place of the one they have. Connectors share evenly until told otherwise.

    `permissions` count for helpers; the audit log keeps `reason`. Refuses with NoSuchMember.
    """
    member = _by_id(membership_id)
    if member.status != MemberStatus.ACTIVE:
        raise errors.NoSuchMember
    row = _role_of(member) or HubRole(hub_id=member.hub_id, membership_id=member.id)
    was_connector = row.role == Role.CONNECTOR
    row.role = Role(role)
    row.permissions = policies.grantable(permissions) if row.role == Role.HELPER else []
    row.granted_by, row.granted_at, row.share_bps = actor.id, now, 0
    db.session.add(row)
    db.session.flush()
    losing.withdraw_notices(member=member, role=row.role, permissions=row.permissions, now=now)
    action = f"role.grant.{row.role}"
    audit.record(actor=actor, action=action, hub_id=member.hub_id, subject=member.handle, reason=reason, now=now)
    if was_connector or row.role == Role.CONNECTOR:
        _share_evenly(member.hub_id)
    return row


def revoke_role(*, membership_id: uuid.UUID, actor: Actor, now: datetime, reason: str = "") -> None:
    """Take a member's role away; what it permitted ends with this transaction. Refuses with NoSuchMember."""
    member = _by_id(membership_id)
    row = _role_of(member)
    if row is None:
        raise errors.NoSuchMember
    db.session.delete(row)
    db.session.flush()
    losing.withdraw_notices(member=member, role=None, permissions=(), now=now)
    action = f"role.revoke.{row.role}"
    audit.record(actor=actor, action=action, hub_id=member.hub_id, subject=member.handle, reason=reason, now=now)
    if row.role == Role.CONNECTOR:
        _share_evenly(member.hub_id)


def share_among_connectors(*, parts: Mapping[uuid.UUID, int], actor: Actor, now: datetime) -> None:
    """Set each connector's part (membership id → basis points of the hub's share). Refuses with SharesDoNotAddUp."""
    rows = connector_roles()
    if {row.membership_id for row in rows} != set(parts):
        raise errors.NoSuchMember
    if sum(parts.values()) != policies.WHOLE or any(part < 0 for part in parts.values()):
        raise errors.SharesDoNotAddUp(sum(parts.values()))
    for row in rows:
        row.share_bps = parts[row.membership_id]
    hub_id = require_hub_id()
    audit.record(
        actor=actor,
        action="role.share",
        hub_id=hub_id,
        details={str(key): part for key, part in parts.items()},
        now=now,
    )
    events.publish(ConnectorChanged(hub_id=hub_id))
    db.session.flush()


def touch(*, account_id: uuid.UUID, code: str, channel: str, at: datetime) -> bool:
    """Remember that a known account came through a code; False for an unknown code or one's own."""
    found = referrer_of_code(code)
    if found is None or found.account_id == account_id:
        return False
    db.session.add(
        ReferralTouch(
            account_id=account_id,
            membership_id=found.membership_id,
            code=found.code,
            channel=policies.clean_channel(channel),
            touched_at=at,
        )
    )
    db.session.flush()
    return True


def make_invite(*, membership_id: uuid.UUID, label: str, now: datetime) -> InviteLink:
    """Make a link that counts as this member's own. Refuses with LabelMissing, NoSuchMember or TooManyAttempts."""
    text = " ".join(label.split())
    if not text or len(text) > policies.LONGEST_LABEL:
        raise errors.LabelMissing(policies.LONGEST_LABEL)
    member = _by_id(membership_id)
    throttle.limit(kind="invite account", subject=f"{member.hub_id}:{member.account_id}", now=now)
    link = InviteLink(membership_id=member.id, code=ids.short_code(), label=text, created_at=now)
    db.session.add(link)
    db.session.flush()
    return link


def revoke_invite(*, invite_id: uuid.UUID, now: datetime) -> None:
    """Stop a link from working; what it brought stays. Refuses with NoSuchInvite."""
    link = db.session.scalar(select(InviteLink).where(InviteLink.id == invite_id))
    if link is None:
        raise errors.NoSuchInvite
    link.revoked_at = link.revoked_at or now
    db.session.flush()


def _share_evenly(hub_id: int) -> None:
    rows = connector_roles()
    for row, part in zip(rows, policies.split_evenly(len(rows)), strict=True):
        row.share_bps = part
    db.session.flush()
    events.publish(ConnectorChanged(hub_id=hub_id))


def connector_roles() -> list[HubRole]:
    """The connectors' roles, locked: their parts are changed by one at a time."""
    statement = select(HubRole).where(HubRole.role == Role.CONNECTOR).order_by(HubRole.granted_at, HubRole.id)
    db.session.execute(statement.with_for_update())
    # Read again: whoever had to wait got the rows of before, without a connector who was added meanwhile.
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _of_account(account_id: uuid.UUID) -> Membership | None:
    return db.session.scalar(select(Membership).where(Membership.account_id == account_id).with_for_update())


def _by_id(membership_id: uuid.UUID) -> Membership:
    statement = select(Membership).where(Membership.id == membership_id).with_for_update()
    member: Membership | None = db.session.scalar(statement)
    if member is None:
        raise errors.NoSuchMember
    return member


def _role_of(member: Membership) -> HubRole | None:
    return db.session.scalar(select(HubRole).where(HubRole.membership_id == member.id))


def _refuse_with_role(member: Membership) -> None:
    if _role_of(member) is not None:
        raise errors.ConnectorStays(member.display_name)


def _handle_is_taken(handle: str) -> bool:
    return db.session.scalar(select(Membership.id).where(Membership.handle == handle)) is not None


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > policies.LONGEST_NAME:
        raise errors.NameMissing(policies.LONGEST_NAME)
    return text


def _changed_count() -> None:
    hub_id = require_hub_id()
    after_commit(lambda: tenancy.forget(hub_id))


def choose_home(*, account_id: uuid.UUID, now: datetime) -> None:
    """Make the hub in scope the one where this member is at home: its connector shares in what they buy elsewhere.

    Refuses with NoSuchMember or HomeMovedLately. Orders placed before keep the home they were placed with.
    """
    member = _of_account(account_id)
    if member is None or member.status != MemberStatus.ACTIVE:
        raise errors.NoSuchMember
    if not homes.move(account_id, now=now):
        raise errors.HomeMovedLately(homes.free_from(account_id) or now)
    actor = Actor(account_id, member.display_name)
    audit.record(actor=actor, action="member.home", hub_id=member.hub_id, subject=member.handle, now=now)
