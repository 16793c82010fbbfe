"""Reading accounts for the central team, addresses included (platform scope)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.people.accounts.models import Account

PAGE = 30


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account in the central team's list."""

    id: uuid.UUID
    email: str
    name: str
    is_central: bool
    is_demo: bool
    is_confirmed: bool
    created_at: datetime


def accounts(*, search: str = "", after: str = "", limit: int = PAGE) -> Sequence[AccountRow]:
    """Accounts by address, paged by it; `search` is how the address begins, so that the index answers."""
    statement = select(Account).where(Account.email > after).order_by(Account.email).limit(limit)
    if search:
        statement = statement.where(Account.email.startswith(search.strip().lower()[:254], autoescape=True))
    return [_row(row) for row in db.session.scalars(statement)]


def named(name: str, *, limit: int = PAGE) -> Sequence[AccountRow]:
    """Accounts whose name contains this, by name."""
    statement = select(Account).where(Account.name.icontains(name.strip()[:80], autoescape=True))
    return [_row(row) for row in db.session.scalars(statement.order_by(Account.name, Account.id).limit(limit))]


def central_team() -> list[uuid.UUID]:
    """Everybody who works for the central team."""
    return list(db.session.scalars(select(Account.id).where(Account.is_central, Account.confirmed_at.is_not(None))))


def with_ids(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, AccountRow]:
    """Accounts by id."""
    rows = db.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
    return {row.id: _row(row) for row in rows}


def _row(row: Account) -> AccountRow:
    return AccountRow(
        id=row.id,
        email=row.email,
        name=row.name,
        is_central=row.is_central,
        is_demo=row.is_demo,
        is_confirmed=row.confirmed_at is not None,
        created_at=row.created_at,
    )
