"""Joining the earning programme with consent, under a sponsor who is set once; leaving, joining again; one's name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation.models import Participant, Sponsorship
from hubapp.earnings.compensation.refusals import (
    MembersOnlyHere,
    NoSuchSponsor,
    NotTakingPart,
    SponsorStays,
    TermsNotAgreed,
)
from hubapp.earnings.compensation.services import correcting, counting, insiders, sizing
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.membership import invite_queries
from hubapp.people.membership import queries as membership
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

# The version of the terms on the page; whoever agrees agrees to this one.
TERMS = "2026-11"


def join(
    *, account_id: UUID, terms: str, code: str, shows_name: bool, touch: Touch | None, actor: Actor, now: datetime
) -> Participant:
    """Take part from now on, in the hub in scope; the sponsor is set here, once. Doing it again changes nothing.

    `terms`: the version that was agreed to; `code`: of the sponsor, empty where none was given. Who left joins again
    under the sponsor whom they had, with all that stood beneath them. Refuses with TermsNotAgreed, MembersOnlyHere,
    NoSuchSponsor or SponsorStays.
    """
    found = _participant(account_id)
    if found is not None and found.left_at is None:
        return found
    if terms != TERMS:
        raise TermsNotAgreed
    member = membership.member(account_id)
    if member is None or not member.is_active:
        raise MembersOnlyHere
    if found is not None:
        return _again(account_id, terms, code, shows_name=shows_name, actor=actor, now=now)
    counting.wait_for_corrections()
    sponsor_id = sponsor_for(account_id=account_id, code=code, touch=touch, now=now)
    row = {"account_id": account_id, "terms": terms, "joined_at": now, "shows_name": shows_name}
    is_new = db.session.scalar(
        insert(Participant).values(**row).on_conflict_do_nothing().returning(Participant.account_id)
    )
    if is_new is not None:  # else two clicks at once: the other one joined
        db.session.add(Sponsorship(id=ids.uuid7(), account_id=account_id, sponsor_id=sponsor_id, since=now))
        sizing.count(sponsor_id=sponsor_id, people=1)
        details = {"terms": terms, "sponsor": str(sponsor_id) if sponsor_id else "", "shows_name": shows_name}
        _log(actor, "plan.join", account_id, details, now)
        db.session.flush()
    joined = _participant(account_id)
    assert joined is not None
    return joined


def _again(account_id: UUID, terms: str, code: str, *, shows_name: bool, actor: Actor, now: datetime) -> Participant:
    """Else leaving would be a way to choose another sponsor. A trigger keeps the time before.

    What they bought in the period that goes on counts for nobody from now on: those who sold it stand beneath them.
    """
    if code.strip():
        raise SponsorStays
    correcting.take_turn()  # a sale to them meanwhile would count as a customer's
    insiders.count(account_id=account_id, now=now)
    statement = update(Participant).where(Participant.account_id == account_id, Participant.left_at.is_not(None))
    values = {"terms": terms, "joined_at": now, "left_at": None, "shows_name": shows_name}
    is_new = db.session.scalar(statement.values(**values).returning(Participant.account_id))
    if is_new is not None:  # else two clicks at once
        _log(actor, "plan.join_again", account_id, {"terms": terms, "shows_name": shows_name}, now)
        db.session.flush()
    joined = _participant(account_id)
    assert joined is not None
    return joined


def sponsor_for(*, account_id: UUID, code: str, touch: Touch | None, now: datetime) -> UUID | None:
    """Who would be the sponsor: the code's, else who brought them to the hub, else whose link they came through last.

    Only who takes part today; None: directly under the network. Refuses with NoSuchSponsor for a code of nobody who is.
    """
    if code.strip():
        referral = invite_queries.referrer_of_code(code)
        if referral is None or referral.account_id == account_id or not _takes_part(referral.account_id, now):
            raise NoSuchSponsor
        return referral.account_id
    member = membership.member(account_id)
    inviter = membership.member_by_id(member.invited_by) if member is not None and member.invited_by else None
    brought = invite_queries.referrer_for(account_id, touch, now)
    candidates = [inviter.account_id if inviter else None, brought.account_id if brought else None]
    return next((one for one in candidates if one is not None and _takes_part(one, now)), None)


def leave(*, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Take part no longer: new sales count for nobody any more, what was sold stays. Refuses with NotTakingPart."""
    row = _participant(account_id)
    if row is None:
        raise NotTakingPart
    if row.left_at is not None:
        return
    row.left_at, row.shows_name = now, False
    _log(actor, "plan.leave", account_id, {}, now)
    db.session.flush()


def show_name(*, account_id: UUID, shows_name: bool, actor: Actor, now: datetime) -> None:
    """Whether those above see the name instead of a number. Refuses with NotTakingPart."""
    row = _participant(account_id)
    if row is None or row.left_at is not None:
        raise NotTakingPart
    if row.shows_name != shows_name:
        row.shows_name = shows_name
        _log(actor, "plan.show_name", account_id, {"shows_name": shows_name}, now)
        db.session.flush()


def _participant(account_id: UUID) -> Participant | None:
    statement = select(Participant).where(Participant.account_id == account_id)
    found: Participant | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def _takes_part(account_id: UUID, now: datetime) -> bool:
    found = queries.standings([account_id]).get(account_id)
    return found is not None and found.at(now)


def _log(actor: Actor, action: str, account_id: UUID, details: dict[str, object], now: datetime) -> None:
    hub_id = require_hub_id()
    audit.record(actor=actor, action=action, hub_id=hub_id, subject=f"account:{account_id}", details=details, now=now)
