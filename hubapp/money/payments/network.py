"""Counting payments and commands across hubs, for the central team (platform scope)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.money.payments.models import CommandStatus, GatewayCommand, Payment, PaymentStatus


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
    stuck = (CommandStatus.UNKNOWN, CommandStatus.FAILED)
    rows = db.session.execute(
        select(GatewayCommand.status, func.count())
        .where(GatewayCommand.status.in_(stuck))
        .group_by(GatewayCommand.status)
    ).all()
    commands = {row[0]: row[1] for row in rows}
    converted = (Payment.status == PaymentStatus.PROCESSING) & Payment.settled_currency.is_not(None)
    foreign = db.session.scalar(select(func.count()).select_from(Payment).where(converted)) or 0
    return Unfinished(payments, commands.get(CommandStatus.UNKNOWN, 0), commands.get(CommandStatus.FAILED, 0), foreign)
