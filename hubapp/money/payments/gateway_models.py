"""What goes to and comes from the provider: the outbox, its events, and whose money the database holds."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class CommandStatus(enum.StrEnum):
    """`unknown`: sent, and nobody can tell what happened."""

    TODO = "todo"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"


class CommandKind(enum.StrEnum):
    """What the provider can be asked to do."""

    CHECKOUT_CREATE = "checkout.create"
    CHECKOUT_EXPIRE = "checkout.expire"
    REFUND_CREATE = "refund.create"
    PAYEE_CREATE = "payee.create"
    TRANSFER_CREATE = "transfer.create"
    TRANSFER_REVERSE = "transfer.reverse"
    PAYOUT_CREATE = "payout.create"
    CHARGE_CREATE = "charge.create"
    SETUP_CREATE = "setup.create"
    DISPUTE_SUBMIT = "dispute.submit"
    DISPUTE_CLOSE = "dispute.close"
    FILE_UPLOAD = "file.upload"


class GatewayCommand(db.Model):  # type: ignore[name-defined]
    """A request to the provider: its parameters and key never change, so that sending it again is harmless."""

    __tablename__ = "gateway_command"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    params: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default=CommandStatus.TODO)
    attempts: Mapped[int] = mapped_column(default=0)
    first_sent_at: Mapped[datetime | None]  # business time, as the provider's memory of keys is
    next_try_at: Mapped[datetime]  # wall time, as are the lease and the queue
    lease_until: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('todo', 'unknown', 'done', 'failed')", name="status"),
        # Whatever a bug may ask for: one refund, transfer or payout per row that wants one.
        Index("uq_gateway_command_alive", "kind", "subject", unique=True, postgresql_where=text("status <> 'failed'")),
        Index("ix_gateway_command_waiting", "next_try_at", postgresql_where=text("status IN ('todo', 'unknown')")),
        Index("ix_gateway_command_subject", "subject"),
        # By what the provider answered: a line of its books names a transfer, and only the command knows whose it is.
        Index("ix_gateway_command_answer", text("(result ->> 'id')")),
        Index("ix_gateway_command_account", text("(coalesce(params ->> 'destination', params ->> 'account_id'))")),
    )


class GatewayEvent(db.Model):  # type: ignore[name-defined]
    """An event as the provider sent it, kept once however often it comes."""

    __tablename__ = "gateway_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    source: Mapped[str]
    external_id: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str | None]
    account: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_gateway_event_unhandled", "received_at", postgresql_where=text("handled_at IS NULL")),
    )


class GatewaySeen(db.Model):  # type: ignore[name-defined]
    """Until when the provider was looked through for what no event told of; `what`: of which kind."""

    __tablename__ = "gateway_seen"

    what: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]

    __table_args__ = (CheckConstraint("what IN ('disputes')", name="what"),)


class MoneyWorld(db.Model):  # type: ignore[name-defined]
    """The one row that says to which world the money rows belong; written when a process starts (`world`)."""

    __tablename__ = "money_world"

    id: Mapped[bool] = mapped_column(primary_key=True, default=True)
    mode: Mapped[str]
    marked_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("id", name="one_row"),
        CheckConstraint("mode IN ('sandbox', 'test', 'live')", name="mode"),
    )
