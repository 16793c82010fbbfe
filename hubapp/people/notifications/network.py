"""Mails that came back and addresses that take none, for the central team (platform scope)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.people.accounts import network as accounts
from hubapp.people.notifications import policies
from hubapp.people.notifications.models import BadAddress, Mail, MailStatus


@dataclass(frozen=True, slots=True)
class FailedMail:
    """A mail that was refused for good. `can_retry`: what it said was kept."""

    id: uuid.UUID
    hub_id: int | None
    address: str
    template: str
    failure: str
    created_at: datetime
    can_retry: bool


def failed(*, before: uuid.UUID | None = None, limit: int = 50) -> list[FailedMail]:
    """The newest first, paged by id."""
    statement = select(Mail).where(Mail.status == MailStatus.UNDELIVERABLE).order_by(Mail.id.desc()).limit(limit)
    rows = db.session.scalars(statement if before is None else statement.where(Mail.id < before)).all()
    people = accounts.with_ids({row.account_id for row in rows if row.account_id})
    return [
        FailedMail(
            row.id,
            row.hub_id,
            row.address or (people[row.account_id].email if row.account_id in people else ""),
            row.template,
            row.failure or "",
            row.created_at,
            row.template not in policies.SECRET,
        )
        for row in rows
    ]


def count_failed() -> int:
    """How many mails were refused for good."""
    statement = select(func.count()).select_from(Mail).where(Mail.status == MailStatus.UNDELIVERABLE)
    return db.session.scalar(statement) or 0


def bad_addresses(*, after: str = "", limit: int = 50) -> Sequence[BadAddress]:
    """Addresses that take no mail, by the alphabet, paged by address."""
    statement = select(BadAddress).where(BadAddress.address > after).order_by(BadAddress.address)
    return db.session.scalars(statement.limit(limit)).all()


def bad_among(addresses: Collection[str]) -> set[str]:
    """Those of them that take no mail."""
    return set(db.session.scalars(select(BadAddress.address).where(BadAddress.address.in_(addresses))))
