"""Signing in and out: one row per device and site, which dies with its parent."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from hubapp.kernel import ids
from hubapp.people.accounts import passwords, policies, vault
from hubapp.people.accounts.errors import NotConfirmed, WrongPassword
from hubapp.people.accounts.services import throttle

MAX_AGENT = 300


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just opened. `token` goes into the cookie and is nowhere else in readable form.

    `is_pending`: the second factor is still missing (`has_factor`: to be typed, otherwise to be set up).
    """

    account_id: uuid.UUID
    token: str
    is_pending: bool
    has_factor: bool


def sign_in(
    *,
    email: str,
    password: str,
    network: str,
    user_agent: str,
    now: datetime,
    needs_second_factor: Callable[[uuid.UUID], bool] = lambda _account_id: False,
    admits_demo: bool = True,
) -> SignedIn:
    """Check the password and open a session, pending if the account has, or must have, a second factor.

    The central team must, and whoever `needs_second_factor` names; the demo's published sign-ins need none, and where
    `admits_demo` is off they are no accounts at all.

    Refuses with TooManyAttempts, WrongPassword or NotConfirmed; unknown addresses cost the same time as known ones.
    """
    address = policies.normal_email(email) or ""
    throttle.limit(kind="sign-in network", subject=policies.network_of(network), now=now)
    throttle.limit(kind="sign-in account", subject=address, now=now)
    credential = vault.row("credential_of", p_email=address, p_id=None)
    if credential is not None and credential.is_demo and not admits_demo:
        credential = None
    if not passwords.verify(credential.password_hash if credential else None, password) or credential is None:
        raise WrongPassword(_("This address and password do not belong together. Check both, or set a new password."))
    throttle.forgive(kind="sign-in account", subject=address, now=now)
    if credential.confirmed_at is None:
        raise NotConfirmed(_("Please confirm your address first: open the link in the mail that we sent you."))
    if passwords.is_outdated(credential.password_hash):
        vault.value("password_set", p_id=credential.id, p_hash=passwords.hash_password(password), p_now=now)
    has_factor = credential.totp_secret is not None
    is_required = not credential.is_demo and (credential.is_central or needs_second_factor(credential.id))
    is_pending = has_factor or is_required
    _session_id, token = open_session(account_id=credential.id, user_agent=user_agent, now=now, is_pending=is_pending)
    return SignedIn(credential.id, token, is_pending, has_factor)


def open_session(
    *, account_id: uuid.UUID, user_agent: str, now: datetime, is_pending: bool = False, has_second_factor: bool = False
) -> tuple[uuid.UUID, str]:
    """Open a session on the central domain; returns its id and the cookie's token. A pending one opens no page."""
    life = policies.PENDING_LIFE if is_pending else policies.SESSION_LIFE
    return _open(account_id, None, None, user_agent, is_pending, now if has_second_factor else None, now, now + life)


def open_hub_session(
    *, account_id: uuid.UUID, parent_id: uuid.UUID, hub_id: int, user_agent: str, now: datetime
) -> tuple[uuid.UUID, str]:
    """Open a session in a hub under a central one: it ends when the parent does."""
    return _open(account_id, hub_id, parent_id, user_agent, False, None, now, now + policies.SESSION_LIFE)


def _open(
    account_id: uuid.UUID,
    hub_id: int | None,
    parent_id: uuid.UUID | None,
    user_agent: str,
    is_pending: bool,  # noqa: FBT001  called from this module only
    second_factor_at: datetime | None,
    now: datetime,
    expires_at: datetime,
) -> tuple[uuid.UUID, str]:
    session_id, token = ids.uuid7(), ids.secret()
    vault.value(
        "session_open",
        p_id=session_id,
        p_account=account_id,
        p_hub=hub_id,
        p_parent=parent_id,
        p_token=policies.digest(token),
        p_agent=user_agent[:MAX_AGENT],
        p_pending=is_pending,
        p_factor=second_factor_at,
        p_now=now,
        p_expires=expires_at,
    )
    return session_id, token


def admit(*, session_id: uuid.UUID, now: datetime) -> str:
    """The second factor was right: a full session, under a new token, as an old cookie value never gains rights."""
    token = ids.secret()
    vault.value(
        "session_admit",
        p_id=session_id,
        p_token=policies.digest(token),
        p_factor=now,
        p_expires=now + policies.SESSION_LIFE,
    )
    return token


def end_session(*, root_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> bool:
    """Sign one device out, here and in every hub. False if it was not this person's, or over already."""
    return bool(vault.value("session_end", p_root=root_id, p_account=account_id, p_now=now))


def end_other_sessions(*, account_id: uuid.UUID, keep: uuid.UUID | None, now: datetime) -> int:
    """Sign out every device but the one whose central session is `keep`; returns how many."""
    return int(vault.value("sessions_end_others", p_account=account_id, p_keep=keep, p_now=now) or 0)
