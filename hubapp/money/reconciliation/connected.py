"""Pure rules of following a connected account: a payout's steps, what each should have done, and what differs."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hubapp.money.reconciliation.policies import Finding, Kind, Line, Reason, judged

# Banks have it in a few working days; what is under way longer somebody has to look after.
TRANSIT = timedelta(days=14)


class Name(enum.StrEnum):
    """The steps of a payout on the payee's account: money comes, goes to the bank (or back), or is taken back by us."""

    ARRIVED = "arrived"
    PAID = "paid"
    RETURNED = "returned"


STEP_OF_LINE = {
    "payment": Name.ARRIVED,
    "transfer": Name.ARRIVED,
    "payout": Name.PAID,
    "payout_failure": Name.PAID,
    "payout_cancel": Name.PAID,
    "payment_refund": Name.RETURNED,
    "transfer_refund": Name.RETURNED,
}
STEP_OF_ENTRY = {
    "payout_transfer": Name.ARRIVED,
    "payout_paid": Name.PAID,
    "payout_bounced": Name.PAID,
    "payout_returned": Name.RETURNED,
}
STEP_OF_COMMAND = {"transfer.create": Name.ARRIVED, "payout.create": Name.PAID, "transfer.reverse": Name.RETURNED}


class Moving(Protocol):
    """A command that moved money there, or may have."""

    @property
    def kind(self) -> str:
        """Which of our commands."""

    @property
    def subject(self) -> str:
        """The payout that it was for."""

    @property
    def amount(self) -> int:
        """In minor units, above zero."""

    @property
    def names(self) -> frozenset[str]:
        """What the account's books may call it."""

    @property
    def is_done(self) -> bool:
        """Whether we know that it was done; else it is asked for again by itself."""


@dataclass(slots=True)
class Step:
    """One step of one payout: what the provider moved, and what the books say; minor units, signed on the account."""

    subject: str
    name: Name
    currency: str
    lines: list[Line] = field(default_factory=list)
    booked: int = 0
    booked_at: datetime | None = None
    hubs: set[int] = field(default_factory=set)
    is_unanswered: bool = False

    @property
    def moved(self) -> int:
        """What the provider's lines add up to."""
        return sum(line.net for line in self.lines)


def assigned(lines: Sequence[Line], commands: Sequence[Moving]) -> dict[str, Moving]:
    """Line id → the command it stands for: by the name that the provider gave it, else the first of its amount.

    An answer that was lost told no name; its amount is all that tells. A failed payout's return has the payout's name.
    """
    named = {name: command for command in commands for name in command.names}
    found = {line.id: named[line.source_id] for line in lines if line.source_id in named}
    taken = {id(command) for command in found.values()}
    nameless = [command for command in commands if not command.names and id(command) not in taken]
    for line in lines:
        if line.id in found:
            continue
        step = STEP_OF_LINE.get(line.type)
        same = (one for one in nameless if STEP_OF_COMMAND.get(one.kind) == step and one.amount == abs(line.amount))
        command = next(same, None)
        if command is not None:
            nameless.remove(command)
            found[line.id] = command
    return found


def finding(step: Step, *, account: str, now: datetime) -> Finding | None:
    """A step's difference; None where the provider and the books agree."""
    if step.moved == step.booked:
        return None
    last = step.lines[-1] if step.lines else None
    since = max(filter(None, (last.created_at if last else None, step.booked_at)), default=now)
    kind, reason, is_explained = _why(step, since, now)
    return Finding(
        key=f"connected:{account}:{step.subject}:{step.name}:{step.currency}",
        kind=kind,
        reason=reason,
        is_explained=is_explained,
        currency=step.currency,
        provider_amount=step.moved,
        books_amount=step.booked,
        occurred_at=since,
        hub_id=next(iter(step.hubs)) if len(step.hubs) == 1 else None,
        account=account,
        line=last,
        ref=step.subject,
    )


def _why(step: Step, since: datetime, now: datetime) -> tuple[Kind, Reason, bool]:
    if not step.lines:
        return Kind.MISSING_AT_PROVIDER, *judged(Reason.JUST_BOOKED, since, now)
    if step.is_unanswered:
        return Kind.MISSING_IN_BOOKS, *judged(Reason.UNANSWERED, since, now)
    if step.booked:
        reason, is_explained = judged(Reason.NOT_BOOKED_YET, since, now)
        return Kind.AMOUNT_DIFFERS, reason if is_explained else Reason.OTHER_AMOUNT, is_explained
    if step.name == Name.PAID and now - since <= TRANSIT:
        return Kind.MISSING_IN_BOOKS, Reason.IN_TRANSIT, True
    return Kind.MISSING_IN_BOOKS, *judged(Reason.NOT_BOOKED_YET, since, now)


def stray(line: Line, *, account: str) -> Finding:
    """A line that nothing of ours stands for."""
    return Finding(
        key=f"connected:{account}:{line.id}",
        kind=Kind.MISSING_IN_BOOKS,
        reason=Reason.OTHERS_MONEY,
        is_explained=False,
        currency=line.currency,
        provider_amount=line.net,
        books_amount=0,
        occurred_at=line.created_at,
        account=account,
        line=line,
    )


def total(
    *, account: str, currency: str, has: int, says: int, findings: Iterable[Finding], reason: Reason, now: datetime
) -> Finding | None:
    """What the account has less what the books say must be what its differences add up to; else this one."""
    gap = sum(one.provider_amount - one.books_amount for one in findings if one.currency == currency)
    if has - says == gap:
        return None
    return Finding(
        key=f"connected:{account}:total:{currency}",
        kind=Kind.TOTAL_DIFFERS,
        reason=reason,
        is_explained=reason == Reason.MOVING,
        currency=currency,
        provider_amount=has,
        books_amount=says + gap,
        occurred_at=now,
        account=account,
    )
