"""Making accounts and keeping their passwords."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import update

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import passwords, typed, vault
from hubapp.people.accounts.errors import EmailTaken, WrongPassword
from hubapp.people.accounts.events import PasswordChanged
from hubapp.people.accounts.models import Account


def create_account(
    *,
    email: str,
    name: str,
    password: str | None,
    locale: str,
    now: datetime,
    is_confirmed: bool = False,
    is_central: bool = False,
    is_demo: bool = False,
) -> uuid.UUID:
    """Add an account. `password` None: it cannot sign in until it sets one by mail.

    `is_central` and `is_demo` need the platform scope. Refuses with BadEmail, BadName, WeakPassword or EmailTaken.
    """
    address, clean = typed.require_email(email), typed.require_name(name)
    hashed = None
    if password is not None:
        # The demo's passwords are published, so their strength would be for show.
        hashed = passwords.hash_password(password) if is_demo else passwords.strong_hash(password, address, clean)
    confirmed_at = now if is_confirmed else None
    opened = open_account(
        email=address,
        name=clean,
        locale=locale,
        password_hash=hashed,
        confirmed_at=confirmed_at,
        replace=False,
        now=now,
    )
    if opened is None:
        raise EmailTaken(_("There is already an account with this address."))
    if is_central or is_demo:
        db.session.execute(update(Account).where(Account.id == opened).values(is_central=is_central, is_demo=is_demo))
    return opened


def open_account(
    *,
    email: str,
    name: str,
    locale: str,
    password_hash: str | None,
    confirmed_at: datetime | None,
    replace: bool,
    now: datetime,
) -> uuid.UUID | None:
    """Write an account with its credential; None if the address is taken.

    `replace`: an account that was never confirmed takes the new name and password instead.
    """
    opened: uuid.UUID | None = vault.value(
        "account_open",
        p_id=ids.uuid7(),
        p_email=email,
        p_name=name,
        p_locale=locale,
        p_password=password_hash,
        p_confirmed=confirmed_at,
        p_replace=replace,
        p_now=now,
    )
    return opened


def rename(*, account_id: uuid.UUID, name: str) -> None:
    """Change what a person is called. Refuses with BadName."""
    db.session.execute(update(Account).where(Account.id == account_id).values(name=typed.require_name(name)))


def set_locale(*, account_id: uuid.UUID, locale: str) -> None:
    """Change the language of mails and pages."""
    db.session.execute(update(Account).where(Account.id == account_id).values(locale=locale))


def change_password(*, account_id: uuid.UUID, old: str, new: str, keep_session: uuid.UUID, now: datetime) -> None:
    """Replace the password and sign other devices out. Refuses with WrongPassword (field `old`) or WeakPassword."""
    credential = vault.row("credential_of", p_email=None, p_id=account_id)
    if credential is None or not passwords.verify(credential.password_hash, old):
        raise WrongPassword(_("That is not your current password."), field="old")
    set_password(account_id=account_id, email=credential.email, name=credential.name, password=new, now=now)
    vault.value("sessions_end_others", p_account=account_id, p_keep=keep_session, p_now=now)


def check_password(*, account_id: uuid.UUID, password: str) -> None:
    """Ask again before something weighty. Refuses with WrongPassword."""
    credential = vault.row("credential_of", p_email=None, p_id=account_id)
    if not passwords.verify(credential.password_hash if credential else None, password):
        raise WrongPassword(_("That is not your current password."), field="password")


def set_password(*, account_id: uuid.UUID, email: str, name: str, password: str, now: datetime) -> None:
    """Store a new password and tell its owner. Refuses with WeakPassword."""
    vault.value("password_set", p_id=account_id, p_hash=passwords.strong_hash(password, email, name), p_now=now)
    events.publish(PasswordChanged(hub_id=None, account_id=account_id))
