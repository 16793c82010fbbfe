"""Asking mentors, giving each newcomer one, and ending plans."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from hubapp.community.mentoring import errors, policies, queries
from hubapp.community.mentoring.models import Ending, Mentor, MentorStatus, Newcomer
from hubapp.community.mentoring.notices import ASKED, GIVEN, NEWCOMER
from hubapp.community.mentoring.policies import Candidate
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.services import By
from hubapp.people.profiles import queries as profiles

PAGE = "/me/mentoring"


def ask(*, handle: str, asked_by: UUID, now: datetime) -> Mentor:
    """Ask a member to welcome newcomers. Refuses with NoSuchMember or AlreadyAsked."""
    _wait_for_turn()
    member = membership.member_by_handle(handle.strip().removeprefix("@").lower())
    if member is None:
        raise errors.NoSuchMember
    row = queries.mentor(member.account_id) or Mentor(account_id=member.account_id, status=MentorStatus.ENDED)
    if row.status in {MentorStatus.ASKED, MentorStatus.ACTIVE}:
        raise errors.AlreadyAsked(member.display_name)
    row.status, row.asked_by, row.asked_at, row.answered_at = MentorStatus.ASKED, asked_by, now, None
    db.session.add(row)
    db.session.flush()
    connector = membership.member(asked_by)
    _tell(ASKED.name, [member.account_id], connector, occasion=f"asked:{row.id}:{now.isoformat()}", now=now)
    return row


def answer(*, account_id: UUID, accepts: bool, now: datetime) -> None:
    """Say yes or no. Refuses with NotAsked."""
    _wait_for_turn()
    row = queries.mentor(account_id)
    if row is None or row.status != MentorStatus.ASKED:
        raise errors.NotAsked
    row.status, row.answered_at = (MentorStatus.ACTIVE if accepts else MentorStatus.DECLINED), now
    db.session.flush()


def stop(*, account_id: UUID, now: datetime) -> None:
    """Somebody welcomes nobody any more; whom they welcome is given to others. Nothing happens to who is no mentor."""
    _wait_for_turn()
    row = queries.mentor(account_id)
    if row is None or row.status not in {MentorStatus.ASKED, MentorStatus.ACTIVE}:
        return
    row.status, row.answered_at = MentorStatus.ENDED, now
    db.session.flush()
    left = select(Newcomer).where(Newcomer.mentor_id == account_id, Newcomer.ended_at.is_(None)).order_by(Newcomer.id)
    for newcomer in db.session.scalars(left).all():
        newcomer.mentor_id = None
        db.session.flush()
        _give_mentor(newcomer, now)


def hand_on(*, now: datetime) -> int:
    """Give newcomers of who is neither mentor nor connector any more to others; answers how many they were."""
    _wait_for_turn()
    stand_in = [one.account_id for one in membership.connectors()]
    keep = [*stand_in, *(row.account_id for row in queries.active_mentors())]
    left = select(Newcomer).where(Newcomer.mentor_id.not_in(keep), Newcomer.ended_at.is_(None)).order_by(Newcomer.id)
    found = db.session.scalars(left).all()
    for newcomer in found:
        newcomer.mentor_id = None
        db.session.flush()
        _give_mentor(newcomer, now)
    return len(found)


def welcome(*, account_id: UUID, now: datetime) -> Newcomer | None:
    """Begin a newcomer's plan with a mentor, once; None for who is known, has a role, or is gone again.

    Without mentors a connector is the mentor; without a connector there is a plan all the same.
    """
    _wait_for_turn()
    member = membership.member(account_id)
    known = db.session.scalar(select(Newcomer.id).where(Newcomer.account_id == account_id))
    if known is not None or member is None or not member.is_active or member.role is not None:
        return None
    newcomer = Newcomer(account_id=account_id, since=now)
    db.session.add(newcomer)
    db.session.flush()
    _give_mentor(newcomer, now)
    return newcomer


def dismiss(*, account_id: UUID, now: datetime) -> None:
    """They do not want the plan, or not any more."""
    _end(account_id, Ending.DISMISSED, now)


def finish(*, account_id: UUID, now: datetime) -> None:
    """All is done."""
    _end(account_id, Ending.DONE, now)


def forget(*, account_id: UUID, now: datetime) -> None:
    """Somebody leaves the hub: they are nobody's mentor, and their own plan ends."""
    stop(account_id=account_id, now=now)
    _end(account_id, Ending.DISMISSED, now)


def lapse(*, now: datetime) -> None:
    """End the plans of the hubs in scope that are too old to be news."""
    db.session.execute(
        update(Newcomer)
        .where(Newcomer.ended_at.is_(None), Newcomer.since <= now - policies.LAPSES)
        .values(ended_at=now, ending=Ending.LAPSED)
    )


def _end(account_id: UUID, ending: Ending, now: datetime) -> None:
    db.session.execute(
        update(Newcomer)
        .where(Newcomer.account_id == account_id, Newcomer.ended_at.is_(None))
        .values(ended_at=now, ending=ending)
    )


def _wait_for_turn() -> None:
    """One at a time in a hub: two who join together must not both get the one who has the fewest newcomers."""
    key = f"mentoring:{require_hub_id()}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _give_mentor(newcomer: Newcomer, now: datetime) -> None:
    asked = {row.account_id: row.id for row in queries.active_mentors()}
    members = [one for one in membership.members_of(asked).values() if one.is_active]
    chosen = _choose(newcomer, [(one, asked[one.account_id]) for one in members], now)
    if chosen is None:
        chosen = _choose(newcomer, [(one, one.id) for one in membership.connectors()], now)
    if chosen is None:
        return
    newcomer.mentor_id = chosen.account_id
    db.session.flush()
    known = membership.member(newcomer.account_id)
    occasion = f"newcomer:{newcomer.id}:{chosen.id}"
    _tell(NEWCOMER.name, [chosen.account_id], known, occasion=occasion, now=now)
    _tell(GIVEN.name, [newcomer.account_id], chosen, occasion=occasion, now=now)


def _choose(newcomer: Newcomer, among: list[tuple[MemberView, UUID]], now: datetime) -> MemberView | None:
    """The one with the fewest open newcomers, of those who have nothing against one another."""
    accounts = [one.account_id for one, _rank in among]
    apart = profiles.blocked_by(newcomer.account_id) | profiles.who_block(newcomer.account_id, among=accounts)
    left_out = {newcomer.account_id, *apart}
    counts = queries.open_counts(now=now)
    candidates = [
        Candidate(one.account_id, rank, counts.get(one.account_id, 0))
        for one, rank in among
        if one.account_id not in left_out
    ]
    chosen = policies.choose(candidates)
    return next((one for one, _rank in among if one.account_id == chosen), None)


def _tell(kind: str, to: Collection[UUID], by: MemberView | None, *, occasion: str, now: datetime) -> None:
    notifications.tell(
        kind=kind,
        to_account_ids=to,
        hub_id=require_hub_id(),
        about="mentoring",
        occasion=occasion,
        path=PAGE,
        context={},
        by=None if by is None else By(by.account_id, by.display_name),
        now=now,
    )
