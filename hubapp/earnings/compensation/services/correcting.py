"""Correcting a sponsor: one of the central team proposes, another decides; it counts from then on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation.models import SponsorChange, Sponsorship
from hubapp.earnings.compensation.participant_queries import Person
from hubapp.earnings.compensation.refusals import (
    BoughtFromThem,
    DecidedAlready,
    NoSuchChange,
    NotTakingPart,
    OwnLine,
    ProposedByYou,
    ReasonNeeded,
    SameSponsor,
    SponsorGone,
    SponsorMoved,
    WaitsAlready,
    WouldBeACircle,
)
from hubapp.earnings.compensation.services import counting, insiders, sizing
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

PROPOSED, AGREED, REFUSED = "proposed", "agreed", "refused"
LONGEST = 500


def take_turn() -> None:
    """One correction after the other, and no sale meanwhile, so that volumes move whole. The trigger takes it, too."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('sponsorship', 0))"))


def propose(*, account_id: UUID, to_id: UUID | None, reason: str, actor: Actor, now: datetime) -> SponsorChange:
    """Write down that somebody belongs under another sponsor (None: directly under the network).

    Refuses with NotTakingPart, SponsorGone, SameSponsor, WouldBeACircle, BoughtFromThem, ReasonNeeded, OwnLine or
    WaitsAlready.
    """
    take_turn()
    person = _person(account_id)
    _check(person, to_id, now)
    _keep_out(actor, person, to_id)
    if not reason.strip():
        raise ReasonNeeded
    waiting = select(SponsorChange.id).where(SponsorChange.account_id == account_id, SponsorChange.status == PROPOSED)
    if db.session.scalar(waiting) is not None:
        raise WaitsAlready
    change = SponsorChange(
        id=ids.uuid7(),
        account_id=account_id,
        from_id=person.sponsor_id,
        to_id=to_id,
        status=PROPOSED,
        reason=reason.strip()[:LONGEST],
        proposed_by=actor.id,
        proposed_at=now,
    )
    db.session.add(change)
    db.session.flush()
    _log(change, actor, "plan.sponsor.propose", change.reason, now)
    return change


def decide(*, change_id: UUID, is_agreed: bool, answer: str, actor: Actor, now: datetime) -> SponsorChange:
    """Agree, and from now on they stand there with their whole group; or refuse with a reason.

    Refuses with NoSuchChange, DecidedAlready, ProposedByYou, OwnLine, ReasonNeeded, SponsorMoved, SponsorGone,
    SameSponsor, WouldBeACircle or BoughtFromThem.
    """
    take_turn()
    statement = select(SponsorChange).where(SponsorChange.id == change_id)
    change: SponsorChange | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if change is None:
        raise NoSuchChange
    if change.status != PROPOSED:
        raise DecidedAlready
    if change.proposed_by == actor.id:
        raise ProposedByYou
    person = _person(change.account_id)
    _keep_out(actor, person, change.to_id)
    if is_agreed:
        _agree(change, person, now)
    elif not answer.strip():
        raise ReasonNeeded("answer")
    change.status = AGREED if is_agreed else REFUSED
    change.decided_by, change.decided_at, change.answer = actor.id, now, answer.strip()[:LONGEST]
    db.session.flush()
    _log(change, actor, f"plan.sponsor.{change.status}", change.answer, now)
    return change


def _agree(change: SponsorChange, person: Person, now: datetime) -> None:
    if person.sponsor_id != change.from_id:
        raise SponsorMoved
    _check(person, change.to_id, now)
    db.session.add(
        Sponsorship(
            id=ids.uuid7(), account_id=change.account_id, sponsor_id=change.to_id, since=now, change_id=change.id
        )
    )
    db.session.flush()
    people = 1 + queries.sizes([change.account_id]).get(change.account_id, queries.NOBODY).people
    sizing.count(sponsor_id=change.from_id, people=people, sign=-1)
    sizing.count(sponsor_id=change.to_id, people=people)
    counting.move(account_id=change.account_id, from_id=change.from_id, to_id=change.to_id, now=now)


def _person(account_id: UUID) -> Person:
    found = queries.person(account_id)
    if found is None:
        raise NotTakingPart
    return found


def _check(person: Person, to_id: UUID | None, now: datetime) -> None:
    if to_id == person.sponsor_id:
        raise SameSponsor
    if to_id is None:
        return
    sponsor = queries.person(to_id)
    if sponsor is None or sponsor.left_at is not None:
        raise SponsorGone
    above = queries.upline(to_id)
    if person.account_id in above:
        raise WouldBeACircle
    new = {*above} - {*queries.upline(person.account_id)}
    day = insiders.bought_until(account_id=person.account_id, above=new, now=now)
    if day is not None:
        raise BoughtFromThem(day)


def _keep_out(actor: Actor, person: Person, to_id: UUID | None) -> None:
    if actor.id is None or actor.id in {person.account_id, person.sponsor_id, to_id}:
        raise OwnLine


def _log(change: SponsorChange, actor: Actor, action: str, reason: str, now: datetime) -> None:
    details = {"from": str(change.from_id or ""), "to": str(change.to_id or "")}
    subject = f"account:{change.account_id}"
    audit.record(actor=actor, action=action, subject=subject, reason=reason, details=details, now=now)
