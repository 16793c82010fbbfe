"""Reading payees, payouts and their parts: each person sees their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.payouts.errors import PayoutNotFound, RunNotFound
from hubapp.earnings.payouts.models import (
    PartStatus,
    Payee,
    PayeeStatus,
    PayeeTax,
    Payout,
    PayoutDocument,
    PayoutPart,
    PayoutRun,
)
from hubapp.earnings.payouts.policies import FINISHED, Summary, minimum
from hubapp.earnings.shares import line_queries
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.line_queries import EarningLine
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.money.payments import queries as payments

PAGE = 25


@dataclass(frozen=True, slots=True)
class HubPayout:
    """A payout as one hub's page shows it: the whole, and this hub's part of it."""

    id: UUID
    status: str
    currency: str
    amount: int | None
    part: int
    part_status: str | None
    reason: str | None
    bank_last4: str | None
    requested_at: datetime
    arrives_at: datetime | None
    finished_at: datetime | None
    bounced_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still under way; one that the bank returned does not keep the next one waiting."""
        return self.status not in FINISHED and self.bounced_at is None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that a person's earnings page shows in one hub."""

    summary: Summary
    minimum: Money
    payee: Payee | None
    payouts: Sequence[HubPayout]
    lines: Sequence[EarningLine]
    owed: Sequence[EarningLine]
    owed_back_bps: int
    next_before: UUID | None

    @property
    def stays(self) -> Money:
        """What is available but too small to be transferred: it stays for the next payout."""
        summary = self.summary
        rest = summary.available % payments.transferable_step(summary.currency)
        if summary.payable:
            rest = summary.available - summary.payable - summary.kept_back
        return Money(rest, summary.currency)

    @property
    def open_payout(self) -> HubPayout | None:
        """The payout under way."""
        return next((payout for payout in self.payouts if payout.is_open), None)

    @property
    def is_payable(self) -> bool:
        """Whether asking for a payout makes sense now."""
        is_ready = self.payee is not None and self.payee.status == PayeeStatus.READY and not self.payee.frozen_reason
        return is_ready and self.open_payout is None and self.summary.payable >= self.minimum.amount


def overview(*, account_id: UUID, currency: str, now: datetime, before: UUID | None = None) -> Overview:
    """A person's money in the current hub, its lines paged by key."""
    lines = line_queries.earnings_of(owner_of(account_id), currency=currency, before=before, limit=PAGE + 1)
    payouts = [payout for payout in payouts_of(account_id=account_id) if payout.currency == currency]
    return Overview(
        summary=summary(account_id=account_id, currency=currency, now=now),
        minimum=minimum(currency),
        payee=payee_of(account_id),
        payouts=payouts,
        lines=lines[:PAGE],
        owed=line_queries.owed_lines(owner_of(account_id), currency=currency),
        owed_back_bps=shares.rules(now).rules.owed_back_bps,
        next_before=lines[PAGE - 1].id if len(lines) > PAGE else None,
    )


def lines_of(payout_id: UUID) -> Sequence[tuple[EarningLine, int]]:
    """The earnings that a payout pays in the current hub, down to the order, with what it pays of each."""
    return line_queries.claims_of(payout_id)


def owner_of(account_id: UUID) -> str:
    """The owner of a person's accounts in the books."""
    return f"account:{account_id}"


def payee_of(account_id: UUID) -> Payee | None:
    """A person's payee."""
    return db.session.scalar(select(Payee).where(Payee.account_id == account_id))


def summary(*, account_id: UUID, currency: str, now: datetime) -> Summary:
    """A person's five numbers in the current hub."""
    owner = owner_of(account_id)
    totals = shares.totals_of(owner, currency, now)
    step = payments.transferable_step(currency)
    net = shares.netting_of(owner, currency, now, step=step)
    rows = db.session.execute(
        select(PayoutPart.status, func.sum(PayoutPart.amount))
        .where(PayoutPart.account_id == account_id, PayoutPart.currency == currency)
        .group_by(PayoutPart.status)
    )
    sums = {status: int(total) for status, total in rows}
    in_transit = sum(sums.get(part, 0) for part in (PartStatus.CLAIMED, PartStatus.TRANSFERRED, PartStatus.BOUNCED))
    paid = sums.get(PartStatus.PAID, 0)
    return Summary(currency, totals.held, totals.available, in_transit, paid, totals.owed_back, net.paid, net.settled)


