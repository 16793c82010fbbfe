"""Runs and payees as the central team sees them (platform scope); currencies are never added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from hubapp.earnings.payouts.errors import PayoutNotFound
from hubapp.earnings.payouts.models import ItemStatus, Payee, Payout, PayoutRun, PayoutRunItem, PayoutStatus, RunStatus
from hubapp.kernel.db import db
from hubapp.kernel.money import Money

PAGE = 50
FAILED = (PayoutStatus.FAILED, PayoutStatus.CANCELED)
UNSENT = (PayoutStatus.REQUESTED, PayoutStatus.PREPARED)


@dataclass(frozen=True, slots=True)
class RunSum:
    """A run in one currency: whom it pays and with how much, and how many it leaves out."""

    people: int
    total: Money
    left_out: int


@dataclass(frozen=True, slots=True)
class Item:
    """One person in a run, with how their payout goes, if it was started."""

    item: PayoutRunItem
    payout: Payout | None

    @property
    def amount(self) -> Money:
        """What is paid: as it was claimed, or as it is planned."""
        known = self.payout.amount if self.payout else None
        return Money(self.item.amount if known is None else known, self.item.currency)

    @property
    def state(self) -> str:
        """The payout's state, or the item's before there is one."""
        return self.payout.status if self.payout and self.item.status == ItemStatus.STARTED else self.item.status

    @property
    def reason(self) -> str | None:
        """Why, in words."""
        return self.item.reason or (self.payout.reason if self.payout else None)

    @property
    def can_retry(self) -> bool:
        """Whether it may be paid again."""
        return self.payout is not None and self.payout.status in FAILED

    def can_cancel(self, run: PayoutRun) -> bool:
        """Whether nothing has left yet."""
        is_waiting = self.item.status == ItemStatus.PLANNED and run.finished_at is None
        return is_waiting or (self.payout is not None and self.payout.status in UNSENT)


def runs(*, before: UUID | None = None, limit: int = PAGE) -> Sequence[PayoutRun]:
    """Runs, the newest first, paged by id."""
    statement = select(PayoutRun).order_by(PayoutRun.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(PayoutRun.id < before)
    return db.session.scalars(statement).all()


def waiting() -> int:
    """How many proposed runs nobody has approved or canceled."""
    return db.session.scalar(select(func.count()).where(PayoutRun.status == RunStatus.PROPOSED)) or 0


def sums_of(run_ids: Sequence[UUID]) -> dict[UUID, list[RunSum]]:
    """Run → its sums by currency."""
    is_paid = PayoutRunItem.status.in_((ItemStatus.PLANNED, ItemStatus.STARTED))
    rows = db.session.execute(
        select(
            PayoutRunItem.run_id,
            PayoutRunItem.currency,
            func.count().filter(is_paid),
            func.coalesce(func.sum(PayoutRunItem.amount).filter(is_paid), 0),
            func.count().filter(~is_paid),
        )
        .where(PayoutRunItem.run_id.in_(run_ids))
        .group_by(PayoutRunItem.run_id, PayoutRunItem.currency)
        .order_by(PayoutRunItem.run_id, PayoutRunItem.currency)
    )
    found: dict[UUID, list[RunSum]] = {}
    for run_id, currency, people, total, left_out in rows:
        found.setdefault(run_id, []).append(RunSum(people, Money(int(total), currency), left_out))
    return found


def items(run_id: UUID, *, is_paid: bool, after: UUID | None = None, limit: int = PAGE) -> list[Item]:
    """Those a run pays, or those it leaves out, paged by id, each with the latest attempt."""
    paid = PayoutRunItem.status.in_((ItemStatus.PLANNED, ItemStatus.STARTED))
    statement = (
        select(PayoutRunItem, Payout)
        .outerjoin(Payout, Payout.run_item_id == PayoutRunItem.id)
        .where(PayoutRunItem.run_id == run_id, paid if is_paid else ~paid)
        .ext(distinct_on(PayoutRunItem.id))
        .order_by(PayoutRunItem.id, Payout.attempt.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(PayoutRunItem.id > after)
    return [Item(item, payout) for item, payout in db.session.execute(statement)]


def states_of(run_id: UUID) -> dict[str, int]:
    """How many payouts of a run are in which state."""
    rows = db.session.execute(
        select(Payout.status, func.count())
        .join(PayoutRunItem, PayoutRunItem.id == Payout.run_item_id)
        .where(PayoutRunItem.run_id == run_id)
        .group_by(Payout.status)
    )
    return {str(row[0]): int(row[1]) for row in rows}


def payout(payout_id: UUID) -> Payout:
    """Anybody's payout; refuses with PayoutNotFound."""
    found: Payout | None = db.session.get(Payout, payout_id)
    if found is None:
        raise PayoutNotFound
    return found


def payouts_of(account_id: UUID, *, limit: int = 20) -> Sequence[Payout]:
    """A person's payouts, the newest first."""
    return db.session.scalars(
        select(Payout).where(Payout.account_id == account_id).order_by(Payout.id.desc()).limit(limit)
    ).all()


def frozen() -> Sequence[Payee]:
    """Payees to whom nothing is paid, for the reason given."""
    return db.session.scalars(select(Payee).where(Payee.frozen_reason.is_not(None)).order_by(Payee.id)).all()
