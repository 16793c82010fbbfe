"""A payout across hubs, step by step under its row's lock; each step can be repeated (platform scope)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.earnings.payouts import jobs, policies, queries
from hubapp.earnings.payouts.events import PayoutFailed, PayoutPaid
from hubapp.earnings.payouts.models import PartStatus, Payee, Payout, PayoutStatus
from hubapp.earnings.payouts.services import payees
from hubapp.earnings.shares import queries as shares
from hubapp.jobs import queue
from hubapp.jobs.events import publish
from hubapp.kernel import crash
from hubapp.kernel.db import db
from hubapp.money.payments import outbox
from hubapp.money.payments import queries as payments
from hubapp.money.payments import services as provider
from hubapp.money.payments.gateway import PayoutState
from hubapp.money.payments.gateway_models import CommandKind, CommandStatus, GatewayCommand

LOOKED = crash.point("payout.looked", "the provider said what became of a bank transfer; it is written nowhere")


def _locked(payout_id: UUID) -> Payout:
    """A payout as it is now, locked until the transaction ends."""
    return db.session.scalars(
        select(Payout).where(Payout.id == payout_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def plan(*, payout_id: UUID, now: datetime) -> None:
    """Find the hubs that a payout draws on and let each of them prepare its part in its own transaction."""
    payout = _locked(payout_id)
    if payout.status != PayoutStatus.REQUESTED:
        return
    if payout.hub_ids is None:
        owner = queries.owner_of(payout.account_id)
        payout.hub_ids = shares.hubs_with_available(owner=owner, currency=payout.currency, now=now)
    if not payout.hub_ids:
        _cancel(payout, _("Nothing is available."), now)
    done = {part.hub_id for part in queries.parts_of(payout_id)}
    for hub_id in payout.hub_ids:
        if hub_id not in done:
            queue.enqueue(jobs.PREPARE, hub_id=hub_id, arguments={"payout_id": str(payout_id)})
    db.session.flush()


def gather(*, payout_id: UUID, now: datetime) -> None:
    """All hubs have answered: freeze amount and destination and order the transfer, or cancel with the reason."""
    payout = _locked(payout_id)
    parts = queries.parts_of(payout_id)
    if payout.status != PayoutStatus.REQUESTED or payout.hub_ids is None:
        return
    if {part.hub_id for part in parts} != set(payout.hub_ids):
        return
    payee = db.session.get_one(Payee, payout.payee_id)
    total = sum(part.amount for part in parts if part.status == PartStatus.CLAIMED)
    if reason := _obstacle(payout, payee):
        _cancel(payout, reason, now)
    elif total < _least(payout, payee):
        left_out = next((part.reason for part in parts if part.reason), None)
        _cancel(payout, left_out or _("Less is available than the least that is paid out."), now)
    else:
        payout.status, payout.amount, payout.destination = PayoutStatus.PREPARED, total, payee.provider_account_id
        _order_transfer(payout, now)
    db.session.flush()


def _least(payout: Payout, payee: Payee) -> int:
    """What runs pay at least is the payee's to choose; whoever asks has chosen."""
    own = payee.minimums if payout.run_item_id is not None else None
    return policies.minimum(payout.currency, own).amount


def follow(*, payout_id: UUID, now: datetime) -> None:
    """Go on from what became of the last command; what may pass is asked for again after a while, under a new key."""
    payout = _locked(payout_id)
    steps = {
        PayoutStatus.PREPARED: (CommandKind.TRANSFER_CREATE, _transferred, _order_transfer, _cancel),
        PayoutStatus.TRANSFERRED: (CommandKind.PAYOUT_CREATE, _paying, _order_payout, _order_return),
        PayoutStatus.RETURNING: (CommandKind.TRANSFER_REVERSE, _returned, _order_reversal, None),
    }
    if payout.status not in steps:
        return
    kind, done, again, give_up = steps[PayoutStatus(payout.status)]
    commands = _commands(payout, kind)
    if not commands:
        again(payout, now)
        return
    last = commands[-1]
    if last.status == CommandStatus.DONE:
        payout.reason = payout.reason if payout.status == PayoutStatus.RETURNING else None
        done(payout, last.result or {}, now)
    elif last.status == CommandStatus.FAILED:
        if last.error_code not in policies.PASSING and give_up is not None:
            give_up(payout, last.error or last.error_code or "", now)
        else:
            _try_again(payout, last, again, now)
    db.session.flush()


def _try_again(payout: Payout, last: GatewayCommand, again: Any, now: datetime) -> None:
    if last.error_code == "balance_insufficient" and payout.status == PayoutStatus.PREPARED:
        payout.reason = _(
            "The payment provider has not released enough money yet. The payout is tried again by itself."
        )
    due = (last.finished_at or now) + policies.RETRY_AFTER
    if last.error_code == "never_arrived" or due <= now:
        payout.retry_at = None
        again(payout, now)
    else:
        payout.retry_at = due


def observe_payout(*, payout_id: UUID, now: datetime) -> None:
    """Look at the bank transfer at the provider, which may also be sent back later. Raises the gateway's errors."""
    payout = db.session.get_one(Payout, payout_id)
    if (
        payout.status not in {PayoutStatus.PAYING, PayoutStatus.PAID}
        or payout.provider_id is None
        or payout.destination is None
    ):
        return
    state = provider.gateway().retrieve_payout(account_id=payout.destination, payout_id=payout.provider_id)
    crash.reached(LOOKED)
    _apply(_locked(payout_id), state, now)
    db.session.flush()


