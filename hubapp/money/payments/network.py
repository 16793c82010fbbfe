"""Counting payments and commands across hubs, for the central team (platform scope)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from hubapp.kernel.db import db
from hubapp.money.payments.gateway_models import CommandKind, CommandStatus, GatewayCommand
from hubapp.money.payments.models import Payment, PaymentStatus, Refund

MOST = 20


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is under way: payments not decided, commands to the provider of unknown outcome, commands it refused.

    `foreign`: paid, but settled by the provider in another currency than asked for, so that nothing is booked.
    """

    payments: int
    unknown_commands: int
    failed_commands: int
    foreign: int = 0


def unfinished() -> Unfinished:
    """Counts over all hubs."""
    is_open = Payment.status.in_((PaymentStatus.NEW, PaymentStatus.OPEN, PaymentStatus.PROCESSING))
    payments = db.session.scalar(select(func.count()).select_from(Payment).where(is_open)) or 0
    # A saved card that was refused is its owner's affair: they are told, and it is tried again.
    is_refused_card = (GatewayCommand.status == CommandStatus.FAILED) & (
        GatewayCommand.kind == CommandKind.CHARGE_CREATE
    )
    stuck = (CommandStatus.UNKNOWN, CommandStatus.FAILED)
    rows = db.session.execute(
        select(GatewayCommand.status, func.count())
        .where(GatewayCommand.status.in_(stuck), ~is_refused_card)
        .group_by(GatewayCommand.status)
    ).all()
    commands = {row[0]: row[1] for row in rows}
    converted = (Payment.status == PaymentStatus.PROCESSING) & Payment.settled_currency.is_not(None)
    foreign = db.session.scalar(select(func.count()).select_from(Payment).where(converted)) or 0
    return Unfinished(payments, commands.get(CommandStatus.UNKNOWN, 0), commands.get(CommandStatus.FAILED, 0), foreign)


def payments_with(number: str, *, hub_id: int | None) -> list[Payment]:
    """Payments by the provider's number of their charge or card page, or by our own id, in all hubs or in one."""
    given = [Payment.charge_id == number, Payment.checkout_id == number]
    if key := _uuid(number):
        given = [Payment.id == key]
    statement = select(Payment).where(or_(*given)).limit(MOST)
    return list(db.session.scalars(statement if hub_id is None else statement.where(Payment.hub_id == hub_id)))


def refunds_with(number: str, *, hub_id: int | None) -> list[Refund]:
    """Refunds by the provider's number, or by our own id."""
    key = _uuid(number)
    statement = select(Refund).where(Refund.id == key if key else Refund.provider_id == number).limit(MOST)
    return list(db.session.scalars(statement if hub_id is None else statement.where(Refund.hub_id == hub_id)))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
