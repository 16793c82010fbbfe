"""Mails that follow from what happened to an account, and the job that sends mails."""

from __future__ import annotations

import uuid

from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.accounts import services as accounts
from hubapp.people.accounts.events import EmailChanged, LinkAsked, PasswordChanged, SecondFactorChanged
from hubapp.people.notifications import services

WHY = "accounts are central, and the app's role may read neither their addresses nor their links"


@queue.task(services.SEND, platform="mails are central, and the app's role cannot read them")
def send(mail_id: str) -> None:
    """Hand one mail to the mail server."""
    services.deliver(mail_id=uuid.UUID(mail_id), now=clock.wall())


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
    services.send_mail(
        to_account_id=event.account_id, template="password_changed", hub_id=None, context={}, now=clock.wall()
    )


@on(EmailChanged, platform=WHY)
def mail_email_changed(event: EmailChanged) -> None:
    """Tell the old address."""
    services.send_mail(to_email=event.old_email, template="email_changed", hub_id=None, context={}, now=clock.wall())


@on(SecondFactorChanged, platform=WHY)
def mail_second_factor_changed(event: SecondFactorChanged) -> None:
    """Tell the owner."""
    services.send_mail(
        to_account_id=event.account_id,
        template="second_factor",
        hub_id=None,
        context={"is_on": event.is_on},
        now=clock.wall(),
    )
