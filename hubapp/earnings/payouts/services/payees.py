"""Payees' accounts: asked for through the outbox, then as the provider sees them (platform scope)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.earnings.payouts import policies
from hubapp.earnings.payouts.errors import AlreadySo, PayeeNotFound, ReasonMissing
from hubapp.earnings.payouts.models import Payee
from hubapp.kernel import crash
from hubapp.kernel.db import db
from hubapp.money.payments import outbox
from hubapp.money.payments import queries as payments
from hubapp.money.payments import services as provider
from hubapp.money.payments.gateway import PayeeAccount
from hubapp.money.payments.gateway_models import CommandKind, CommandStatus
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

LONGEST_REASON = 500

LOOKED = crash.point("payee.looked", "the provider said how it sees an account; it is written nowhere")


def ask_provider(*, payee: Payee, attempt: int, now: datetime) -> None:
    """Write down that the provider shall open an account."""
    outbox.add(
        kind=CommandKind.PAYEE_CREATE,
        key=f"payee:{payee.id}:{attempt}",
        subject=f"payee:{payee.id}",
        now=now,
        params={
            "country": payee.country,
            "currency": payee.currency.lower(),
            "email": payee.email,
            "metadata": {"payee": str(payee.id)},
        },
    )


def locked_payee(*, payee_id: UUID) -> Payee:
    """A payee as it is now, locked until the transaction ends."""
    return db.session.scalars(
        select(Payee).where(Payee.id == payee_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def ask_again(*, payee_id: UUID, now: datetime) -> None:
    """The provider refused to open the account; the person wants another try."""
    payee = locked_payee(payee_id=payee_id)
    commands = payments.commands_of(f"payee:{payee_id}")
    if payee.provider_account_id is not None or any(command.status != CommandStatus.FAILED for command in commands):
        return
    payee.failure = None
    ask_provider(payee=payee, attempt=len(commands) + 1, now=now)


def follow_payee(*, payee_id: UUID, now: datetime) -> None:
    """Take over what became of asking for the account."""
    payee = locked_payee(payee_id=payee_id)
    commands = payments.commands_of(f"payee:{payee_id}")
    if payee.provider_account_id is not None or not commands:
        return
    last = commands[-1]
    if last.status == CommandStatus.DONE and last.result is not None:
        payee.provider_account_id, payee.failure = last.result["id"], None
        payee.status, payee.checked_at = "onboarding", now
    elif last.status == CommandStatus.FAILED:
        payee.failure = last.error or last.error_code
    db.session.flush()


def observe_payee(*, payee_id: UUID, now: datetime) -> None:
    """Look at the account at the provider. Raises the gateway's errors."""
    payee = db.session.get_one(Payee, payee_id)
    if payee.provider_account_id is not None:
        account = provider.gateway().retrieve_payee(payee.provider_account_id)
        crash.reached(LOOKED)
        apply_payee(payee_id=payee_id, account=account, now=now)


def apply_payee(*, payee_id: UUID, account: PayeeAccount, now: datetime) -> None:
    """Take over how the provider sees the account."""
    payee = locked_payee(payee_id=payee_id)
    payee.status = policies.payee_status(account)
    payee.requirements = list(account.requirements)
    payee.disabled_reason = account.disabled_reason
    if payee.bank_fingerprint != account.bank_fingerprint:
        payee.check_reason = None
    payee.bank_last4, payee.bank_fingerprint = account.bank_last4, account.bank_fingerprint
    payee.checked_at = now
    db.session.flush()


def confirm_bank(*, payee_id: UUID) -> None:
    """The payee has looked at their bank details, and they are right: runs may pay again."""
    locked_payee(payee_id=payee_id).check_reason = None
    db.session.flush()


def freeze_payee(*, account_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Stop payouts to a person, with the reason that they are shown; their money stays theirs.

    Refuses with PayeeNotFound, ReasonMissing or AlreadySo.
    """
    payee, why = _known(account_id), _said(reason)
    if payee.frozen_reason is not None:
        raise AlreadySo(_("Payouts to this person are stopped already."))
    payee.frozen_reason = why
    audit.record(actor=actor, action="payee.freeze", subject=f"account:{account_id}", reason=why, now=now)
    db.session.flush()


def lift_payee(*, account_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Let payouts to a person go on. Refuses with PayeeNotFound, ReasonMissing or AlreadySo."""
    payee, why = _known(account_id), _said(reason)
    if payee.frozen_reason is None:
        raise AlreadySo(_("Payouts to this person are not stopped."))
    payee.frozen_reason = None
    audit.record(actor=actor, action="payee.lift", subject=f"account:{account_id}", reason=why, now=now)
    db.session.flush()


def _known(account_id: UUID) -> Payee:
    payee: Payee | None = db.session.scalar(
        select(Payee).where(Payee.account_id == account_id).with_for_update().execution_options(populate_existing=True)
    )
    if payee is None:
        raise PayeeNotFound
    return payee


def _said(reason: str) -> str:
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not why:
        raise ReasonMissing(_("Say why."))
    return why
