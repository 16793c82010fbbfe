"""Acts of the central team that take more than one slice: open a hub with its connector, name one, retry a job."""

from __future__ import annotations

import uuid
from datetime import datetime

from hubapp.console.errors import AlreadyConnector, NoSuchAccount, NotConfirmed, NothingToRetry, WhyMissing
from hubapp.jobs import failures
from hubapp.people.accounts import queries as accounts
from hubapp.people.accounts.queries import AccountView
from hubapp.people.membership import queries as members
from hubapp.people.membership import services as membership
from hubapp.people.membership.errors import NoSuchMember
from hubapp.people.membership.models import Role
from hubapp.tenancy import audit
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.packs.schema import Pack
from hubapp.tenancy.platform import in_hub


def open_hub(*, pack: Pack, connector_email: str, actor: Actor, now: datetime) -> int:
    """Open a hub and, unless `connector_email` is empty, name its connector: both or neither; returns the hub's id.

    Refuses with what opening refuses, NoSuchAccount or NotConfirmed.
    """
    account = account_of(email=connector_email) if connector_email else None
    hub_id = tenancy.open_hub(pack=pack, actor=actor, now=now)
    if account is not None:
        _appoint(hub_id, account, actor, "named when the hub was opened", now)
    return hub_id


def name_connector(*, hub_id: int, email: str, reason: str, actor: Actor, now: datetime) -> AccountView:
    """Make the account with this address a connector of the hub, and a member if it was none; returns the account.

    Refuses with WhyMissing, NoSuchAccount, NotConfirmed, AlreadyConnector or MembershipSuspended.
    """
    why = _reason(reason)
    account = account_of(email=email)
    _appoint(hub_id, account, actor, why, now)
    return account


def _appoint(hub_id: int, account: AccountView, actor: Actor, reason: str, now: datetime) -> None:
    with in_hub(hub_id):
        known = members.member(account.id)
        if known is not None and known.is_active and known.role == Role.CONNECTOR:
            raise AlreadyConnector(account.name)
        member = membership.join(account_id=account.id, name=account.name[:60], referral=None, now=now)
        membership.grant_role(membership_id=member.id, role=Role.CONNECTOR, actor=actor, now=now, reason=reason)


def dismiss_connector(*, hub_id: int, account_id: uuid.UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Take the connector's role away; they stay a member. Refuses with WhyMissing or NoSuchMember."""
    why = _reason(reason)
    with in_hub(hub_id):
        known = members.member(account_id)
        if known is None or known.role != Role.CONNECTOR:
            raise NoSuchMember
        membership.revoke_role(membership_id=known.id, actor=actor, now=now, reason=why)


def account_of(*, email: str) -> AccountView:
    """The confirmed account with this address. Refuses with NoSuchAccount or NotConfirmed."""
    account_id = accounts.id_of(email)
    found = accounts.account(account_id) if account_id is not None else None
    if found is None:
        raise NoSuchAccount(email)
    if not found.is_confirmed:
        raise NotConfirmed(email)
    return found


def retry_job(*, job_id: int, reason: str, actor: Actor, now: datetime) -> str:
    """Give a failed job back to the queue; returns its name. Refuses with WhyMissing or NothingToRetry."""
    why = _reason(reason)
    found = failures.retry(job_id=job_id)
    if found is None:
        raise NothingToRetry
    name, hub_id = found
    audit.record(actor=actor, action="job.retry", hub_id=hub_id, subject=f"{name} #{job_id}", reason=why, now=now)
    return name


def _reason(text: str) -> str:
    why = text.strip()[: tenancy.LONGEST_REASON]
    if not why:
        raise WhyMissing
    return why
