"""Reading accounts: cards for pages, the viewer of a request, a person's devices."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.people.accounts import policies, vault
from hubapp.people.accounts.models import Account


@dataclass(frozen=True, slots=True)
class AccountView:
    """What other slices may know of one account."""

    id: uuid.UUID
    name: str
    email: str
    locale: str
    is_central: bool
    is_demo: bool
    is_confirmed: bool

    @property
    def initials(self) -> str:
        """One or two letters."""
        return policies.initials(self.name)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The session a request carries, and whose it is. `root_id`: the central session, its own or its parent's."""

    session_id: uuid.UUID
    root_id: uuid.UUID
    is_pending: bool
    has_second_factor: bool
    account_id: uuid.UUID
    email: str
    name: str
    locale: str
    is_central: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Device:
    """One signed-in device, as `/me/security` lists it."""

    session_id: uuid.UUID
    browser: str
    system: str
    created_at: datetime
    seen_at: datetime
    hub_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """State of an account's second factor."""

    is_on: bool
    proposed: str | None
    recovery_left: int


def account(account_id: uuid.UUID) -> AccountView | None:
    """One account, address included; works in every scope."""
    row = vault.row("account_card", p_id=account_id)
    if row is None:
        return None
    return AccountView(
        row.id, row.name, row.email, row.locale, row.is_central, row.is_demo, row.confirmed_at is not None
    )


def locales(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The language of each, by id, in one query."""
    statement = select(Account.id, Account.locale).where(Account.id.in_(set(account_ids)))
    return {row.id: row.locale for row in db.session.execute(statement)}


def names(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names by id, in one query."""
    wanted = list(set(account_ids))
    if not wanted:
        return {}
    return {
        row.id: row.name for row in db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    }


def id_of(email: str) -> uuid.UUID | None:
    """Account id by address (platform scope only: the app's role cannot search addresses)."""
    return db.session.scalar(select(Account.id).where(Account.email == (policies.normal_email(email) or "")))


def count() -> int:
    """How many accounts there are."""
    return db.session.scalar(select(func.count(Account.id))) or 0


def viewer(*, token: str, hub_id: int | None, now: datetime) -> Viewer | None:
    """Whose session the token is on this site; one query, which also notes that they were seen. `now`: wall time."""
    row = vault.row("session_viewer", p_token=policies.digest(token), p_hub=hub_id, p_now=now)
    return Viewer(*tuple(row)) if row else None


def devices(*, account_id: uuid.UUID, now: datetime) -> list[Device]:
    """Signed-in devices, last seen first."""
    return [
        Device(row.id, *policies.device_family(row.user_agent), row.created_at, row.seen_at, tuple(row.hub_ids))
        for row in vault.rows("sessions_of", p_account=account_id, p_now=now)
    ]


def factor(*, account_id: uuid.UUID) -> Factor:
    """Whether a second factor is on, the secret being set up, and how many recovery codes are left."""
    row = vault.row("credential_of", p_email=None, p_id=account_id)
    if row is None:
        return Factor(is_on=False, proposed=None, recovery_left=0)
    return Factor(row.totp_secret is not None, row.totp_proposed, row.recovery_left)


@dataclass(frozen=True, slots=True)
class Link:
    """A mailed link that still works."""

    purpose: str
    address: str
    next_url: str


def link(*, token: str, now: datetime) -> Link | None:
    """What a mailed link is for, or None if it is unknown, used or out of date. `now`: wall time."""
    row = vault.row("link_peek", p_hash=policies.digest(token), p_now=now)
    return Link(*tuple(row)) if row else None
