"""Payees' accounts: asked for through the outbox, then as the provider sees them (platform scope)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.payouts import policies
from hubapp.earnings.payouts.models import Payee
from hubapp.kernel import crash
from hubapp.kernel.db import db
from hubapp.money.payments import outbox
from hubapp.money.payments import queries as payments
from hubapp.money.payments import services as provider
from hubapp.money.payments.gateway import PayeeAccount
from hubapp.money.payments.models import CommandKind, CommandStatus

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


def _locked(payee_id: UUID) -> Payee:
    return db.session.scalars(
        select(Payee).where(Payee.id == payee_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def ask_again(*, payee_id: UUID, now: datetime) -> None:
    """The provider refused to open the account; the person wants another try."""
    payee = _locked(payee_id)
    commands = payments.commands_of(f"payee:{payee_id}")
    if payee.provider_account_id is not None or any(command.status != CommandStatus.FAILED for command in commands):
        return
    payee.failure = None
    ask_provider(payee=payee, attempt=len(commands) + 1, now=now)


def follow_payee(*, payee_id: UUID, now: datetime) -> None:
    """Take over what became of asking for the account."""
    payee = _locked(payee_id)
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
    payee = _locked(payee_id)
    payee.status = policies.payee_status(account)
    payee.requirements = list(account.requirements)
    payee.disabled_reason = account.disabled_reason
    payee.bank_last4, payee.bank_fingerprint = account.bank_last4, account.bank_fingerprint
    payee.checked_at = now
    db.session.flush()


def freeze_payee(*, account_id: UUID, reason: str | None) -> None:
    """Stop payouts to a person, with the reason that they are shown; None lets them go on. Their money stays theirs."""
    payee = db.session.scalars(select(Payee).where(Payee.account_id == account_id).with_for_update()).one()
    payee.frozen_reason = reason
    db.session.flush()
