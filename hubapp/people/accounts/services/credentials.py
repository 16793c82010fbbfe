"""Making accounts and keeping their passwords."""

from __future__ import annotations

import uuid
from datetime import datetime

import argon2
from flask_babel import gettext as _
from sqlalchemy import update

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import policies, vault
from hubapp.people.accounts.errors import BadEmail, BadName, EmailTaken, WeakPassword, WrongPassword
from hubapp.people.accounts.events import PasswordChanged
from hubapp.people.accounts.models import Account

# Three passes over 19 MiB: strong enough, and eight threads hashing at once stay within a worker's memory.
_hasher = argon2.PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
# Checked when there is no such account, so that the answer takes as long as for one that exists.
_nobody = _hasher.hash(ids.secret())


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
    address, clean = require_email(email), require_name(name)
    # The demo's passwords are published, so their strength would be for show.
    hashed = None if password is None else hash_password(password) if is_demo else strong_hash(password, address, clean)
    account_id = ids.uuid7()
    if not open_account(account_id, address, clean, locale, hashed, now if is_confirmed else None, now, replace=False):
        raise EmailTaken(_("There is already an account with this address."))
    if is_central or is_demo:
        db.session.execute(
            update(Account).where(Account.id == account_id).values(is_central=is_central, is_demo=is_demo)
        )
    return account_id


def open_account(
    account_id: uuid.UUID,
    email: str,
    name: str,
    locale: str,
    password_hash: str | None,
    confirmed_at: datetime | None,
    now: datetime,
    *,
    replace: bool,
) -> uuid.UUID | None:
    """Write an account with its credential; None if the address is taken.

    `replace`: an account that was never confirmed takes the new name and password instead.
    """
    opened: uuid.UUID | None = vault.value(
        "account_open",
        p_id=account_id,
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
    db.session.execute(update(Account).where(Account.id == account_id).values(name=require_name(name)))


def set_locale(*, account_id: uuid.UUID, locale: str) -> None:
    """Change the language of mails and pages."""
    db.session.execute(update(Account).where(Account.id == account_id).values(locale=locale))


def change_password(*, account_id: uuid.UUID, old: str, new: str, keep_session: uuid.UUID, now: datetime) -> None:
    """Replace the password and sign other devices out. Refuses with WrongPassword (field `old`) or WeakPassword."""
    credential = vault.row("credential_of", p_email=None, p_id=account_id)
    if credential is None or not verify(credential.password_hash, old):
        raise WrongPassword(_("That is not your current password."), field="old")
    set_password(account_id=account_id, email=credential.email, name=credential.name, password=new, now=now)
    vault.value("sessions_end_others", p_account=account_id, p_keep=keep_session, p_now=now)


def check_password(*, account_id: uuid.UUID, password: str) -> None:
    """Ask again before something weighty. Refuses with WrongPassword."""
    credential = vault.row("credential_of", p_email=None, p_id=account_id)
    if not verify(credential.password_hash if credential else None, password):
        raise WrongPassword(_("That is not your current password."), field="password")


def set_password(*, account_id: uuid.UUID, email: str, name: str, password: str, now: datetime) -> None:
    """Store a new password and tell its owner. Refuses with WeakPassword."""
    vault.value("password_set", p_id=account_id, p_hash=strong_hash(password, email, name), p_now=now)
    events.publish(PasswordChanged(hub_id=None, account_id=account_id))


def verify(hashed: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is nothing to compare with."""
    if len(password) > policies.MAX_PASSWORD:
        return False
    try:
        _hasher.verify(hashed or _nobody, password)
    except argon2.exceptions.VerificationError:
        return False
    return hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether a stored hash was made with older parameters."""
    return _hasher.check_needs_rehash(hashed)


def hash_password(password: str) -> str:
    """Argon2id, with its parameters and salt in the text."""
    return _hasher.hash(password)


def strong_hash(password: str, email: str, name: str) -> str:
    """Hash of an acceptable password. Refuses with WeakPassword."""
    messages = {
        "short": _("Use at least %(count)s characters. Three or four words work well.", count=policies.MIN_PASSWORD),
        "long": _("Use at most %(count)s characters.", count=policies.MAX_PASSWORD),
        "common": _(
            "This is among the first passwords that anybody would try. Three or four unrelated words work well."
        ),
        "personal": _("This is too close to your name or address. Choose something that only you know."),
    }
    weakness = policies.password_weakness(password, personal=(email, name))
    if weakness:
        raise WeakPassword(messages[weakness])
    return hash_password(password)


def require_email(text: str) -> str:
    """The address in its normal form. Refuses with BadEmail."""
    address = policies.normal_email(text)
    if address is None:
        raise BadEmail(_("Enter an e-mail address such as name@example.org."))
    return address


def require_name(text: str) -> str:
    """The name in its normal form. Refuses with BadName."""
    name = policies.normal_name(text)
    if name is None:
        raise BadName(_("Enter a name of at most %(count)s characters.", count=policies.MAX_NAME))
    return name
