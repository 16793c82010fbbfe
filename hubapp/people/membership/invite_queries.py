"""Reading who brought whom: invitations, touches before an account, and what a customer's home is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, DateTime, Select, Uuid, and_, bindparam, func, select, true, tuple_

from hubapp.kernel.db import db
from hubapp.people.membership import policies
from hubapp.people.membership.models import (
    InviteLink,
    InviteTally,
    Membership,
    MemberStatus,
    ReferralTouch,
)
from hubapp.people.membership.queries import MEMBERS, MemberView, view_of


@dataclass(frozen=True, slots=True)
class Touch:
    """Someone came through a code; what the session remembers of it."""

    code: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Referral:
    """Who brought a person, with which code and through which channel."""

    account_id: uuid.UUID
    membership_id: uuid.UUID
    code: str
    channel: str


@dataclass(frozen=True, slots=True)
class InviteView:
    """An invite link: how many members joined through it, how often it was opened, how many orders were paid."""

    id: uuid.UUID
    code: str
    label: str
    created_at: datetime
    revoked_at: datetime | None
    maker: str
    joined: int
    opened: int
    bought: int


def referrer_of_code(code: str) -> Referral | None:
    """Whose code this is: a member's own, or that of an invite link still valid. The channel is the link's or ''."""
    typed = policies.clean_code(code)
    if typed is None:
        return None
    active = Membership.status == MemberStatus.ACTIVE
    own = db.session.scalar(select(Membership).where(Membership.referral_code == typed, active))
    if own is not None:
        return Referral(own.account_id, own.id, typed, "")
    row = db.session.execute(
        select(Membership, InviteLink)
        .join(InviteLink, (InviteLink.hub_id == Membership.hub_id) & (InviteLink.membership_id == Membership.id))
        .where(InviteLink.code == typed, InviteLink.revoked_at.is_(None), active)
    ).one_or_none()
    return Referral(row[0].account_id, row[0].id, typed, policies.link_channel(typed)) if row else None


def referrer_for(account_id: uuid.UUID | None, touch: Touch | None, now: datetime) -> Referral | None:
    """Who brought this person: the last touch within 30 days, of the session or of the account; never oneself."""
    stored: list[Touch] = []
    if account_id is not None:
        stored = [Touch(*row) for row in db.session.execute(_TOUCHES, _asked(account_id, now))]
    return _brought_by(account_id, [*stored, *([touch] if touch else [])], now)


def _brought_by(account_id: uuid.UUID | None, touches: list[Touch], now: datetime) -> Referral | None:
    for candidate in sorted(touches, key=lambda item: item.at, reverse=True):
        if not policies.is_fresh(candidate.at, now):
            continue
        found = referrer_of_code(candidate.code)
        if found is not None and found.account_id != account_id:
            return Referral(found.account_id, found.membership_id, found.code, candidate.channel)
    return None


# Made once: every order asks.
_TOUCHES = (
    select(ReferralTouch.code, ReferralTouch.channel, ReferralTouch.touched_at)
    .where(
        ReferralTouch.account_id == bindparam("account", type_=Uuid()),
        ReferralTouch.touched_at >= bindparam("since", type_=DateTime(timezone=True)),
    )
    .order_by(ReferralTouch.touched_at.desc(), ReferralTouch.id.desc())
    .limit(3)
)


def _asked(account_id: uuid.UUID, now: datetime) -> dict[str, object]:
    return {"account": account_id, "since": now - policies.TOUCH_LASTS}


def invites(*, after: tuple[datetime, uuid.UUID] | None = None, limit: int) -> list[InviteView]:
    """The hub's invite links, the newest first, paged by (created_at, id)."""
    statement = _LINKS.order_by(InviteLink.created_at.desc(), InviteLink.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(InviteLink.created_at, InviteLink.id) < after)
    return _seen(statement)


def invite(invite_id: uuid.UUID) -> InviteView | None:
    """One of them."""
    return next(iter(_seen(_LINKS.where(InviteLink.id == invite_id))), None)


def invites_of(account_id: uuid.UUID) -> list[InviteView]:
    """Those that one person made, the newest first."""
    statement = _LINKS.where(Membership.account_id == account_id)
    return _seen(statement.order_by(InviteLink.created_at.desc(), InviteLink.id.desc()))


_LINKS = (
    select(
        InviteLink,
        Membership.display_name,
        func.coalesce(InviteTally.opened, 0),
        func.coalesce(InviteTally.bought, 0),
    )
    .join(Membership, (Membership.hub_id == InviteLink.hub_id) & (Membership.id == InviteLink.membership_id))
    .outerjoin(
        InviteTally,
        (InviteTally.hub_id == InviteLink.hub_id)
        & (InviteTally.membership_id == InviteLink.membership_id)
        & (InviteTally.channel == policies.LINK_PREFIX + func.lower(InviteLink.code)),
    )
)


def _seen(statement: Select[InviteLink, str, int, int]) -> list[InviteView]:
    """With how many came through each: they are counted for the links found, not for all there are."""
    rows = db.session.execute(statement).all()
    codes = [row[0].code for row in rows]
    came = select(Membership.invited_code, func.count()).where(Membership.invited_code.in_(codes))
    joined = {row[0]: row[1] for row in db.session.execute(came.group_by(Membership.invited_code))} if rows else {}
    return [
        InviteView(
            link.id,
            link.code,
            link.label,
            link.created_at,
            link.revoked_at,
            maker,
            joined.get(link.code, 0),
            opened,
            bought,
        )
        for link, maker, opened, bought in rows
    ]


def invited_by(
    membership_id: uuid.UUID, *, after: tuple[datetime, uuid.UUID] | None = None, limit: int
) -> list[MemberView]:
    """Whom this member brought, the newest first, paged by (joined_at, id)."""
    order = (Membership.joined_at.desc(), Membership.id.desc())
    statement = MEMBERS.where(_brought(membership_id)).order_by(*order).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(Membership.joined_at, Membership.id) < after)
    return [view_of(row) for row in db.session.execute(statement)]


def count_invited_by(membership_id: uuid.UUID) -> int:
    """How many of those whom this member brought are here."""
    return db.session.scalar(select(func.count()).select_from(Membership).where(_brought(membership_id))) or 0


def _brought(membership_id: uuid.UUID) -> ColumnElement[bool]:
    return and_(Membership.invited_by == membership_id, Membership.status == MemberStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Customer:
    """What an order has to know of a member: whether they may buy here, which hub is their home, who brought them."""

    is_active: bool
    home_hub_id: int | None
    referral: Referral | None


_THEIR_TOUCHES = _TOUCHES.lateral()

_CUSTOMER = (
    select(Membership.status, func.home_hub_of(Membership.account_id, type_=BigInteger), _THEIR_TOUCHES)
    .outerjoin(_THEIR_TOUCHES, true())
    .where(Membership.account_id == bindparam("account", type_=Uuid()))
)


def customer(account_id: uuid.UUID, touch: Touch | None, now: datetime) -> Customer | None:
    """A member as a buyer who may just have come through a link; None for strangers."""
    rows = db.session.execute(_CUSTOMER, _asked(account_id, now)).all()
    if not rows:
        return None
    status, home_hub_id = rows[0][:2]
    touches = [Touch(code, channel, at) for _status, _home, code, channel, at in rows if code is not None]
    brought_by = _brought_by(account_id, [*touches, *([touch] if touch else [])], now)
    return Customer(status == MemberStatus.ACTIVE, home_hub_id, brought_by)
