"""Finding what we know of things by the provider's own ids, across hubs (platform scope)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.money.payments.gateway_models import CommandKind, CommandStatus, GatewayCommand
from hubapp.money.payments.models import Payment, Refund

WAITING = (CommandStatus.TODO, CommandStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Charged:
    """A payment with its charge; amounts in minor units, None while nobody has seen the charge."""

    hub_id: int
    payment_id: UUID
    reference: str
    status: str
    amount: int
    fee: int | None
    net: int | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund as we know it."""

    hub_id: int
    refund_id: UUID
    reference: str
    status: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command to the provider; `finished_at` None: its outcome is not known yet."""

    kind: str
    subject: str
    amount: int
    hub_id: int | None
    finished_at: datetime | None


def charged(charge_ids: Collection[str]) -> dict[str, Charged]:
    """Charge id → the payment that it settled."""
    rows = db.session.scalars(select(Payment).where(Payment.charge_id.in_(charge_ids))) if charge_ids else ()
    return {str(row.charge_id): _charged(row) for row in rows}


def payment_in(hub_id: int, payment_id: UUID) -> Charged | None:
    """A payment of a hub, whatever became of it."""
    row = db.session.scalar(select(Payment).where(Payment.hub_id == hub_id, Payment.id == payment_id))
    return None if row is None else _charged(row)


def _charged(row: Payment) -> Charged:
    return Charged(row.hub_id, row.id, row.reference, row.status, row.amount, row.fee, row.net, row.settled_at)


def given_back(provider_ids: Collection[str]) -> dict[str, GivenBack]:
    """The provider's refund id → our refund."""
    rows = db.session.scalars(select(Refund).where(Refund.provider_id.in_(provider_ids))) if provider_ids else ()
    return {
        str(row.provider_id): GivenBack(row.hub_id, row.id, row.reference, row.status, row.settled_at) for row in rows
    }


def answered(result_ids: Collection[str]) -> dict[str, Ordered]:
    """The id that the provider answered → the command that it did."""
    answer = GatewayCommand.result["id"].astext
    rows = db.session.scalars(select(GatewayCommand).where(answer.in_(result_ids))) if result_ids else ()
    return {str((row.result or {})["id"]): _ordered(row) for row in rows}


def looked_up_reversals() -> list[Ordered]:
    """Reversals whose answer was lost and whose outcome was seen on the transfer itself: nobody knows their own id."""
    was_looked_up = GatewayCommand.result.has_key("reversed_amount")
    is_reversal = GatewayCommand.kind == CommandKind.TRANSFER_REVERSE
    rows = db.session.scalars(select(GatewayCommand).where(is_reversal, was_looked_up))
    return [_ordered(row) for row in rows]


def unanswered(*, kind: str) -> list[Ordered]:
    """Commands of a kind that may have been done without our knowing."""
    is_waiting = GatewayCommand.status.in_(WAITING)
    rows = db.session.scalars(select(GatewayCommand).where(GatewayCommand.kind == kind, is_waiting))
    return [_ordered(row) for row in rows]


def _ordered(row: GatewayCommand) -> Ordered:
    return Ordered(row.kind, row.subject, int(row.params.get("amount") or 0), row.hub_id, row.finished_at)


@dataclass(frozen=True, slots=True)
class Moved:
    """A command that moved money of a connected account, or may have; `amount` in minor units.

    `names`: the ids under which the account's own books may have it. `at`: when it was done, else when it was asked.
    """

    kind: str
    subject: str
    amount: int
    names: frozenset[str]
    is_done: bool
    at: datetime


def moved(account: str) -> list[Moved]:
    """What we had the provider do with a connected account's money, the oldest first; what failed moved nothing."""
    may_be_done = GatewayCommand.status != CommandStatus.FAILED
    params = GatewayCommand.params
    # As the index has it.
    whose = func.coalesce(params["destination"].astext, params["account_id"].astext)
    ordered = GatewayCommand.kind.in_((CommandKind.TRANSFER_CREATE, CommandKind.PAYOUT_CREATE))
    found = list(db.session.scalars(select(GatewayCommand).where(may_be_done, ordered, whose == account)))
    # A reversal names the transfer alone; it is about the same payout.
    back = GatewayCommand.kind == CommandKind.TRANSFER_REVERSE
    same = GatewayCommand.subject.in_({row.subject for row in found})
    found += db.session.scalars(select(GatewayCommand).where(may_be_done, back, same))
    return [_moved(row) for row in sorted(found, key=lambda row: row.id)]


def _moved(row: GatewayCommand) -> Moved:
    result = row.result or {}
    field = {CommandKind.TRANSFER_CREATE: "payment_id", CommandKind.TRANSFER_REVERSE: "refund_id"}.get(
        CommandKind(row.kind), "id"
    )
    names = frozenset(filter(None, (result.get(field),)))
    is_done = row.status == CommandStatus.DONE
    return Moved(row.kind, row.subject, int(row.params["amount"]), names, is_done, row.finished_at or row.created_at)


def destinations(*, since: datetime) -> set[str]:
    """Connected accounts that money was sent to, or was to be, since a moment."""
    account = GatewayCommand.params["destination"].astext
    sent = (GatewayCommand.kind == CommandKind.TRANSFER_CREATE, GatewayCommand.created_at >= since)
    return {found for found in db.session.scalars(select(account).where(*sent).distinct()) if found}
