"""The second factor: an authenticator app, and recovery codes for the day it is lost."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Row

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.people.accounts import policies, vault
from hubapp.people.accounts.errors import WrongCode
from hubapp.people.accounts.events import SecondFactorChanged
from hubapp.people.accounts.services import sessions, throttle

CODES = 10
SECRET_BYTES = 20


def begin_second_factor(*, account_id: uuid.UUID, renew: bool = False) -> str:
    """The secret to put into an authenticator app; the same one until it is enabled, unless `renew`."""
    credential = _credential(account_id)
    if credential.totp_proposed and not renew:
        return str(credential.totp_proposed)
    secret = base64.b32encode(policies.digest(ids.secret())[:SECRET_BYTES]).decode()
    vault.value("totp_propose", p_id=account_id, p_secret=secret)
    return secret


def enable_second_factor(
    *, account_id: uuid.UUID, session_id: uuid.UUID, code: str, has_passed: bool, now: datetime
) -> tuple[list[str], str]:
    """Switch the proposed secret on, proved by a code; returns recovery codes (shown once) and the session's new token.

    `has_passed`: this session has passed the factor in force; without that, an existing one cannot be replaced.
    Refuses with TooManyAttempts or WrongCode.
    """
    throttle.limit(kind="code account", subject=str(account_id), now=now)
    credential = _credential(account_id)
    if credential.totp_proposed is None or (credential.totp_secret is not None and not has_passed):
        raise _wrong()
    step = policies.totp_match(credential.totp_proposed, code, now=now, last_step=0)
    if step is None or not vault.value("totp_enable", p_id=account_id, p_step=step):
        raise _wrong()
    throttle.forgive(kind="code account", subject=str(account_id), now=now)
    events.publish(SecondFactorChanged(hub_id=None, account_id=account_id, is_on=True))
    return new_recovery_codes(account_id=account_id), sessions.admit(session_id=session_id, now=now)


def pass_second_factor(*, account_id: uuid.UUID, session_id: uuid.UUID, code: str, now: datetime) -> str:
    """Take a code of the app or a recovery code, each good once; returns the session's new token.

    Refuses with TooManyAttempts or WrongCode.
    """
    throttle.limit(kind="code account", subject=str(account_id), now=now)
    credential = _credential(account_id)
    if not (_spend_totp(credential, code, now) or _spend_recovery(account_id, code, now)):
        raise _wrong()
    throttle.forgive(kind="code account", subject=str(account_id), now=now)
    return sessions.admit(session_id=session_id, now=now)


def new_recovery_codes(*, account_id: uuid.UUID) -> list[str]:
    """Ten fresh recovery codes; the old ones stop working. The database keeps their hashes only."""
    codes = [f"{ids.short_code(5)}-{ids.short_code(5)}" for _number in range(CODES)]
    vault.value("recovery_replace", p_id=account_id, p_hashes=[policies.recovery_hash(code) for code in codes])
    return codes


def remove_second_factor(*, account_id: uuid.UUID) -> None:
    """Switch the second factor off, and drop its recovery codes."""
    vault.value("totp_remove", p_id=account_id)
    events.publish(SecondFactorChanged(hub_id=None, account_id=account_id, is_on=False))


def _spend_totp(credential: Row[tuple[object, ...]], code: str, now: datetime) -> bool:
    if credential.totp_secret is None:
        return False
    step = policies.totp_match(credential.totp_secret, code, now=now, last_step=credential.totp_step)
    # The row decides: of two who send the same code at once, one gets in.
    return step is not None and bool(vault.value("totp_spend", p_id=credential.id, p_step=step))


def _spend_recovery(account_id: uuid.UUID, code: str, now: datetime) -> bool:
    return bool(vault.value("recovery_spend", p_id=account_id, p_hash=policies.recovery_hash(code), p_now=now))


def _credential(account_id: uuid.UUID) -> Row[tuple[object, ...]]:
    credential = vault.row("credential_of", p_email=None, p_id=account_id)
    if credential is None:
        raise _wrong()
    return credential


def _wrong() -> WrongCode:
    return WrongCode(_("That code is not right, or was used already. Wait for the next one, or use a recovery code."))
