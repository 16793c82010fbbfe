"""Mails that follow from what happened to an account, and the jobs that send mails and reach devices."""

from __future__ import annotations

import uuid

from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.accounts import services as accounts
from hubapp.people.accounts.events import EmailChanged, LinkAsked, PasswordChanged, SecondFactorChanged
from hubapp.people.notifications import services
from hubapp.people.notifications.services.digests import DIGEST

WHY = "accounts are central, and the app's role may read neither their addresses nor their links"


@queue.task(services.SEND, platform="mails are central, and the app's role cannot read them")
def send(mail_id: str) -> None:
    """Hand one mail to the mail server."""
    services.deliver(mail_id=uuid.UUID(mail_id), now=clock.wall())


@queue.task(services.MAIL_DUE, platform="mails are central, and the app's role cannot read them")
def mail_due() -> None:
    """Write the mails of notices whose time has come."""
    services.mail_due(now=clock.now())


@queue.task(services.PUSH_DUE, platform="devices are central, and the app's role cannot read where they are")
def push_due() -> None:
    """Ask for the jobs that show notices on devices."""
    services.push_due(now=clock.now(), wall=clock.wall())


@queue.task(services.PUSH, platform="devices are central, and the app's role cannot read where they are")
def push(notice_id: str, device_id: str, tries: int = 0) -> None:
    """Show one notice on one device."""
    names = {"notice_id": uuid.UUID(notice_id), "device_id": uuid.UUID(device_id)}
    services.push(**names, tries=tries, now=clock.now(), wall=clock.wall())


@queue.periodic("20 * * * * *", "notifications.sweep", platform="digests and held mails go over all hubs")
def sweep() -> None:
    """Each minute: what quiet hours held back, and the digests whose hour has come."""
    services.mail_due(now=clock.now())
    services.push_due(now=clock.now(), wall=clock.wall())
    services.take_due(now=clock.now())


@queue.task(DIGEST, platform="a digest is one mail over all hubs of a person")
def send_digest(account_id: str) -> None:
    """Write one person's digest."""
    services.send_digest(account_id=uuid.UUID(account_id), now=clock.now())


@queue.periodic("0 40 3 * * *", "notifications.forget", platform="a sweep over everybody")
def forget() -> None:
    """Each night: drop what only guarded against telling twice, devices where nobody is signed in, pauses gone by."""
    services.forget_occasions(now=clock.now())
    services.forget_devices(now=clock.wall())
    services.forget_pauses(now=clock.wall())


@on(LinkAsked, platform=WHY)
def mail_link(event: LinkAsked) -> None:
    """Make the link's token and write the mail; whoever has no account is told so."""
    now = clock.wall()
    link = accounts.make_link(link_id=event.link_id, now=now)
    if link is None:
        return
    template = link.purpose
    if link.token is None:
        template = "already_registered" if link.account_id else "no_account"
    services.send_mail(
        to_email=link.address,
        template=template,
        hub_id=link.hub_id,
        locale=link.locale,
        context={"token": link.token, "name": link.name},
        now=now,
    )


@on(PasswordChanged, platform=WHY)
def mail_password_changed(event: PasswordChanged) -> None:
    """Tell the owner, who may not have done it."""
    _to_owner(event.account_id, "password_changed", {})


@on(EmailChanged, platform=WHY)
def mail_email_changed(event: EmailChanged) -> None:
    """Tell the old address."""
    services.send_mail(to_email=event.old_email, template="email_changed", hub_id=None, context={}, now=clock.wall())


@on(SecondFactorChanged, platform=WHY)
def mail_second_factor_changed(event: SecondFactorChanged) -> None:
    """Tell the owner."""
    _to_owner(event.account_id, "second_factor", {"is_on": event.is_on})


def _to_owner(account_id: uuid.UUID, template: str, context: dict[str, bool]) -> None:
    services.tell_by_letter(
        template=template,
        to_account_id=account_id,
        hub_id=None,
        about="account",
        path="/me/security",
        context=context,
        now=clock.wall(),
    )
