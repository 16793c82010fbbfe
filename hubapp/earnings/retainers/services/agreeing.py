"""Agreeing a retainer by two people: one proposes, another approves or refuses; never the same, never the payee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hubapp.earnings.retainers import letters, policies, queries
from hubapp.earnings.retainers.errors import (
    AlreadyDecided,
    HubNotOpen,
    NotAMember,
    OwnMoney,
    SamePerson,
    TooOld,
    WordsMissing,
    WrongAmount,
    WrongFirstDay,
    WrongLastDay,
)
from hubapp.earnings.retainers.models import Retainer
from hubapp.earnings.retainers.policies import MOVES, Rhythm, Status
from hubapp.earnings.retainers.services.locking import locked
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import MAX_MINOR
from hubapp.people.accounts import queries as accounts
from hubapp.people.membership import queries as membership
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.queries import HubView

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to agree with a member: `amount` in minor units of the hub's currency, per whole period.

    The person reads `note`; `reason` is for the one who decides, and for the audit log.
    """

    account_id: UUID
    amount: int
    rhythm: Rhythm
    first_day: date
    last_day: date | None
    note: str
    reason: str


def propose(*, proposal: Proposal, proposer_id: UUID, now: datetime) -> Retainer:
    """Write down what somebody wants to agree, for the hub in scope; nothing is promised yet.

    Refuses with HubNotOpen, NotAMember, WrongAmount, WrongFirstDay, WrongLastDay or WordsMissing.
    """
    hub = _open_hub()
    _check(proposal, policies.today(now, hub.zone))
    retainer = Retainer(
        id=ids.uuid7(),
        account_id=proposal.account_id,
        currency=hub.currency,
        amount=proposal.amount,
        rhythm=proposal.rhythm,
        first_day=proposal.first_day,
        last_day=proposal.last_day,
        note=proposal.note.strip()[:LONGEST_TEXT],
        reason=proposal.reason.strip()[:LONGEST_TEXT],
        status=Status.PROPOSED,
        proposed_by=proposer_id,
        proposed_at=now,
        answer="",
    )
    db.session.add(retainer)
    db.session.flush()
    return retainer


def _open_hub() -> HubView:
    hub = tenancy.hub_view(require_hub_id())
    if not hub.is_selling:
        raise HubNotOpen
    return hub


def _check(proposal: Proposal, today: date) -> None:
    _check_member(proposal.account_id)
    if not 0 < proposal.amount <= MAX_MINOR:
        raise WrongAmount
    earliest, latest = today - policies.BACK, today + policies.AHEAD
    if not earliest <= proposal.first_day <= latest:
        raise WrongFirstDay(earliest, latest)
    end = proposal.first_day + policies.LONGEST
    if proposal.last_day is not None and not proposal.first_day <= proposal.last_day <= end:
        raise WrongLastDay(end)
    for field in ("note", "reason"):
        if not getattr(proposal, field).strip():
            raise WordsMissing(field)


def _check_member(account_id: UUID) -> None:
    member = membership.member(account_id)
    if member is None or not member.is_active:
        account = accounts.account(account_id)
        raise NotAMember(account.name if account else "–")


def approve(*, retainer_id: UUID, approver_id: UUID, answer: str, now: datetime) -> Retainer:
    """Agree to a proposal, once, in the hub in scope: from its first day on it earns, and the person is told.

    Refuses with AlreadyDecided, SamePerson, OwnMoney, HubNotOpen, NotAMember or TooOld.
    """
    retainer = _undecided(retainer_id, approver_id, Status.AGREED)
    hub = _open_hub()
    _check_member(retainer.account_id)
    if retainer.first_day < policies.today(now, hub.zone) - policies.BACK:
        raise TooOld
    _decide(retainer, Status.AGREED, approver_id, answer, now)
    retainer.next_due_at = policies.next_due(queries.terms_of(retainer), earned=0, zone=hub.zone)
    db.session.flush()
    letters.agreed(retainer=retainer, now=now)
    return retainer


def refuse(*, retainer_id: UUID, refuser_id: UUID, answer: str, now: datetime) -> Retainer:
    """Say no, with a reason. Refuses with AlreadyDecided, SamePerson, OwnMoney or WordsMissing."""
    retainer = _undecided(retainer_id, refuser_id, Status.REFUSED)
    if not answer.strip():
        raise WordsMissing("answer")
    _decide(retainer, Status.REFUSED, refuser_id, answer, now)
    return retainer


def _decide(retainer: Retainer, status: Status, who: UUID, answer: str, now: datetime) -> None:
    retainer.status, retainer.decided_by, retainer.decided_at = status, who, now
    retainer.answer = answer.strip()[:LONGEST_TEXT]
    db.session.flush()


def _undecided(retainer_id: UUID, who: UUID, wanted: Status) -> Retainer:
    retainer = locked(retainer_id=retainer_id)
    if wanted not in MOVES[Status(retainer.status)]:
        raise AlreadyDecided
    if retainer.proposed_by == who:
        raise SamePerson
    if retainer.account_id == who:
        raise OwnMoney
    return retainer
