"""Disputes seen: the provider's side taken over, what it moved booked, and the tiers above told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, literal, select, tuple_

from hubapp.jobs.events import publish
from hubapp.kernel.db import db
from hubapp.money.ledger import services as ledger
from hubapp.money.payments import dispute_rules, queries, wiring
from hubapp.money.payments.dispute_models import NEVER, UNTIL, Dispute, DisputeFile, Outcome
from hubapp.money.payments.dispute_values import DisputeState, FileState
from hubapp.money.payments.errors import AmountMismatch, DisputeNotFound, NotYetKnown
from hubapp.money.payments.events import DisputeLost, DisputeOpened, DisputeWon
from hubapp.money.payments.gateway import BalanceTransaction
from hubapp.money.payments.models import Payment, PaymentStatus

PROVIDER, CORE = "provider", "core"


def observe_dispute(*, payment_id: UUID, provider_id: str, now: datetime) -> None:
    """Look at the provider's side of a dispute and move ours along; safe to repeat, tells others once.

    Raises the gateway's errors. The provider is asked before the rows are locked: nobody waits for a network.
    """
    state = wiring.gateway().retrieve_dispute(provider_id)
    apply_dispute(payment_id=payment_id, state=state, now=now)


def apply_dispute(*, payment_id: UUID, state: DisputeState, now: datetime) -> UUID:
    """Take over what a look at the provider showed; the payment's lock keeps refunds and other looks out.

    Raises NotYetKnown while the payment itself has not been seen as paid.
    """
    payment = queries.payment_for_change(payment_id)
    if payment.status != PaymentStatus.SUCCEEDED:
        raise NotYetKnown(state.id)
    if (payment.charge_id, payment.currency) != (state.charge_id, state.currency.upper()):
        raise AmountMismatch(f"{state.id} is about {state.charge_id} in {state.currency}, not about {payment.id}")
    dispute = _known(state.id) or _begin(payment, state, now)
    dispute.checked_at = now
    _book(payment, dispute, state)
    if dispute.outcome is None and dispute_rules.may_move(dispute.status, state.status):
        _move(payment, dispute, state, now)
    db.session.flush()
    return dispute.id


def _begin(payment: Payment, state: DisputeState, now: datetime) -> Dispute:
    dispute = Dispute(
        payment_id=payment.id,
        provider_id=state.id,
        amount=state.amount,
        currency=payment.currency,
        reason=state.reason,
        status=state.status,
        is_refundable=state.is_refundable,
        opened_at=state.created,
        seen_at=now,
    )
    db.session.add(dispute)
    db.session.flush()
    publish(DisputeOpened(dispute.hub_id, dispute.id, payment.id, payment.reference))
    return dispute


def _move(payment: Payment, dispute: Dispute, state: DisputeState, now: datetime) -> None:
    was_inquiry = dispute.is_inquiry
    if state.status != dispute.status:
        # What was under way has arrived, or is overtaken by what the bank did.
        dispute.sending = None
    dispute.status, dispute.due_by, dispute.is_refundable = state.status, state.due_by, state.is_refundable
    dispute.submissions = max(dispute.submissions, state.submissions)
    if was_inquiry and not dispute.is_inquiry:
        publish(DisputeOpened(dispute.hub_id, dispute.id, payment.id, payment.reference))
    outcome = dispute_rules.outcome(dispute.status, dispute.withdrawn)
    if outcome is None:
        return
    dispute.outcome, dispute.closed_at, dispute.sending = outcome, now, None
    told = DisputeWon if outcome == Outcome.WON else DisputeLost
    publish(told(dispute.hub_id, dispute.id, payment.id, payment.reference))


def _book(payment: Payment, dispute: Dispute, state: DisputeState) -> None:
    """Follow the provider's own books line by line, whatever the dispute's status says by now."""
    if len(state.lines) <= dispute.lines:
        return
    for line in sorted(state.lines, key=lambda line: (line.created, line.id)):
        if line.currency.upper() != payment.currency:
            raise AmountMismatch(f"{state.id} moved {line.amount} {line.currency}, the payment is {payment.currency}")
        ledger.post(entry=_entry(payment, dispute, line))
    dispute.lines = len(state.lines)
    dispute.withdrawn = -sum(line.amount for line in state.lines)
    dispute.fee = sum(line.fee for line in state.lines)


def _entry(payment: Payment, dispute: Dispute, line: BalanceTransaction) -> ledger.NewEntry:
    """The bank took an amount, or gave it back: it waits on the hold; the provider's fee is the core's cost."""
    legs = (
        ledger.Leg(PROVIDER, ledger.Purpose.PROVIDER_BALANCE, line.net, tag="dispute"),
        ledger.Leg(CORE, ledger.Purpose.DISPUTE_HOLD, -line.amount, tag="dispute"),
        ledger.Leg(CORE, ledger.Purpose.PROCESSOR_FEES, line.fee, tag="dispute"),
    )
    return ledger.NewEntry(
        key=f"dispute:{line.id}",
        kind="dispute_withdrawn" if line.amount < 0 else "dispute_reinstated",
        ref=payment.reference,
        currency=payment.currency,
        occurred_at=line.created,
        legs=tuple(leg for leg in legs if leg.amount),
        memo=dispute.provider_id,
    )


def _known(provider_id: str) -> Dispute | None:
    statement = select(Dispute).where(Dispute.provider_id == provider_id)
    found: Dispute | None = db.session.scalar(statement.execution_options(populate_existing=True))
    return found


def dispute(dispute_id: UUID) -> Dispute:
    """A dispute of the current hub; refuses with DisputeNotFound."""
    statement = select(Dispute).where(Dispute.id == dispute_id).execution_options(populate_existing=True)
    found: Dispute | None = db.session.scalar(statement)
    if found is None:
        raise DisputeNotFound
    return found


def dispute_for_change(dispute_id: UUID) -> Dispute:
    """A dispute as it is now; refuses with DisputeNotFound.

    Everybody who changes one locks its payment first: that keeps the others out, the dispute's own row need not.
    """
    queries.payment_for_change(dispute(dispute_id).payment_id)
    return dispute(dispute_id)


def disputes_of(payment_id: UUID) -> list[Dispute]:
    """The disputes of a payment, oldest first."""
    return list(db.session.scalars(select(Dispute).where(Dispute.payment_id == payment_id).order_by(Dispute.id)))


def disputes_of_hub(*, after: tuple[bool, datetime | None, UUID] | None = None, limit: int = 100) -> Sequence[Dispute]:
    """The disputes of the current hub: open ones first, the nearest deadline before all others.

    Paged by (is over, deadline or None, id).
    """
    order = (Dispute.outcome.is_not(None), UNTIL, Dispute.id)
    statement = select(Dispute).order_by(*order).limit(limit)
    if after is not None:
        is_over, until, last = after
        statement = statement.where(tuple_(*order) > tuple_(literal(is_over), NEVER if until is None else until, last))
    return db.session.scalars(statement).all()


def unanswered() -> tuple[int, datetime | None]:
    """(how many disputes of the current hub wait for an answer to the bank, until when the first of them)."""
    waits = (Dispute.outcome.is_(None), Dispute.status.in_(dispute_rules.NEEDS_ANSWER), Dispute.sending.is_(None))
    row = db.session.execute(select(func.count(), func.min(Dispute.due_by)).where(*waits)).one()
    return int(row[0]), row[1]


def files_of(dispute_id: UUID) -> list[DisputeFile]:
    """What is handed in, or about to be."""
    return list(
        db.session.scalars(select(DisputeFile).where(DisputeFile.dispute_id == dispute_id).order_by(DisputeFile.id))
    )


def is_taken_by_bank(payment_id: UUID) -> bool:
    """Whether the buyer's bank has the money, or may take it: then nothing is refunded besides."""
    statement = select(exists().where(Dispute.payment_id == payment_id, ~Dispute.is_refundable))
    return bool(db.session.scalar(statement))


def keep_upload(*, file_id: UUID, state: FileState) -> None:
    """The provider has the file."""
    if (row := _upload(file_id)) is not None:
        row.provider_id = state.id
        db.session.flush()


def fail_upload(*, file_id: UUID, message: str) -> None:
    """The provider does not take the file."""
    if (row := _upload(file_id)) is not None:
        row.failure = message
        db.session.flush()


def _upload(file_id: UUID) -> DisputeFile | None:
    """None: somebody left it out or replaced it meanwhile."""
    found: DisputeFile | None = db.session.scalar(
        select(DisputeFile).where(DisputeFile.id == file_id).with_for_update()
    )
    return found


def take_answer(*, dispute_id: UUID, state: DisputeState, now: datetime) -> None:
    """The provider answered what we asked it to do with a dispute."""
    apply_dispute(payment_id=dispute(dispute_id).payment_id, state=state, now=now)
    found = dispute_for_change(dispute_id)
    found.sending = found.failure = None
    db.session.flush()


def fail_answer(*, dispute_id: UUID, message: str) -> None:
    """The provider refused what we asked it to do: a person looks and tries again."""
    found = dispute_for_change(dispute_id)
    found.sending, found.failure = None, message
    db.session.flush()
