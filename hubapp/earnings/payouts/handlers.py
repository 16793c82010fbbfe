"""Jobs of payouts: one step each, in one transaction; a sweep takes up what a crash or a lost event left."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import and_, or_, select, text

from hubapp.earnings.payouts import edge, jobs, letters, planning, policies, queries, services
from hubapp.earnings.payouts.events import PayoutFailed, PayoutPaid
from hubapp.earnings.payouts.models import (
    MAY_RETURN,
    PartStatus,
    Payee,
    PayeeStatus,
    Payout,
    PayoutPart,
    PayoutRun,
    PayoutStatus,
    RunStatus,
)
from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.money.payments.events import AccountChanged, CommandFinished, PayoutChanged
from hubapp.money.payments.gateway import GatewayUnavailable
from hubapp.tenancy.audit import SYSTEM

log = structlog.get_logger(__name__)

ACROSS = "a payout draws on all hubs in which the payee earned"
BATCH = 500


@queue.task(jobs.PLAN, platform=ACROSS)
def plan(payout_id: str) -> None:
    """Look at the payee once more, then find the hubs."""
    payee_id = db.session.scalars(select(Payout.payee_id).where(Payout.id == UUID(payout_id))).one()
    try:
        services.observe_payee(payee_id=payee_id, now=clock.now())
    except GatewayUnavailable:
        log.warning("provider does not answer; going by what it said last", payout=payout_id)
    services.plan(payout_id=UUID(payout_id), now=clock.now())


@queue.task(jobs.PREPARE)
def prepare(payout_id: str) -> None:
    """Pick what one hub gives."""
    services.prepare_part(payout_id=UUID(payout_id), now=clock.now())


@queue.task(jobs.GATHER, platform=ACROSS)
def gather(payout_id: str) -> None:
    """Order the transfer once all hubs have answered."""
    services.gather(payout_id=UUID(payout_id), now=clock.now())


@queue.task(jobs.FOLLOW, platform=ACROSS)
def follow(payout_id: str) -> None:
    """Go on from what became of the last command."""
    services.follow(payout_id=UUID(payout_id), now=clock.now())


@queue.task(jobs.SETTLE_PART)
def settle_part(payout_id: str) -> None:
    """Bring one hub's books to where the payout is."""
    services.settle_part(payout_id=UUID(payout_id), now=clock.now())


@queue.task(jobs.OBSERVE, platform=ACROSS)
def observe(payout_id: str) -> None:
    """Look at the bank transfer."""
    try:
        services.observe_payout(payout_id=UUID(payout_id), now=clock.now())
    except GatewayUnavailable:
        log.warning("provider does not answer; the sweep will ask again", payout=payout_id)


@queue.task(jobs.OBSERVE_PAYEE, platform="payees belong to no hub")
def observe_payee(payee_id: str) -> None:
    """Look at a payee's account."""
    try:
        services.observe_payee(payee_id=UUID(payee_id), now=clock.now())
    except GatewayUnavailable:
        log.warning("provider does not answer; the sweep will ask again", payee=payee_id)


@queue.task(jobs.ASK_AGAIN, platform="payees belong to no hub")
def ask_again(payee_id: str) -> None:
    """Ask the provider for an account once more."""
    services.ask_again(payee_id=UUID(payee_id), now=clock.now())


@queue.task(jobs.CONFIRM_BANK, platform="payees belong to no hub")
def confirm_bank(payee_id: str) -> None:
    """The payee has looked at their bank details."""
    services.confirm_bank(payee_id=UUID(payee_id))


@queue.task(jobs.START_RUN, platform=ACROSS)
def start_run(run_id: str) -> None:
    """Start the next payouts of a run."""
    services.start_run(run_id=UUID(run_id), now=clock.now())


@queue.periodic("0 0 5 * * *", "payouts.propose", platform=ACROSS)
def propose() -> None:
    """Once a day: propose to pay whose time has come; approve it where the settings say so."""
    now = clock.now()
    if all(line.reason is not None for line in planning.preview(now=now)):
        return
    run_id = services.propose(by=SYSTEM, now=now, key=f"day:{now.date()}")
    if edge.are_runs_approved() and queries.run(run_id).status == RunStatus.PROPOSED:
        services.approve(run_id=run_id, by=SYSTEM, now=now)


@on(CommandFinished, platform=ACROSS)
def command_finished(event: CommandFinished) -> None:
    """The provider has done, or refused, what a payout or payee waits for."""
    noun, _, row = event.subject.partition(":")
    if noun == "payout":
        services.follow(payout_id=UUID(row), now=clock.now())
    elif noun == "payee":
        services.follow_payee(payee_id=UUID(row), now=clock.now())


@on(PayoutPaid, platform=ACROSS)
def tell_paid(event: PayoutPaid) -> None:
    """The payee reads that their money has arrived, and gets the document about it."""
    services.issue(payout_id=event.payout_id, now=clock.now())
    letters.paid(payout_id=event.payout_id, now=clock.now())


@on(PayoutFailed, platform=ACROSS)
def tell_failed(event: PayoutFailed) -> None:
    """The payee reads that their money did not arrive, and why."""
    services.revoke(payout_id=event.payout_id, now=clock.now())
    letters.failed(payout_id=event.payout_id, now=clock.now())


