"""Reading payments, refunds and commands."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, select

from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.money.payments import units
from hubapp.money.payments.errors import PaymentNotFound, ReferenceTaken
from hubapp.money.payments.gateway_models import GatewayCommand
from hubapp.money.payments.models import Payment, Refund, RefundStatus


def payment(payment_id: UUID) -> Payment:
    """A payment of the current hub; refuses with PaymentNotFound."""
    found: Payment | None = db.session.scalar(select(Payment).where(Payment.id == payment_id))
    if found is None:
        raise PaymentNotFound
    return found


def payment_of(reference: str) -> Payment | None:
    """The payment with a reference of the caller's, e.g. `checkout:<id>`."""
    return db.session.scalar(select(Payment).where(Payment.reference == reference))


def asked_before(reference: str, amount: Money) -> UUID | None:
    """The payment that a reference stands for already; refuses with ReferenceTaken for another amount."""
    if (known := payment_of(reference)) is None:
        return None
    if (known.amount, known.currency) != (amount.amount, amount.currency):
        raise ReferenceTaken(_("This order was already sent to payment with another amount. Please start again."))
    return known.id


def locked(statement: Select[Payment]) -> Select[Payment]:
    """Make others wait for the row; without it two observers would both publish what they see."""
    return statement.with_for_update().execution_options(populate_existing=True)


def payment_for_change(payment_id: UUID) -> Payment:
    """A payment as it is now, locked until the transaction ends."""
    found: Payment | None = db.session.scalar(locked(select(Payment).where(Payment.id == payment_id)))
    if found is None:
        raise PaymentNotFound
    return found


def refund_for_change(refund_id: UUID) -> Refund:
    """A refund as it is now, locked until the transaction ends."""
    found: Refund | None = db.session.scalar(
        select(Refund).where(Refund.id == refund_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise PaymentNotFound
    return found


def refund_of(reference: str) -> Refund | None:
    """The refund with a reference of the caller's."""
    return db.session.scalar(select(Refund).where(Refund.reference == reference))


def refund_references(payment_id: UUID) -> Sequence[str]:
    """What callers called the refunds of a payment, in no order."""
    return db.session.scalars(select(Refund.reference).where(Refund.payment_id == payment_id)).all()


def has_refund_failed(refund_id: UUID) -> bool:
    """Whether a refund has failed as of now, whatever was told of it before."""
    failed = select(Refund.id).where(Refund.id == refund_id, Refund.status == RefundStatus.FAILED)
    return db.session.scalar(failed) is not None


def chargeable_step(currency: str) -> int:
    """What prices have to be a multiple of so that the provider can charge them, in minor units: TND 10, EUR 1."""
    return units.charge_step(currency.lower())


def transferable_step(currency: str) -> int:
    """What a payout has to be a multiple of, in minor units: TND 10, HUF 100, EUR 1."""
    return units.payout_step(currency.lower())


def command(command_id: UUID) -> GatewayCommand:
    """A command (platform scope)."""
    return db.session.get_one(GatewayCommand, command_id)


def commands_of(subject: str) -> Sequence[GatewayCommand]:
    """All commands about something, oldest first (platform scope)."""
    return db.session.scalars(
        select(GatewayCommand).where(GatewayCommand.subject == subject).order_by(GatewayCommand.id)
    ).all()
