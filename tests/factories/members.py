"""Members for tests."""

from __future__ import annotations

import uuid
from datetime import datetime

from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.models import Account
from hubapp.people.membership import queries, services
from hubapp.people.membership.invite_queries import Referral
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW


def make_member(
    hub_id: int,
    name: str = "Camille",
    *,
    account_id: uuid.UUID | None = None,
    role: str | None = None,
    permissions: tuple[str, ...] = (),
    referral: Referral | None = None,
    now: datetime = NOW,
) -> MemberView:
    """An active member of a hub, in a transaction of its own (needs an application context)."""
    account = _account(account_id or ids.uuid7(), name)
    with hub_scope(hub_id), unit_of_work():
        member = services.join(account_id=account, name=name, referral=referral, now=now)
        if role is not None:
            services.grant_role(membership_id=member.id, role=role, permissions=permissions, actor=SYSTEM, now=now)
        view = queries.member(account)
    assert view is not None
    return view


def _account(account_id: uuid.UUID, name: str) -> uuid.UUID:
    with platform_scope(reason="test"), unit_of_work():
        if db.session.get(Account, account_id) is None:
            address = f"{account_id.hex}@example.org"
            db.session.add(
                Account(id=account_id, email=address, name=name, locale="en", confirmed_at=NOW, created_at=NOW)
            )
    return account_id


def make_connector(
    hub_id: int, name: str = "Maud", *, account_id: uuid.UUID | None = None, now: datetime = NOW
) -> MemberView:
    """A connector of a hub."""
    return make_member(hub_id, name, account_id=account_id, role="connector", now=now)


def referral_of(member: MemberView, channel: str = "link") -> Referral:
    """What coming through this member's code leads to."""
    return Referral(member.account_id, member.id, member.referral_code, channel)