@on(AccountChanged, platform="payees belong to no hub")
def account_changed(event: AccountChanged) -> None:
    """The provider hints at a payee's account."""
    payee_id = db.session.scalar(select(Payee.id).where(Payee.provider_account_id == event.account))
    if payee_id is not None:
        observe_payee(str(payee_id))


@on(PayoutChanged, platform=ACROSS)
def payout_changed(event: PayoutChanged) -> None:
    """The provider hints at a bank transfer."""
    payout_id = db.session.scalar(
        select(Payout.id).where(Payout.provider_id == event.provider_id, Payout.destination == event.account)
    )
    if payout_id is not None:
        observe(str(payout_id))


@queue.periodic("*/20 * * * * *", "payouts.sweep", platform=ACROSS)
def sweep() -> None:
    """Take up whatever has stopped between two steps."""
    sweep_unfinished(asked_before=clock.now() - policies.POLL_EVERY)


def sweep_unfinished(*, asked_before: datetime) -> int:
    """Enqueue the next step of every unfinished payout; steps are safe to repeat. Answers how many (platform scope)."""
    now = clock.now()
    is_waiting = or_(
        Payout.status.in_((PayoutStatus.REQUESTED, PayoutStatus.TRANSFERRED, PayoutStatus.RETURNING)),
        (Payout.status == PayoutStatus.PREPARED) & or_(Payout.retry_at.is_(None), Payout.retry_at <= now),
        (Payout.status == PayoutStatus.PAYING) & or_(Payout.checked_at.is_(None), Payout.checked_at < asked_before),
        # The bank may send it back, and word of that may be lost; the last look comes when it cannot any more,
        # however long nobody looked.
        and_(text(MAY_RETURN), Payout.checked_at < now - policies.LOOK_AGAIN_AFTER),
    )
    # The oldest first, wherever the table happens to keep them: the books number what comes of it.
    rows = sorted(db.session.execute(select(Payout.id, Payout.status).where(is_waiting).limit(BATCH)).all())
    alive = queue.alive([f"payout:{payout_id}" for payout_id, _ in rows])
    idle = [(payout_id, status) for payout_id, status in rows if f"payout:{payout_id}" not in alive]
    for payout_id, status in idle:
        for name in _next_jobs(status):
            queue.enqueue(name, hub_id=None, lock=f"payout:{payout_id}", arguments={"payout_id": str(payout_id)})
    return len(idle) + _lagging_parts() + _unfinished_payees(asked_before) + _unfinished_runs()


def _next_jobs(status: str) -> tuple[str, ...]:
    if status == PayoutStatus.REQUESTED:
        return (jobs.PLAN, jobs.GATHER)
    return (jobs.OBSERVE,) if status in {PayoutStatus.PAYING, PayoutStatus.PAID} else (jobs.FOLLOW,)


def _lagging_parts() -> int:
    """Hubs whose books are behind their payout. The database picks them: thousands may be where they belong."""
    is_bounced = Payout.bounced_at.is_not(None)
    behind = db.session.execute(
        select(PayoutPart.hub_id, PayoutPart.payout_id)
        .join(Payout, Payout.id == PayoutPart.payout_id)
        .where(
            PayoutPart.status.in_((PartStatus.CLAIMED, PartStatus.TRANSFERRED, PartStatus.PAID, PartStatus.BOUNCED)),
            or_(
                *(
                    (Payout.status == payout) & (PayoutPart.status == part) & (is_bounced if bounced else ~is_bounced)
                    for payout, part, bounced in policies.BEHIND
                )
            ),
        )
        .limit(BATCH)
    ).all()
    for hub_id, payout_id in sorted(behind):
        queue.enqueue(jobs.SETTLE_PART, hub_id=hub_id, arguments={"payout_id": str(payout_id)})
    return len(behind)


def _unfinished_runs() -> int:
    """Approved runs, of which somebody was not started yet, or the last payout has just come to its end."""
    runs = db.session.scalars(select(PayoutRun.id).where(PayoutRun.status == RunStatus.APPROVED).limit(BATCH)).all()
    alive = queue.alive([f"payout_run:{run_id}" for run_id in runs])
    idle = [run_id for run_id in runs if f"payout_run:{run_id}" not in alive]
    for run_id in sorted(idle):
        lock = f"payout_run:{run_id}"
        queue.enqueue(jobs.START_RUN, hub_id=None, lock=lock, arguments={"run_id": str(run_id)})
    return len(idle)


def _unfinished_payees(asked_before: datetime) -> int:
    rows = db.session.scalars(
        select(Payee.id)
        .where(
            Payee.status == PayeeStatus.ONBOARDING,
            Payee.provider_account_id.is_not(None),
            or_(Payee.checked_at.is_(None), Payee.checked_at < asked_before),
        )
        .limit(BATCH)
    ).all()
    for payee_id in sorted(rows):
        queue.enqueue(jobs.OBSERVE_PAYEE, hub_id=None, arguments={"payee_id": str(payee_id)})
    return len(rows)
