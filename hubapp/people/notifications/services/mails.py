"""Sending mails: a row and a job in the caller's transaction; the job renders and hands over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.jobs import queue
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import policies as addresses
from hubapp.people.accounts import queries as accounts
from hubapp.people.notifications import policies, rendering
from hubapp.people.notifications.errors import BadAddress, NotToRetry, Undeliverable
from hubapp.people.notifications.models import BadAddress as BadAddressRow
from hubapp.people.notifications.models import Mail, MailStatus
from hubapp.people.notifications.rendering import Letter
from hubapp.tenancy import queries as tenancy

SEND = "notifications.send"
LONGEST_FAILURE = 500


def send_mail(
    *,
    template: str,
    hub_id: int | None,
    context: Mapping[str, Any],
    now: datetime,
    to_account_id: uuid.UUID | None = None,
    to_email: str | None = None,
    locale: str | None = None,
) -> uuid.UUID:
    """Send `people/notifications/mail/<template>.txt` and `.html` to an account or an address, once this commits.

    `context` holds plain JSON values; `hub_id` gives the mail its look; an account's own language beats `locale`.
    Refuses with BadAddress. Raises LookupError for a template that does not exist.
    """
    if not policies.TEMPLATE.match(template) or not rendering.exists(template):
        raise LookupError(f"there is no mail called {template!r}")
    address = None
    if to_account_id is None:
        address = addresses.normal_email(to_email or "")
        if address is None:
            raise BadAddress(_("Enter an e-mail address such as name@example.org."))
    mail_id = ids.uuid7()
    db.session.add(
        Mail(
            id=mail_id,
            hub_id=hub_id,
            account_id=to_account_id,
            address=address,
            template=template,
            locale=locale,
            context=dict(context),
            created_at=now,
        )
    )
    db.session.flush()
    queue.enqueue(SEND, hub_id=None, arguments={"mail_id": str(mail_id)})
    return mail_id


def deliver(*, mail_id: uuid.UUID, now: datetime) -> None:
    """Render a waiting mail and hand it to the mail server (platform scope). A mail that has gone is not sent again."""
    mail = _locked(mail_id)
    if mail is None or mail.status != MailStatus.WAITING:
        return
    account = accounts.account(mail.account_id) if mail.account_id else None
    address = account.email if account else mail.address
    hub = tenancy.hub_view(mail.hub_id) if mail.hub_id is not None else None
    locale = (account.locale if account else None) or mail.locale or (hub.default_locale if hub else "en")
    name = account.name if account else ""
    letter = Letter(mail.template, address or "", name, locale, hub, mail.context, account_id=mail.account_id)
    try:
        _refuse_bad(letter.address)
        rendering.send(letter)
    except Undeliverable as refusal:
        mail.status, mail.failure = MailStatus.UNDELIVERABLE, str(refusal)[:LONGEST_FAILURE]
    else:
        mail.status, mail.sent_at, mail.failure = MailStatus.SENT, now, None
    if mail.status == MailStatus.SENT or mail.template in policies.SECRET:
        mail.context = {}
    db.session.flush()


def _locked(mail_id: uuid.UUID) -> Mail | None:
    """A mail as it is now: two who send it, or have it sent again, take turns here."""
    return db.session.scalar(select(Mail).where(Mail.id == mail_id).with_for_update())


def _refuse_bad(address: str) -> None:
    bad = db.session.get(BadAddressRow, address)
    if bad is not None:
        raise Undeliverable(_("Marked as an address that takes no mail: %(reason)s", reason=bad.reason))


def retry(*, mail_id: uuid.UUID) -> str:
    """Send a mail that failed once more; returns its template (platform scope). Refuses with NotToRetry."""
    mail = _locked(mail_id)
    if mail is None or mail.status != MailStatus.UNDELIVERABLE or mail.template in policies.SECRET:
        raise NotToRetry
    mail.status = MailStatus.WAITING
    db.session.flush()
    queue.enqueue(SEND, hub_id=None, arguments={"mail_id": str(mail_id)})
    return mail.template


def mark_bad(*, address: str, reason: str, now: datetime) -> None:
    """Send no more mail to an address (platform scope); doing it again changes nothing. Refuses with BadAddress."""
    normal = addresses.normal_email(address)
    if normal is None:
        raise BadAddress(_("Enter an e-mail address such as name@example.org."))
    if db.session.get(BadAddressRow, normal) is None:
        db.session.add(BadAddressRow(address=normal, reason=reason, noted_at=now))
        db.session.flush()


def forgive(*, address: str) -> None:
    """Send mail there again (platform scope)."""
    bad = db.session.get(BadAddressRow, address)
    if bad is not None:
        db.session.delete(bad)
        db.session.flush()
