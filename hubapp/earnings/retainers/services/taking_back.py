"""Taking something of an earned period back, by two people: one proposes, another approves or refuses; with words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.retainers import letters, queries
from hubapp.earnings.retainers.errors import (
    AlreadyDecided,
    AlreadyProposed,
    MoreThanEarned,
    NoSuchRetainer,
    OwnMoney,
    SamePerson,
    WordsMissing,
)
from hubapp.earnings.retainers.models import RetainerTakeBack
from hubapp.earnings.retainers.policies import Status
from hubapp.earnings.retainers.queries import Earned
from hubapp.earnings.retainers.services.agreeing import LONGEST_TEXT
from hubapp.earnings.retainers.services.locking import locked
from hubapp.earnings.shares import line_queries
from hubapp.earnings.shares import services as rights
from hubapp.earnings.shares.services import TakeBack
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.money.ledger.services import Purpose
from hubapp.web.render import money


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants back of an earned period, in minor units.

    The person reads `words`; `reason` is for the one who decides, and for the audit log.
    """

    period_id: UUID
    amount: int
    words: str
    reason: str


def propose_take_back(*, wanted: Wanted, proposer_id: UUID, now: datetime) -> RetainerTakeBack:
    """Write down what somebody wants back, in the hub in scope; nothing is taken yet.

    Refuses with NoSuchRetainer, MoreThanEarned, WordsMissing or AlreadyProposed.
    """
    found = _locked(wanted.period_id)
    _check(found, wanted.amount)
    for field in ("words", "reason"):
        if not getattr(wanted, field).strip():
            raise WordsMissing(field)
    same = select(RetainerTakeBack.id).where(
        RetainerTakeBack.period_id == wanted.period_id, RetainerTakeBack.status == Status.PROPOSED
    )
    if db.session.scalar(same) is not None:
        raise AlreadyProposed
    row = RetainerTakeBack(
        hub_id=require_hub_id(),
        id=ids.uuid7(),
        retainer_id=found.retainer.id,
        period_id=wanted.period_id,
        account_id=found.retainer.account_id,
        currency=found.retainer.currency,
        amount=wanted.amount,
        words=wanted.words.strip()[:LONGEST_TEXT],
        reason=wanted.reason.strip()[:LONGEST_TEXT],
        status=Status.PROPOSED,
        proposed_by=proposer_id,
        proposed_at=now,
        answer="",
    )
    db.session.add(row)
    db.session.flush()
    return row


def approve_take_back(*, take_back_id: UUID, approver_id: UUID, answer: str, now: datetime) -> RetainerTakeBack:
    """Take it back, once, in the hub in scope, and tell the person: what was paid out already is owed back.

    Refuses with NoSuchTakeBack, AlreadyDecided, SamePerson, OwnMoney or MoreThanEarned.
    """
    found, row = _undecided(take_back_id, approver_id)
    _check(found, row.amount)
    _decide(row, Status.AGREED, approver_id, answer, now)
    back = TakeBack(
        grant_id=row.period_id,
        amount=row.amount,
        cost=Purpose.RETAINERS,
        key=f"retainer:{row.retainer_id}:taken_back:{row.id}",
        kind="retainer_taken_back",
        ref=f"retainer:{row.period_id}",
        occurred_at=now,
    )
    rights.take_back(back=back)
    letters.taken_back(retainer=found.retainer, row=row, period=found.period, now=now)
    return row


def refuse_take_back(*, take_back_id: UUID, refuser_id: UUID, answer: str, now: datetime) -> RetainerTakeBack:
    """Say no, with a reason. Refuses with NoSuchTakeBack, AlreadyDecided, SamePerson, OwnMoney or WordsMissing."""
    _found, row = _undecided(take_back_id, refuser_id)
    if not answer.strip():
        raise WordsMissing("answer")
    _decide(row, Status.REFUSED, refuser_id, answer, now)
    return row


def _undecided(take_back_id: UUID, who: UUID) -> tuple[Earned, RetainerTakeBack]:
    found = _locked(queries.take_back(take_back_id).period_id)
    # Read again under the retainer's lock: of two who decide at once the second comes too late.
    row = queries.take_back(take_back_id)
    if row.status != Status.PROPOSED:
        raise AlreadyDecided
    if row.proposed_by == who:
        raise SamePerson
    if row.account_id == who:
        raise OwnMoney
    return found, row


def _decide(row: RetainerTakeBack, status: Status, who: UUID, answer: str, now: datetime) -> None:
    row.status, row.decided_by, row.decided_at, row.answer = status, who, now, answer.strip()[:LONGEST_TEXT]
    db.session.flush()


def _locked(period_id: UUID) -> Earned:
    """An earned period of the hub in scope; whoever decides about its retainer waits. Refuses with NoSuchRetainer."""
    found = queries.earned(period_id)
    if found is None:
        raise NoSuchRetainer
    locked(retainer_id=found.retainer.id)
    return found


def _check(found: Earned, amount: int) -> None:
    left = line_queries.left_of_grant(found.period.id)
    if not 0 < amount <= left:
        raise MoreThanEarned(money(Money(left, found.retainer.currency)))
