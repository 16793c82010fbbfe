"""Proposing and deciding entries by hand: each act is in the audit log, in the transaction that does it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.console.errors import WhyMissing
from hubapp.kernel.errors import NotFound
from hubapp.kernel.money import Money
from hubapp.money.ledger import manual
from hubapp.money.ledger.manual import Proposal
from hubapp.money.ledger.models import ManualEntry
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import in_hub
from hubapp.web.render import money


def propose(*, proposal: Proposal, actor: Actor, now: datetime) -> UUID:
    """Write down what somebody of the central team wants booked. Refuses as the ledger does."""
    off = money(Money(sum(amount for _owner, _purpose, amount in proposal.legs), proposal.currency))
    row = manual.propose(proposal=proposal, proposer_id=_id(actor), off=off, now=now)
    _note(row, actor, "ledger.propose", row.reason, now)
    return row.id


def decide(*, proposal_id: UUID, is_approved: bool, answer: str, actor: Actor, now: datetime) -> ManualEntry:
    """Approve and book it, or refuse it with a reason. Refuses with WhyMissing, SamePerson or AlreadyDecided."""
    row = manual.proposal(proposal_id)
    if row is None:
        raise NotFound
    if not is_approved and not answer.strip():
        raise WhyMissing
    if is_approved:
        with in_hub(row.hub_id):
            manual.approve(proposal_id=proposal_id, approver_id=_id(actor), answer=answer, now=now)
    else:
        manual.refuse(proposal_id=proposal_id, refuser_id=_id(actor), answer=answer, now=now)
    _note(row, actor, "ledger.approve" if is_approved else "ledger.refuse", answer.strip(), now)
    return row


def _id(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotFound
    return actor.id


def _note(row: ManualEntry, actor: Actor, action: str, reason: str, now: datetime) -> None:
    audit.record(actor=actor, action=action, hub_id=row.hub_id, subject=f"manual:{row.id}", reason=reason, now=now)
