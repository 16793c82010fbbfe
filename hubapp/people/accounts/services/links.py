"""Links by mail: confirming an address, setting a new password, moving to another address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import passwords, policies, typed, vault
from hubapp.people.accounts.errors import EmailTaken, LinkSpent
from hubapp.people.accounts.events import EmailChanged, LinkAsked
from hubapp.people.accounts.models import Account, EmailToken
from hubapp.people.accounts.services import credentials, throttle


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed address: which link did it, whose it is, and where they were going."""

    link_id: uuid.UUID
    account_id: uuid.UUID
    next_url: str


@dataclass(frozen=True, slots=True)
class MailedLink:
    """What the mail needs to say. `token` None: there is nothing to open, and `account_id` None: nobody to open it."""

    purpose: str
    address: str
    locale: str
    hub_id: int | None
    account_id: uuid.UUID | None
    name: str
    token: str | None


def sign_up(
    *, email: str, name: str, password: str, locale: str, next_url: str, hub_id: int | None, network: str, now: datetime
) -> uuid.UUID:
    """Open an account that waits for its address to be confirmed; returns the id of the link asked for.

    The answer and the work are the same when the address is taken: the mail tells the difference to its owner.
    Refuses with TooManyAttempts, BadEmail, BadName or WeakPassword.
    """
    throttle.limit(kind="sign-up network", subject=policies.network_of(network), now=now)
    address, clean = typed.require_email(email), typed.require_name(name)
    hashed = passwords.strong_hash(password, address, clean)
    throttle.limit(kind="mail account", subject=address, now=now)
    credentials.open_account(
        email=address, name=clean, locale=locale, password_hash=hashed, confirmed_at=None, replace=True, now=now
    )
    return _ask("confirm", address, None, next_url, locale, hub_id, now)


def resend_confirmation(
    *, email: str, locale: str, next_url: str, hub_id: int | None, network: str, now: datetime
) -> uuid.UUID:
    """Send the confirmation link again. Refuses with TooManyAttempts or BadEmail."""
    return _ask("confirm", _address(email, network, now), None, next_url, locale, hub_id, now)


def request_reset(*, email: str, locale: str, hub_id: int | None, network: str, now: datetime) -> uuid.UUID:
    """Send a link for a new password; unknown addresses get the same answer.

    Refuses with TooManyAttempts or BadEmail.
    """
    return _ask("reset", _address(email, network, now), None, "", locale, hub_id, now)


def request_email_change(
    *, account_id: uuid.UUID, email: str, password: str, locale: str, network: str, now: datetime
) -> uuid.UUID:
    """Send a link to the new address; nothing changes until it is opened.

    Refuses with WrongPassword, TooManyAttempts or BadEmail.
    """
    credentials.check_password(account_id=account_id, password=password)
    return _ask("change", _address(email, network, now), account_id, "", locale, None, now)


def confirm_email(*, token: str, now: datetime) -> Confirmed:
    """Confirm an account's address, or move it to the confirmed new one. Refuses with LinkSpent or EmailTaken."""
    link = vault.row("link_use", p_hash=policies.digest(token), p_purpose="confirm", p_now=now)
    if link is not None:
        vault.value("account_confirm", p_id=link.account_id, p_now=now)
        return Confirmed(link.link_id, link.account_id, link.next_url)
    link = vault.row("link_use", p_hash=policies.digest(token), p_purpose="change", p_now=now)
    if link is None:
        raise spent()
    if not vault.value("email_change", p_id=link.account_id, p_email=link.address):
        raise EmailTaken(_("There is already an account with this address."))
    events.publish(EmailChanged(hub_id=None, account_id=link.account_id, old_email=link.email))
    return Confirmed(link.link_id, link.account_id, link.next_url)


def reset_password(*, token: str, password: str, now: datetime) -> uuid.UUID:
    """Set a new password by mailed link and sign out everywhere; the link also proves the address.

    Refuses with LinkSpent or WeakPassword (then the link stays good).
    """
    peeked = vault.row("link_peek", p_hash=policies.digest(token), p_now=now)
    if peeked is None or peeked.purpose != "reset":
        raise spent()
    with db.session.begin_nested():  # a refused password gives the link back
        link = vault.row("link_use", p_hash=policies.digest(token), p_purpose="reset", p_now=now)
        if link is None:
            raise spent()
        credentials.set_password(
            account_id=link.account_id, email=link.email, name=link.name, password=password, now=now
        )
    vault.value("account_confirm", p_id=link.account_id, p_now=now)
    vault.value("sessions_end_others", p_account=link.account_id, p_keep=None, p_now=now)
    return uuid.UUID(str(link.account_id))


def make_link(*, link_id: uuid.UUID, now: datetime) -> MailedLink | None:
    """Make the token of a link that was asked for, for the mail that is being written (platform scope).

    None if the link is over: a newer one was asked for, or it was used.
    """
    link = db.session.get(EmailToken, link_id)
    if link is None or link.used_at is not None or link.expires_at <= now:
        return None
    account = db.session.get(Account, link.account_id) if link.account_id else None
    # An account that is confirmed needs no confirmation: its owner is told that it exists.
    is_open = account is not None and not (link.purpose == "confirm" and account.confirmed_at is not None)
    token = ids.secret() if is_open else None
    link.token_hash = policies.digest(token) if token else None
    db.session.flush()
    locale, name = (account.locale, account.name) if account else (link.locale, "")
    return MailedLink(link.purpose, link.address, locale, link.hub_id, link.account_id, name, token)


def spent() -> LinkSpent:
    """The refusal of a link that no longer works."""
    return LinkSpent(_("This link was used already, or it is too old. Ask for a new one."))


def _address(email: str, network: str, now: datetime) -> str:
    throttle.limit(kind="mail network", subject=policies.network_of(network), now=now)
    address = typed.require_email(email)
    throttle.limit(kind="mail account", subject=address, now=now)
    return address


def _ask(
    purpose: str,
    address: str,
    account_id: uuid.UUID | None,
    next_url: str,
    locale: str,
    hub_id: int | None,
    now: datetime,
) -> uuid.UUID:
    link_id = ids.uuid7()
    vault.value(
        "link_ask",
        p_id=link_id,
        p_email=address,
        p_account=account_id,
        p_purpose=purpose,
        p_next=next_url,
        p_locale=locale,
        p_hub=hub_id,
        p_now=now,
        p_expires=now + policies.LINK_LIFE[purpose],
    )
    events.publish(LinkAsked(hub_id=hub_id, link_id=link_id))
    return link_id