def _apply(payout: Payout, state: PayoutState, now: datetime) -> None:
    payout.checked_at = now
    if payout.status not in {PayoutStatus.PAYING, PayoutStatus.PAID}:
        return
    is_paid = payout.status == PayoutStatus.PAID
    if state.status in {"failed", "canceled"}:
        _bounce(payout, state.failure_message or _("The bank did not accept the payout."), now)
    elif not is_paid:
        payout.arrives_at = state.arrival_date
        if state.status == "paid":
            payout.status, payout.finished_at, payout.paid_at = PayoutStatus.PAID, now, now
            _book_everywhere(payout)
            publish(PayoutPaid(None, payout.id, payout.account_id, payout.amount or 0, payout.currency))


def _bounce(payout: Payout, reason: str, now: datetime) -> None:
    """The bank sends the money back, at once or after it had been paid: the payee is asked to look at their details."""
    if payout.status == PayoutStatus.PAID:
        payout.paid_at, payout.bounced_at = payout.paid_at or payout.finished_at, now
        payout.finished_at = None
        _book_everywhere(payout)
    payee = payees.locked_payee(payee_id=payout.payee_id)
    # Details that changed since were looked at already.
    if payee.bank_fingerprint == payout.bank_fingerprint:
        payee.check_reason = reason
    _order_return(payout, reason, now)


def _order_transfer(payout: Payout, now: datetime) -> None:
    _order(
        payout,
        CommandKind.TRANSFER_CREATE,
        now,
        amount=payout.amount,
        currency=payout.currency.lower(),
        destination=payout.destination,
        transfer_group=f"payout:{payout.id}",
    )


def _transferred(payout: Payout, result: dict[str, Any], now: datetime) -> None:
    payout.status, payout.transfer_id, payout.transferred_at = PayoutStatus.TRANSFERRED, result["id"], now
    _book_everywhere(payout)
    reason = _obstacle(payout, db.session.get_one(Payee, payout.payee_id))
    if reason is None:
        _order_payout(payout, now)
    else:
        _order_return(payout, reason, now)


def _order_payout(payout: Payout, now: datetime) -> None:
    _order(
        payout,
        CommandKind.PAYOUT_CREATE,
        now,
        account_id=payout.destination,
        amount=payout.amount,
        currency=payout.currency.lower(),
    )


def _paying(payout: Payout, result: dict[str, Any], now: datetime) -> None:
    payout.status, payout.provider_id = PayoutStatus.PAYING, result["id"]
    payout.arrives_at, payout.checked_at = datetime.fromisoformat(result["arrival_date"]), now


def _order_return(payout: Payout, reason: str, now: datetime) -> None:
    """The money cannot reach the bank: take it back, so that it is owed to the payee as before."""
    payout.status, payout.reason = PayoutStatus.RETURNING, reason
    _order_reversal(payout, now)


def _order_reversal(payout: Payout, now: datetime) -> None:
    _order(payout, CommandKind.TRANSFER_REVERSE, now, transfer_id=payout.transfer_id, amount=payout.amount)


def _returned(payout: Payout, _result: dict[str, Any], now: datetime) -> None:
    payout.status, payout.finished_at = PayoutStatus.FAILED, now
    _book_everywhere(payout)
    publish(PayoutFailed(None, payout.id, payout.account_id, payout.reason or ""))


def withdraw(*, payout_id: UUID, reason: str, now: datetime) -> bool:
    """Cancel a payout that has not been sent; False when its transfer has left, is leaving, or it is over."""
    payout = _locked(payout_id)
    if payout.status not in {PayoutStatus.REQUESTED, PayoutStatus.PREPARED}:
        return False
    if payout.status == PayoutStatus.PREPARED:
        commands = _commands(payout, CommandKind.TRANSFER_CREATE)
        if not commands or not (
            commands[-1].status == CommandStatus.FAILED or outbox.withdraw(command_id=commands[-1].id, now=now)
        ):
            return False
    _cancel(payout, reason, now)
    db.session.flush()
    return True


def _cancel(payout: Payout, reason: str, now: datetime) -> None:
    payout.status, payout.reason, payout.finished_at = PayoutStatus.CANCELED, reason, now
    _book_everywhere(payout)
    publish(PayoutFailed(None, payout.id, payout.account_id, reason))


def _order(payout: Payout, kind: CommandKind, now: datetime, **params: Any) -> None:
    attempt = len(_commands(payout, kind)) + 1
    outbox.add(
        kind=kind,
        key=f"payout:{payout.id}:{kind}:{attempt}",
        subject=f"payout:{payout.id}",
        params={**params, "metadata": {"payout": str(payout.id), "attempt": str(attempt)}},
        now=now,
    )


def _commands(payout: Payout, kind: CommandKind) -> list[GatewayCommand]:
    return [command for command in payments.commands_of(f"payout:{payout.id}") if command.kind == kind]


def _obstacle(payout: Payout, payee: Payee) -> str | None:
    is_same_bank = payout.bank_fingerprint == payee.bank_fingerprint and payout.destination in {
        None,
        payee.provider_account_id,
    }
    return policies.obstacle(status=payee.status, frozen_reason=payee.frozen_reason, is_same_bank=is_same_bank)


def _book_everywhere(payout: Payout) -> None:
    """Let each hub that gave something book the step in its own transaction."""
    for part in queries.parts_of(payout.id):
        if part.status != PartStatus.LEFT_OUT:
            queue.enqueue(jobs.SETTLE_PART, hub_id=part.hub_id, arguments={"payout_id": str(payout.id)})
