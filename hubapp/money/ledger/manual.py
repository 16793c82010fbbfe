"""Entries by two people: one proposes balanced legs with a reason, another approves or refuses; never the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.kernel.errors import NotFound, Refusal
from hubapp.kernel.money import MAX_MINOR
from hubapp.money.ledger import services
from hubapp.money.ledger.models import ManualEntry, ProposalStatus
from hubapp.money.ledger.policies import MIN_LEGS, Leg, NewEntry, Purpose

# What is owed to people comes from rights that payouts draw on, and clearing from a sale elsewhere: an entry by hand
# would leave the books without what stands behind them.
OWNERS = ("core", "provider")
BARRED = frozenset({Purpose.OWED, Purpose.CONNECTED_BALANCE, Purpose.CLEARING})
LONGEST_TEXT = 500


class NotBalanced(Refusal):
    """The amounts do not sum to zero."""

    status = 422
    field = "legs"

    def __init__(self, off: str) -> None:
        super().__init__(_("The amounts have to sum to zero; they are off by %(amount)s.", amount=off))


class TooFewLegs(Refusal):
    """An entry moves something from somewhere to somewhere."""

    status = 422
    field = "legs"

    def __init__(self) -> None:
        super().__init__(_("An entry has at least two postings, each with an account and an amount other than zero."))


class BarredAccount(Refusal):
    """Accounts that rights and other hubs stand behind."""

    status = 422
    field = "legs"

    def __init__(self) -> None:
        super().__init__(_("What is owed to people, in transit or in clearing cannot be changed by hand."))


class SamePerson(Refusal):
    """Four eyes."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide on what you proposed."))


class AlreadyDecided(Refusal):
    """Somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(_("This entry was decided already."))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants booked. `legs`: (owner, purpose, amount in minor units, debit positive)."""

    hub_id: int
    currency: str
    memo: str
    reason: str
    legs: tuple[tuple[str, Purpose, int], ...]


def propose(*, proposal: Proposal, proposer_id: UUID, off: str, now: datetime) -> ManualEntry:
    """Write down what somebody wants booked (platform scope). `off`: the difference in words, for the refusal.

    Refuses with TooFewLegs, NotBalanced or BarredAccount.
    """
    legs = proposal.legs
    if len(legs) < MIN_LEGS or any(not 0 < abs(amount) <= MAX_MINOR for _owner, _purpose, amount in legs):
        raise TooFewLegs
    if any(owner not in OWNERS or purpose in BARRED for owner, purpose, _amount in legs):
        raise BarredAccount
    if sum(amount for _owner, _purpose, amount in legs):
        raise NotBalanced(off)
    row = ManualEntry(
        id=ids.uuid7(),
        hub_id=proposal.hub_id,
        currency=proposal.currency,
        memo=proposal.memo.strip()[:LONGEST_TEXT],
        reason=proposal.reason.strip()[:LONGEST_TEXT],
        legs=[[owner, str(purpose), amount] for owner, purpose, amount in legs],
        status=ProposalStatus.PROPOSED,
        proposed_by=proposer_id,
        proposed_at=now,
        answer="",
    )
    db.session.add(row)
    db.session.flush()
    return row


def approve(*, proposal_id: UUID, approver_id: UUID, answer: str, now: datetime) -> UUID:
    """Book a proposal once, in its hub, which is in scope. Refuses with SamePerson or AlreadyDecided."""
    row = _undecided(proposal_id, approver_id)
    entry = NewEntry(
        key=f"manual:{row.id}",
        kind="manual",
        ref=f"manual:{row.id}",
        currency=row.currency,
        occurred_at=now,
        legs=tuple(Leg(owner, Purpose(purpose), amount, tag="manual") for owner, purpose, amount in row.legs),
        memo=row.memo,
    )
    entry_id = services.post(entry=entry)
    row.status, row.entry_id = ProposalStatus.POSTED, entry_id
    _decide(row, approver_id, answer, now)
    return entry_id


def refuse(*, proposal_id: UUID, refuser_id: UUID, answer: str, now: datetime) -> None:
    """Say no, with a reason. Refuses with SamePerson, AlreadyDecided."""
    row = _undecided(proposal_id, refuser_id)
    row.status = ProposalStatus.REFUSED
    _decide(row, refuser_id, answer, now)


def _decide(row: ManualEntry, who: UUID, answer: str, now: datetime) -> None:
    row.decided_by, row.decided_at, row.answer = who, now, answer.strip()[:LONGEST_TEXT]
    db.session.flush()


def _undecided(proposal_id: UUID, who: UUID) -> ManualEntry:
    """The proposal under its lock, so that two who decide at once are one after the other."""
    statement = select(ManualEntry).where(ManualEntry.id == proposal_id).with_for_update()
    row: ManualEntry | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("There is no such proposal."))
    if row.status != ProposalStatus.PROPOSED:
        raise AlreadyDecided
    if row.proposed_by == who:
        raise SamePerson
    return row


def proposal(proposal_id: UUID) -> ManualEntry | None:
    """One proposal (platform scope)."""
    return db.session.get(ManualEntry, proposal_id)


def waiting() -> int:
    """How many proposals wait for a second person (platform scope)."""
    undecided = select(func.count()).where(ManualEntry.status == ProposalStatus.PROPOSED)
    return db.session.scalar(undecided) or 0


def proposals(*, before: UUID | None = None, limit: int = 50) -> Sequence[ManualEntry]:
    """The newest first (platform scope), paged by id."""
    statement = select(ManualEntry).order_by(ManualEntry.id.desc()).limit(limit)
    return db.session.scalars(statement if before is None else statement.where(ManualEntry.id < before)).all()
