"""Everybody whom a hub's front page names, asked at once: the reader, the sellers of what it shows, the connectors."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, true, union_all
from sqlalchemy.orm import aliased

from hubapp.kernel.db import db, standing
from hubapp.people.membership.models import HubRole, Membership, MemberStatus, Role
from hubapp.people.membership.queries import MEMBERS, MemberView, view_of


@dataclass(frozen=True, slots=True)
class Welcome:
    """`people` by account, the reader too if they ever joined.

    `has_invited`: somebody came through the reader; `has_about`: the reader said some words about themselves.
    """

    people: dict[uuid.UUID, MemberView]
    connectors: tuple[MemberView, ...]
    has_invited: bool
    has_about: bool


_GUEST = aliased(Membership)
# One is enough: whoever brought ten thousand does not have them counted for every front page. In the order of their
# list, or else all who left could be read before the first who is here.
_INVITED = (
    select(true())
    .where(_GUEST.hub_id == Membership.hub_id, _GUEST.invited_by == Membership.id)
    .where(_GUEST.status == MemberStatus.ACTIVE)
    .order_by(_GUEST.joined_at.desc(), _GUEST.id.desc())
    .limit(1)
    .scalar_subquery()
)
_PEOPLE = MEMBERS.add_columns(_INVITED.label("invited"), (Membership.about != "").label("has_about")).order_by(
    HubRole.granted_at, HubRole.id
)
_NAMED, _HELD = aliased(Membership), aliased(HubRole)
# As one list of keys: asked for by name or by role, the database would read all members of the hub.
_KEYS = union_all(
    select(_NAMED.id).where(_NAMED.account_id == any_(bindparam("wanted", type_=ARRAY(Uuid)))),
    select(_HELD.membership_id).where(_HELD.role == Role.CONNECTOR),
)
_WELCOME = standing(_PEOPLE.where(Membership.id.in_(_KEYS)))


def welcome(*, reader_id: uuid.UUID | None, account_ids: Collection[uuid.UUID]) -> Welcome:
    """The people of a front page that shows `account_ids`, in one query."""
    wanted = {*account_ids} if reader_id is None else {*account_ids, reader_id}
    rows = db.session.execute(_WELCOME, {"wanted": list(wanted)}).all()
    people = {row.Membership.account_id: view_of(row) for row in rows}
    return Welcome(
        people,
        tuple(person for person in people.values() if person.role == Role.CONNECTOR and person.is_active),
        any(row.invited for row in rows if row.Membership.account_id == reader_id),
        any(row.has_about for row in rows if row.Membership.account_id == reader_id),
    )
