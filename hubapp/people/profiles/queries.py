"""Reading profiles: one as somebody may see it, the directory, what one told oneself, blocks."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from hubapp.kernel.db import db, standing
from hubapp.people.membership.finding import in_order
from hubapp.people.membership.models import Membership, MemberStatus
from hubapp.people.membership.queries import MEMBERS, MemberView, view_of
from hubapp.people.profiles import policies
from hubapp.people.profiles.models import Block, Profile, ProfileTag
from hubapp.people.profiles.policies import MEMBERS as FOR_MEMBERS
from hubapp.people.profiles.policies import ProfileText

PAGE = 30
TAGS_ON_A_CARD = 3
Key = tuple[datetime, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Told:
    """What a viewer may see of a profile; empty where nothing is told, or not to them."""

    about: str = ""
    place: str = ""
    links: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes_messages: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not (self.about or self.place or self.links or any(self.tags.values()))


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for, in their first words about it."""

    member: MemberView
    what: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody whom one has blocked; `member` None: they are no longer known here. `id`: the page's key."""

    id: uuid.UUID
    account_id: uuid.UUID
    since: datetime
    member: MemberView | None


def blocks_whom(who: Any, whom: Any) -> ColumnElement[bool]:
    """Whether one account has blocked another; to be asked along with other things."""
    return exists().where(Block.account_id == who, Block.blocked_id == whom)


_VIEWER, _AT_MOST = bindparam("viewer", type_=Uuid()), bindparam("at_most", type_=Integer)
_LISTED = (
    Membership.status == MemberStatus.ACTIVE,
    Membership.is_listed.is_(True),
    Membership.hidden_reason.is_(None),
    ~blocks_whom(Membership.account_id, _VIEWER),
    ~blocks_whom(_VIEWER, Membership.account_id),
)
_DIRECTORY = standing(
    MEMBERS.where(*_LISTED).order_by(Membership.joined_at.desc(), Membership.id.desc()).limit(_AT_MOST)
)
_TOLD_LAST = (
    select(ProfileTag.membership_id, ProfileTag.id, ProfileTag.tag)
    .join(Membership, (Membership.hub_id == ProfileTag.hub_id) & (Membership.id == ProfileTag.membership_id))
    .where(ProfileTag.kind == "seeks", ProfileTag.position == 0)
    .where(ProfileTag.audience.in_((policies.EVERYBODY, FOR_MEMBERS)), *_LISTED)
    .order_by(ProfileTag.id.desc())
    .limit(_AT_MOST)
    .subquery()
)
_SOUGHT = standing(
    MEMBERS.add_columns(_TOLD_LAST.c.tag)
    .join(_TOLD_LAST, _TOLD_LAST.c.membership_id == Membership.id)
    .order_by(_TOLD_LAST.c.id.desc())
)


def told(membership_id: uuid.UUID, *, seen: Sequence[str]) -> Told:
    """What a member tells to these audiences."""
    return told_by([membership_id], seen=seen).get(membership_id, Told())


