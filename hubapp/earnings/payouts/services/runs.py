"""Payout runs: proposed from a preview, approved by somebody, started item by item (platform scope)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.payouts import jobs, planning, policies, queries
from hubapp.earnings.payouts.errors import AlreadySo, RunNotFound, TooLate
from hubapp.earnings.payouts.models import (
    ItemStatus,
    Payee,
    Payout,
    PayoutRun,
    PayoutRunItem,
    PayoutStatus,
    RunStatus,
)
from hubapp.earnings.payouts.planning import Line
from hubapp.earnings.payouts.services import running
from hubapp.jobs import queue
from hubapp.kernel import ids
from hubapp.kernel.bulk import in_groups
from hubapp.kernel.db import db
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

AT_ONCE = 200


def propose(
    *, by: Actor, now: datetime, hub_id: int | None = None, is_everybody: bool = False, key: str | None = None
) -> UUID:
    """Write a preview down as a run that waits for approval; the same `key` is the same run.

    A proposal of the clock takes the place of its older ones that nobody approved.
    """
    if key is not None and (known := _run_of(key)) is not None:
        return known
    run = PayoutRun(
        key=key, only_hub_id=hub_id, is_everybody=is_everybody, proposed_at=now, proposed_by=by.name, id=ids.uuid7()
    )
    try:
        with db.session.begin_nested():
            db.session.add(run)
            db.session.flush()
    except IntegrityError:  # two clocks at once: the key lets one through
        known = _run_of(key or "")
        if known is None:
            raise
        return known
    lines = planning.preview(now=now, hub_id=hub_id, is_everybody=is_everybody)
    for some in in_groups(lines, AT_ONCE):
        db.session.execute(insert(PayoutRunItem), [_item(run.id, line) for line in some])
    if key is not None:
        _replace(run.id, now)
    audit.record(actor=by, action="payouts.propose", subject=f"run:{run.id}", now=now)
    db.session.flush()
    return run.id


def _run_of(key: str) -> UUID | None:
    return db.session.scalar(select(PayoutRun.id).where(PayoutRun.key == key))


def _item(run_id: UUID, line: Line) -> dict[str, object]:
    return {
        "id": ids.uuid7(),
        "run_id": run_id,
        "account_id": line.account_id,
        "currency": line.currency,
        "held": line.held,
        "available": line.available,
        "owed_back": line.owed_back,
        "amount": line.amount,
        "bank_fingerprint": line.bank_fingerprint,
        "status": ItemStatus.PLANNED if line.reason is None else ItemStatus.LEFT_OUT,
        "reason": line.reason,
    }


def _replace(run_id: UUID, now: datetime) -> None:
    older = select(PayoutRun).where(
        PayoutRun.key.is_not(None), PayoutRun.id != run_id, PayoutRun.status == RunStatus.PROPOSED
    )
    for run in db.session.scalars(older.with_for_update()):
        _close(run, _("A newer proposal took its place."), now)


def locked_run(*, run_id: UUID) -> PayoutRun:
    """A run as it is now: approving, starting and canceling it take turns here."""
    run: PayoutRun | None = db.session.scalar(
        select(PayoutRun).where(PayoutRun.id == run_id).with_for_update().execution_options(populate_existing=True)
    )
    if run is None:
        raise RunNotFound
    return run


def approve(*, run_id: UUID, by: Actor, now: datetime) -> None:
    """Let a proposed run pay. Refuses with RunNotFound or AlreadySo."""
    run = locked_run(run_id=run_id)
    if run.status != RunStatus.PROPOSED:
        raise AlreadySo(_("This run was approved or canceled already."))
    run.status, run.approved_at, run.approved_by = RunStatus.APPROVED, now, by.name
    audit.record(actor=by, action="payouts.approve", subject=f"run:{run_id}", now=now)
    queue.enqueue(jobs.START_RUN, hub_id=None, lock=f"payout_run:{run_id}", arguments={"run_id": str(run_id)})
    db.session.flush()


def start_run(*, run_id: UUID, now: datetime) -> None:
    """Start the next items of an approved run, some hundreds in one transaction; each of them once."""
    run = locked_run(run_id=run_id)
    if run.status != RunStatus.APPROVED:
        return
    items = db.session.scalars(
        select(PayoutRunItem)
        .where(PayoutRunItem.run_id == run_id, PayoutRunItem.status == ItemStatus.PLANNED)
        .order_by(PayoutRunItem.id)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    ).all()
    payees = _payees(item.account_id for item in items)
    for item in items:
        _start(run, item, payees.get(item.account_id), 1, now)
    db.session.flush()
    if items:
        queue.enqueue(jobs.START_RUN, hub_id=None, lock=f"payout_run:{run_id}", arguments={"run_id": str(run_id)})
    elif not _is_under_way(run_id):
        run.status, run.finished_at = RunStatus.FINISHED, now


def _payees(accounts: Iterable[UUID]) -> dict[UUID, Payee]:
    rows = db.session.scalars(
        select(Payee).where(Payee.account_id.in_(set(accounts))).execution_options(populate_existing=True)
    )
    return {row.account_id: row for row in rows}


def _start(run: PayoutRun, item: PayoutRunItem, payee: Payee | None, attempt: int, now: datetime) -> None:
    reason = None
    if payee is None:
        reason = _("No payout account is connected.")
    elif payee.bank_fingerprint != item.bank_fingerprint:
        reason = _("The bank account changed after the run was proposed.")
    elif obstacle := policies.obstacle(
        status=payee.status, frozen_reason=payee.frozen_reason or payee.check_reason, is_same_bank=True
    ):
        reason = obstacle
    elif queries.open_payout(payee_id=payee.id, currency=item.currency) is not None:
        reason = _("A payout is under way.")
    if reason is None and payee is not None:
        reason = _make(run, item, payee, attempt, now)
    item.status, item.reason = (ItemStatus.STARTED, None) if reason is None else (ItemStatus.LEFT_OUT, reason)


def _make(run: PayoutRun, item: PayoutRunItem, payee: Payee, attempt: int, now: datetime) -> str | None:
    payout = Payout(
        payee_id=payee.id,
        account_id=item.account_id,
        currency=item.currency,
        status=PayoutStatus.REQUESTED,
        bank_fingerprint=payee.bank_fingerprint,
        bank_last4=payee.bank_last4,
        requested_at=now,
        run_item_id=item.id,
        attempt=attempt,
        hub_ids=None if run.only_hub_id is None else [run.only_hub_id],
    )
    try:
        with db.session.begin_nested():
            db.session.add(payout)
            db.session.flush()
    except IntegrityError:  # the payee asks this moment: the index lets one through
        return str(_("A payout is under way."))
    queue.enqueue(jobs.PLAN, hub_id=None, arguments={"payout_id": str(payout.id)})
    return None


def _is_under_way(run_id: UUID) -> bool:
    """Whether something of a run has not come to its end."""
    count = db.session.scalar(
        select(func.count())
        .select_from(PayoutRunItem)
        .join(Payout, Payout.run_item_id == PayoutRunItem.id)
        .where(PayoutRunItem.run_id == run_id, Payout.status.not_in(sorted(policies.FINISHED)))
    )
    return bool(count)


def retry_item(*, run_id: UUID, item_id: UUID, by: Actor, now: datetime) -> None:
    """Pay somebody again whose payout failed or was canceled.

    Refuses with RunNotFound, or with AlreadySo that says what stands in the way.
    """
    run = locked_run(run_id=run_id)
    item = _item_of(run_id, item_id)
    last = queries.last_payout_of(item.id)
    if last is None or last.status not in {PayoutStatus.FAILED, PayoutStatus.CANCELED}:
        raise AlreadySo(_("Only a payout that failed or was not made can be tried again."))
    payee = _payees([item.account_id]).get(item.account_id)
    item.bank_fingerprint = payee.bank_fingerprint if payee else None  # whoever retries has looked
    _start(run, item, payee, last.attempt + 1, now)
    if item.status != ItemStatus.STARTED:
        refused = item.reason or ""
        item.status, item.reason = ItemStatus.STARTED, None
        raise AlreadySo(refused)
    run.status, run.finished_at = RunStatus.APPROVED, None
    audit.record(actor=by, action="payouts.retry", subject=f"run:{run_id}", reason=str(item.account_id), now=now)
    db.session.flush()


def cancel_run(*, run_id: UUID, by: Actor, now: datetime) -> int:
    """Cancel what has not left: a proposal whole, of an approved run what is not sent; answers how many items.

    Refuses with RunNotFound or TooLate.
    """
    run = locked_run(run_id=run_id)
    if run.status not in {RunStatus.PROPOSED, RunStatus.APPROVED}:
        raise TooLate(_("This run is over."))
    reason = _("Canceled by %(name)s.", name=by.name)
    canceled = _cancel_planned(run_id, reason)
    if run.status == RunStatus.PROPOSED:
        run.status, run.reason, run.finished_at = RunStatus.CANCELED, reason, now
    else:
        for payout_id in _unsent(run_id):
            canceled += running.withdraw(payout_id=payout_id, reason=reason, now=now)
    audit.record(actor=by, action="payouts.cancel", subject=f"run:{run_id}", now=now)
    db.session.flush()
    return canceled


def cancel_item(*, run_id: UUID, item_id: UUID, by: Actor, now: datetime) -> None:
    """Take one person out of a run, as long as nothing is sent. Refuses with RunNotFound or TooLate."""
    locked_run(run_id=run_id)
    item = _item_of(run_id, item_id)
    reason = _("Canceled by %(name)s.", name=by.name)
    payout = queries.last_payout_of(item.id)
    if item.status == ItemStatus.PLANNED:
        item.status, item.reason = ItemStatus.CANCELED, reason
    elif payout is None or not running.withdraw(payout_id=payout.id, reason=reason, now=now):
        raise TooLate(_("This payout has been sent, or is over."))
    audit.record(actor=by, action="payouts.cancel", subject=f"run:{run_id}", reason=str(item.account_id), now=now)
    db.session.flush()


def _item_of(run_id: UUID, item_id: UUID) -> PayoutRunItem:
    item: PayoutRunItem | None = db.session.scalar(
        select(PayoutRunItem)
        .where(PayoutRunItem.run_id == run_id, PayoutRunItem.id == item_id)
        .execution_options(populate_existing=True)
    )
    if item is None:
        raise RunNotFound
    return item


def _cancel_planned(run_id: UUID, reason: str) -> int:
    rows = db.session.execute(
        update(PayoutRunItem)
        .where(PayoutRunItem.run_id == run_id, PayoutRunItem.status == ItemStatus.PLANNED)
        .values(status=ItemStatus.CANCELED, reason=reason)
        .returning(PayoutRunItem.id)
    )
    return len(rows.all())


def _close(run: PayoutRun, reason: str, now: datetime) -> None:
    _cancel_planned(run.id, reason)
    run.status, run.reason, run.finished_at = RunStatus.CANCELED, reason, now


def _unsent(run_id: UUID) -> list[UUID]:
    return list(
        db.session.scalars(
            select(Payout.id)
            .join(PayoutRunItem, PayoutRunItem.id == Payout.run_item_id)
            .where(PayoutRunItem.run_id == run_id, Payout.status.in_((PayoutStatus.REQUESTED, PayoutStatus.PREPARED)))
            .order_by(Payout.id)
        )
    )
