"""Whether a member may act here: suspended for a time or for good, let in again; and their page out of sight."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.jobs import events
from hubapp.kernel.db import after_commit, db, require_hub_id
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import errors, queries
from hubapp.people.membership.events import MemberReadmitted, MemberSuspended
from hubapp.people.membership.models import HubRole, Membership, MemberStatus
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy import audit
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.audit import SYSTEM, Actor

LONGEST_REASON = 500


def require_active(account_id: UUID, *, otherwise: Refusal) -> MemberView:
    """The member who acts. Refuses with MembershipSuspended, and strangers with what the caller says to them."""
    person = refuse_suspended(account_id)
    if person is None or not person.is_active:
        raise otherwise
    return person


def refuse_suspended(account_id: UUID) -> MemberView | None:
    """Whoever it is, if they are not suspended here. Refuses with MembershipSuspended."""
    person = queries.member(account_id)
    if person is not None and person.is_suspended:
        raise errors.MembershipSuspended(until=person.suspended_until, reason=person.suspended_reason)
    return person


def keep_active(account_id: UUID, *, otherwise: Refusal) -> None:
    """The same; nobody suspends them before this transaction is over, so that what they put up is found then."""
    db.session.execute(select(Membership.id).where(Membership.account_id == account_id).with_for_update(read=True))
    require_active(account_id, otherwise=otherwise)


def suspend(*, membership_id: UUID, reason: str, actor: Actor, now: datetime, until: datetime | None = None) -> None:
    """Let a member read and do nothing else, for good or `until`; said again, the later word counts.

    Who has left does not come back before. Refuses with NoSuchMember, or ConnectorStays while they have a role.
    """
    member = _locked(membership_id)
    if db.session.scalar(select(HubRole).where(HubRole.membership_id == member.id)) is not None:
        raise errors.ConnectorStays(member.display_name)
    was_active = member.status == MemberStatus.ACTIVE
    if member.status != MemberStatus.LEFT:
        member.status = MemberStatus.SUSPENDED
    member.suspended_until, member.suspended_reason = until, reason.strip()[:LONGEST_REASON]
    _note(member, "member.suspend", actor, now, reason)
    if was_active:
        events.publish(MemberSuspended(member.hub_id, member.account_id))


def readmit(*, membership_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a suspended member act again, or come back if they have left. Refuses with NoSuchMember."""
    member = _locked(membership_id)
    if member.suspended_reason is None:
        raise errors.NoSuchMember
    is_here = member.status == MemberStatus.SUSPENDED
    member.suspended_until = member.suspended_reason = None
    if is_here:
        member.status = MemberStatus.ACTIVE
        events.publish(MemberReadmitted(member.hub_id, member.account_id))
    _note(member, "member.readmit", actor, now)


def end_suspension(*, membership_id: UUID, now: datetime) -> bool:
    """Let in again whose time is over; whether it was."""
    member = _locked(membership_id)
    if member.suspended_until is None or member.suspended_until > now:
        return False
    readmit(membership_id=membership_id, actor=SYSTEM, now=now)
    return True


def hide_profile(*, membership_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Take somebody's page here out of sight; they see it, and why. Refuses with NoSuchMember."""
    member = _locked(membership_id)
    member.hidden_reason = reason.strip()[:LONGEST_REASON]
    _note(member, "profile.hide", actor, now, reason)


def show_profile(*, membership_id: UUID, actor: Actor, now: datetime) -> None:
    """Bring it back. Refuses with NoSuchMember."""
    member = _locked(membership_id)
    if member.hidden_reason is not None:
        member.hidden_reason = None
        _note(member, "profile.unhide", actor, now)


def lock(*, membership_id: UUID) -> None:
    """Keep somebody's membership as it is until this transaction ends. Refuses with NoSuchMember."""
    _locked(membership_id)


def _locked(membership_id: UUID) -> Membership:
    statement = select(Membership).where(Membership.id == membership_id).with_for_update()
    member: Membership | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if member is None:
        raise errors.NoSuchMember
    return member


def _note(member: Membership, action: str, actor: Actor, now: datetime, reason: str = "") -> None:
    hub_id = require_hub_id()
    audit.record(actor=actor, action=action, hub_id=hub_id, subject=member.handle, reason=reason, now=now)
    after_commit(lambda: tenancy.forget(hub_id))
    db.session.flush()