def told_by(membership_ids: Collection[uuid.UUID], *, seen: Sequence[str]) -> dict[uuid.UUID, Told]:
    """Member → what they tell to these audiences. The database leaves out the rest: it never reaches the page."""

    def open_to(audience: InstrumentedAttribute[str], value: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        return case((func.coalesce(audience, FOR_MEMBERS).in_(seen), value))

    rows = db.session.execute(
        select(
            Membership.id,
            open_to(Profile.about_for, Membership.about),
            open_to(Profile.place_for, Profile.place),
            open_to(Profile.links_for, Profile.links),
            Profile.takes_messages,
        )
        .outerjoin(Profile, (Profile.hub_id == Membership.hub_id) & (Profile.id == Membership.id))
        .where(Membership.id.in_(membership_ids))
    ).all()
    tags = tags_of([row[0] for row in rows], seen=seen, most=policies.MOST_TAGS)
    return {
        one: Told(about or "", place or "", tuple(links or ()), tags.get(one, {}), takes is not False)
        for one, about, place, links, takes in map(tuple, rows)
    }


def tags_of(
    membership_ids: Collection[uuid.UUID], *, seen: Sequence[str], most: int = TAGS_ON_A_CARD
) -> dict[uuid.UUID, dict[str, tuple[str, ...]]]:
    """Member → kind → their first tags that these audiences may see."""
    found: dict[uuid.UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    if membership_ids:
        statement = select(ProfileTag.membership_id, ProfileTag.kind, ProfileTag.tag).where(
            ProfileTag.membership_id.in_(membership_ids), ProfileTag.audience.in_(seen), ProfileTag.position < most
        )
        for member_id, kind, tag in db.session.execute(statement.order_by(ProfileTag.position)):
            found[member_id][kind].append(tag)
    return {
        member_id: {kind: tuple(kinds[kind]) for kind in policies.TAGS if kind in kinds}
        for member_id, kinds in found.items()
    }


def own(account_id: uuid.UUID) -> tuple[str, ProfileText]:
    """(their words about themselves, everything else they told and to whom), for the one who told it."""
    row = db.session.execute(
        select(Membership.id, Membership.about, Profile)
        .outerjoin(Profile, (Profile.hub_id == Membership.hub_id) & (Profile.id == Membership.id))
        .where(Membership.account_id == account_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return "", ProfileText()
    profile: Profile | None = row[2]
    tags = tags_of([row[0]], seen=policies.AUDIENCES, most=policies.MOST_TAGS).get(row[0], {})
    if profile is None:
        return row[1], ProfileText(tags=tags)
    audiences = {name: getattr(profile, f"{name}_for") for name in policies.FIELDS}
    return row[1], ProfileText(profile.place, tuple(profile.links), tags, audiences, profile.takes_messages)


def directory(
    *, viewer_id: uuid.UUID, seen: Sequence[str], kind: str = "", after: Key | None = None, limit: int
) -> list[MemberView]:
    """Listed members, the newest first, paged by (joined_at, id); `kind`: whoever has a tag of it.

    Only what the viewer may see finds anybody; who blocked them, and whom they blocked, is left out.
    """
    if kind in policies.TAGS:
        return _with_tags(viewer_id, seen, kind, after, limit)
    statement = _DIRECTORY
    if after is not None:
        statement = statement.where(tuple_(Membership.joined_at, Membership.id) < after)
    return [view_of(row) for row in db.session.execute(statement, {"viewer": viewer_id, "at_most": limit})]


def _with_tags(viewer_id: uuid.UUID, seen: Sequence[str], kind: str, after: Key | None, limit: int) -> list[MemberView]:
    statement = (
        select(ProfileTag.membership_id)
        .join(Membership, (Membership.hub_id == ProfileTag.hub_id) & (Membership.id == ProfileTag.membership_id))
        .where(ProfileTag.kind == kind, ProfileTag.position == 0, ProfileTag.audience.in_(seen))
        .where(*_LISTED)
        .order_by(ProfileTag.joined_at.desc(), ProfileTag.membership_id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(ProfileTag.joined_at, ProfileTag.membership_id) < after)
    return in_order(list(db.session.scalars(statement, {"viewer": viewer_id})))


def sought(*, viewer_id: uuid.UUID, limit: int) -> list[Sought]:
    """What listed members look for and any member may see; what was told last comes first. One query."""
    return [
        Sought(view_of(row), row.tag) for row in db.session.execute(_SOUGHT, {"viewer": viewer_id, "at_most": limit})
    ]


def takes_messages(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Active members among these → whether others may write to them."""
    rows = db.session.execute(
        select(Membership.account_id, Profile.takes_messages)
        .outerjoin(Profile, (Profile.hub_id == Membership.hub_id) & (Profile.id == Membership.id))
        .where(Membership.account_id.in_(account_ids), Membership.status == MemberStatus.ACTIVE)
    )
    return {account_id: takes is not False for account_id, takes in rows}


def has_told(account: Any) -> ColumnElement[bool]:
    """Whether an account (or each of a column) said some words and has a tag; to be asked along with other things."""
    return exists().where(
        Membership.account_id == account,
        Membership.about != "",
        ProfileTag.hub_id == Membership.hub_id,
        ProfileTag.membership_id == Membership.id,
    )


def blocked_by(account_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Whom somebody has blocked here."""
    return frozenset(db.session.scalars(select(Block.blocked_id).where(Block.account_id == account_id)))


def who_block(account_id: uuid.UUID, *, among: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those among some who have blocked somebody."""
    if not among:
        return frozenset()
    statement = select(Block.account_id).where(Block.blocked_id == account_id, Block.account_id.in_(among))
    return frozenset(db.session.scalars(statement))


def has_blocked(account_id: uuid.UUID, other_id: uuid.UUID) -> bool:
    """Whether the first has blocked the second."""
    statement = exists().where(and_(Block.account_id == account_id, Block.blocked_id == other_id))
    return bool(db.session.scalar(select(statement.label("is_blocked").cast(Boolean))))


def blocks(account_id: uuid.UUID, *, before: uuid.UUID | None = None, limit: int | None = None) -> list[Blocked]:
    """Whom one has blocked, the latest first: all of them, or a page by key."""
    statement = select(Block.id, Block.blocked_id, Block.created_at).where(Block.account_id == account_id)
    if before is not None:
        statement = statement.where(Block.id < before)
    rows = db.session.execute(statement.order_by(Block.id.desc()).limit(limit)).all()
    members = db.session.execute(MEMBERS.where(Membership.account_id.in_([row.blocked_id for row in rows])))
    known = {view.account_id: view for view in map(view_of, members)}
    return [Blocked(row.id, row.blocked_id, row.created_at, known.get(row.blocked_id)) for row in rows]
