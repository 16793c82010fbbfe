"""Proposing that somebody else look after a hub, and answering: rights change with the answer, history stays."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.handovers import policies
from hubapp.people.handovers.errors import (
    AlreadyProposed,
    HandoverOver,
    NoSuchHandover,
    NotAMember,
    NotVacant,
    ToOneself,
)
from hubapp.people.handovers.events import HandoverAccepted, HandoverClosed, HandoverProposed
from hubapp.people.handovers.models import Handover, HandoverStatus
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership import succession
from hubapp.people.membership.errors import NoSuchMember
from hubapp.people.membership.models import Role
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to take over (`handle`), from whom (a connector's membership; None: nobody looks after the hub)."""

    giver_id: uuid.UUID | None
    handle: str
    note: str = ""
    is_central: bool = False


def propose(*, wish: Wish, actor: Actor, now: datetime) -> Handover:
    """Ask a member to take over; nothing changes before they accept.

    Refuses with NotAMember, ToOneself, NotVacant, AlreadyProposed or NoSuchMember (who hands over is no connector).
    """
    handle = wish.handle.strip().removeprefix("@").lower()
    successor = membership.member_by_handle(handle)
    if successor is None:
        raise NotAMember(handle)
    if successor.id == wish.giver_id:
        raise ToOneself
    _refuse_wrong_giver(wish)
    _refuse_second(wish.giver_id, now)
    row = Handover(
        hub_id=require_hub_id(),
        id=ids.uuid7(),
        from_membership_id=wish.giver_id,
        to_membership_id=successor.id,
        proposed_by=actor.id,
        proposed_name=actor.name,
        is_central=wish.is_central,
        note=wish.note.strip()[: policies.LONGEST_NOTE],
        proposed_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _note(row, actor, "propose", successor.handle, now)
    events.publish(HandoverProposed(hub_id=row.hub_id, handover_id=row.id))
    return row


def _refuse_wrong_giver(wish: Wish) -> None:
    if wish.giver_id is None:
        if membership.connectors():
            raise NotVacant
        return
    giver = membership.member_by_id(wish.giver_id)
    if giver is None or not giver.is_active or giver.role != Role.CONNECTOR:
        raise NoSuchMember


def _refuse_second(giver_id: uuid.UUID | None, now: datetime) -> None:
    """One at a time; what nobody answered in time makes room."""
    open_one = _open_of(giver_id)
    if open_one is None:
        return
    if policies.stands(open_one.proposed_at, now):
        asked = membership.member_by_id(open_one.to_membership_id)
        raise AlreadyProposed(asked.display_name if asked else "?")
    open_one.status, open_one.decided_at = HandoverStatus.LAPSED, now
    db.session.flush()


def accept(*, handover_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> MemberView:
    """Take over: the role with its part of the hub's share passes at once; returns the new connector.

    What was sold before stays with who looked after the hub then. Refuses with NoSuchHandover or HandoverOver.
    """
    row, successor = _answering(handover_id, account_id, now)
    actor = Actor(account_id, successor.display_name)
    if row.from_membership_id is None:
        if membership.connectors():
            raise HandoverOver
        reason = f"handover {row.id}"
        members.grant_role(membership_id=successor.id, role=Role.CONNECTOR, actor=actor, now=now, reason=reason)
    else:
        try:
            succession.pass_on(from_id=row.from_membership_id, to_id=successor.id, actor=actor, now=now)
        except NoSuchMember as gone:
            raise HandoverOver from gone
    row.status, row.decided_at = HandoverStatus.ACCEPTED, now
    db.session.flush()
    _note(row, actor, "accept", successor.handle, now)
    events.publish(HandoverAccepted(hub_id=row.hub_id, handover_id=row.id))
    return successor


def decline(*, handover_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> None:
    """Say no; everything stays as it is. Refuses with NoSuchHandover or HandoverOver."""
    row, successor = _answering(handover_id, account_id, now)
    _close(row, HandoverStatus.DECLINED, Actor(account_id, successor.display_name), now)


def withdraw(*, giver_id: uuid.UUID | None, actor: Actor, now: datetime) -> None:
    """Take the proposal back that stands for a role. Refuses with NoSuchHandover."""
    row = _open_of(giver_id)
    if row is None:
        raise NoSuchHandover
    _close(row, HandoverStatus.WITHDRAWN, actor, now)


def _close(row: Handover, status: HandoverStatus, actor: Actor, now: datetime) -> None:
    row.status, row.decided_at = status, now
    db.session.flush()
    _note(row, actor, status.value, "", now)
    events.publish(HandoverClosed(hub_id=row.hub_id, handover_id=row.id))


def _answering(handover_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> tuple[Handover, MemberView]:
    row, member = _locked(handover_id), membership.member(account_id)
    if row is None or member is None or not member.is_active or row.to_membership_id != member.id:
        raise NoSuchHandover
    if row.status != HandoverStatus.PROPOSED or not policies.stands(row.proposed_at, now):
        raise HandoverOver
    return row, member


def _locked(handover_id: uuid.UUID) -> Handover | None:
    """As it is now: whoever takes it back and whoever accepts it do so one after the other."""
    statement = select(Handover).where(Handover.id == handover_id).with_for_update()
    found: Handover | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def _open_of(giver_id: uuid.UUID | None) -> Handover | None:
    whose = Handover.from_membership_id.is_(None) if giver_id is None else Handover.from_membership_id == giver_id
    statement = select(Handover).where(whose, Handover.status == HandoverStatus.PROPOSED).with_for_update()
    found: Handover | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def _note(row: Handover, actor: Actor, act: str, subject: str, now: datetime) -> None:
    details = {"handover": str(row.id)}
    audit.record(actor=actor, action=f"handover.{act}", hub_id=row.hub_id, subject=subject, details=details, now=now)
