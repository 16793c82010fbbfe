"""Mails: written by the transaction that has a reason for them, sent by a job."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class MailStatus(enum.StrEnum):
    """Waiting for the job, sent, or refused for good."""

    WAITING = "waiting"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"


class Mail(db.Model):  # type: ignore[name-defined]
    """One mail to one account or one address. Central; the app's role adds rows and cannot read them.

    `context` may hold links that open an account, so it is emptied once the mail has gone.
    """

    __tablename__ = "mail"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    address: Mapped[str | None]
    template: Mapped[str]
    locale: Mapped[str | None]
    context: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default=MailStatus.WAITING)
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'sent', 'undeliverable')", name="status"),
        CheckConstraint("(account_id IS NULL) <> (address IS NULL)", name="one_recipient"),
        CheckConstraint("status IN ('waiting', 'undeliverable') OR context = '{}'::jsonb", name="forgets_what_it_said"),
    )


class BadAddress(db.Model):  # type: ignore[name-defined]
    """Central: an address that takes no mail, so that none is sent there until somebody forgives it."""

    __tablename__ = "bad_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    noted_at: Mapped[datetime]