def payouts_of(*, account_id: UUID, limit: int = 20) -> Sequence[HubPayout]:
    """A person's payouts, newest first, with the current hub's part."""
    rows = db.session.execute(
        select(Payout, PayoutPart)
        .outerjoin(PayoutPart, PayoutPart.payout_id == Payout.id)
        .where(Payout.account_id == account_id)
        .order_by(Payout.id.desc())
        .limit(limit)
    )
    return [_seen(payout, part) for payout, part in rows]


def payout_of(*, account_id: UUID, payout_id: UUID) -> HubPayout:
    """One of a person's payouts; refuses with PayoutNotFound when it is not theirs or draws nothing from this hub."""
    row = db.session.execute(
        select(Payout, PayoutPart)
        .join(PayoutPart, PayoutPart.payout_id == Payout.id)
        .where(Payout.account_id == account_id, Payout.id == payout_id)
    ).one_or_none()
    if row is None:
        raise PayoutNotFound
    return _seen(row[0], row[1])


def drawn_here(payout_ids: Collection[UUID]) -> set[UUID]:
    """Those payouts that draw something from the hub in scope."""
    statement = select(PayoutPart.payout_id).where(PayoutPart.payout_id.in_(payout_ids), PayoutPart.amount > 0)
    return set(db.session.scalars(statement))


def open_payout(*, payee_id: UUID, currency: str) -> Payout | None:
    """The payout under way in a currency, if there is one; not one that the bank returns after it was paid."""
    return db.session.scalar(
        select(Payout).where(
            Payout.payee_id == payee_id,
            Payout.currency == currency,
            Payout.status.not_in(sorted(FINISHED)),
            Payout.bounced_at.is_(None),
        )
    )


def tax_of(account_id: UUID) -> PayeeTax | None:
    """What a person's documents say of them, once they have entered it."""
    return db.session.get(PayeeTax, account_id)


def documents_of(*, account_id: UUID, payout_id: UUID | None = None) -> Sequence[PayoutDocument]:
    """A person's documents, or those about one payout, newest first."""
    statement = select(PayoutDocument).where(PayoutDocument.account_id == account_id)
    if payout_id is not None:
        statement = statement.where(PayoutDocument.payout_id == payout_id)
    return db.session.scalars(statement.order_by(PayoutDocument.id.desc())).all()


def document_of(*, account_id: UUID, document_id: UUID) -> PayoutDocument:
    """One of a person's documents; refuses with PayoutNotFound when it is not theirs."""
    found = db.session.get(PayoutDocument, document_id)
    if found is None or found.account_id != account_id:
        raise PayoutNotFound
    return found


def run(run_id: UUID) -> PayoutRun:
    """A run (platform scope); refuses with RunNotFound."""
    found = db.session.get(PayoutRun, run_id)
    if found is None:
        raise RunNotFound
    return found


def last_payout_of(item_id: UUID) -> Payout | None:
    """The latest attempt to pay an item of a run (platform scope)."""
    return db.session.scalar(
        select(Payout)
        .where(Payout.run_item_id == item_id)
        .order_by(Payout.attempt.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def parts_of(payout_id: UUID) -> Sequence[PayoutPart]:
    """All parts of a payout (platform scope), or the current hub's."""
    return db.session.scalars(
        select(PayoutPart).where(PayoutPart.payout_id == payout_id).order_by(PayoutPart.hub_id)
    ).all()


def _seen(payout: Payout, part: PayoutPart | None) -> HubPayout:
    return HubPayout(
        id=payout.id,
        status=payout.status,
        currency=payout.currency,
        amount=payout.amount,
        part=part.amount if part else 0,
        part_status=part.status if part else None,
        reason=(part.reason if part else None) or payout.reason,
        bank_last4=payout.bank_last4,
        requested_at=payout.requested_at,
        arrives_at=payout.arrives_at,
        finished_at=payout.finished_at,
        bounced_at=payout.bounced_at,
    )
