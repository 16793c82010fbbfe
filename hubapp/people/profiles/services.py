"""Telling of oneself and to whom; blocking, and taking it back."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.membership import errors as member_errors
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.profiles import policies, portraits
from hubapp.people.profiles.errors import (
    AudienceUnknown,
    CannotBlockOneself,
    LinkRefused,
    TagTooLong,
    TooManyTags,
)
from hubapp.people.profiles.models import Block, Profile, ProfileTag
from hubapp.people.profiles.policies import ProfileText


def edit_profile(
    *, account_id: uuid.UUID, name: str, handle: str, about: str, is_listed: bool, profile: ProfileText
) -> None:
    """Change how a member appears here, what they tell, and to whom.

    Refuses as membership.edit_profile does, and with TooManyTags, TagTooLong, TextTooLong, LinkRefused or
    AudienceUnknown.
    """
    tags = _checked(profile)
    # It locks the membership's row, so that one set of tags replaces another whole.
    members.edit_profile(account_id=account_id, name=name, handle=handle, about=about, is_listed=is_listed)
    member = membership.member(account_id)
    if member is None:
        raise member_errors.NoSuchMember
    values = {
        "place": policies.one_line(profile.place),
        "links": list(profile.links),
        "takes_messages": profile.takes_messages,
        **{f"{name}_for": policies.audience_of(profile.audiences, name) for name in policies.FIELDS},
    }
    statement = insert(Profile).values(hub_id=require_hub_id(), id=member.id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["hub_id", "id"], set_=values))
    db.session.execute(delete(ProfileTag).where(ProfileTag.membership_id == member.id))
    for kind, words in tags.items():
        audience = policies.audience_of(profile.audiences, kind)
        for position, tag in enumerate(words):
            db.session.add(
                ProfileTag(
                    membership_id=member.id,
                    kind=kind,
                    position=position,
                    tag=tag,
                    audience=audience,
                    joined_at=member.joined_at,
                )
            )
    db.session.flush()


def forget(*, account_id: uuid.UUID) -> None:
    """Somebody leaves the hub: nothing of what they told stays; who blocked them need not do so again."""
    member = membership.member(account_id)
    if member is not None:
        portraits.remove(account_id=account_id)
        db.session.execute(delete(ProfileTag).where(ProfileTag.membership_id == member.id))
        db.session.execute(delete(Profile).where(Profile.id == member.id))
    db.session.execute(delete(Block).where(Block.account_id == account_id))


def _checked(profile: ProfileText) -> dict[str, tuple[str, ...]]:
    """The tags as they are kept, by kind; refuses what does not fit."""
    for name, audience in profile.audiences.items():
        if name not in policies.FIELDS or audience not in policies.AUDIENCES:
            raise AudienceUnknown(f"{name}_for")
    if len(policies.one_line(profile.place)) > policies.LONGEST_PLACE:
        raise member_errors.TextTooLong("place", policies.LONGEST_PLACE)
    if len(profile.links) > policies.MOST_LINKS:
        raise LinkRefused(_("At most %(most)s links fit here.", most=policies.MOST_LINKS))
    for link in profile.links:
        if not policies.is_link(link):
            raise LinkRefused(_("“%(link)s” is not the address of a web page.", link=link[:80]))
    found = {}
    for kind, typed in profile.tags.items():
        words = tuple(dict.fromkeys(filter(None, map(policies.tag, typed))))
        if kind not in policies.TAGS or len(words) > policies.MOST_TAGS:
            raise TooManyTags(kind, policies.MOST_TAGS)
        long = next((word for word in words if len(word) > policies.LONGEST_TAG), None)
        if long is not None:
            raise TagTooLong(kind, long, policies.LONGEST_TAG)
        found[kind] = words
    return found


def block(*, account_id: uuid.UUID, blocked_id: uuid.UUID, now: datetime) -> None:
    """Keep somebody away from oneself in this hub; once more changes nothing, and nobody is told.

    Refuses with CannotBlockOneself or NoSuchMember.
    """
    if account_id == blocked_id:
        raise CannotBlockOneself
    if membership.member(blocked_id) is None:
        raise member_errors.NoSuchMember
    statement = insert(Block).values(
        hub_id=require_hub_id(), id=ids.uuid7(), account_id=account_id, blocked_id=blocked_id, created_at=now
    )
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["hub_id", "account_id", "blocked_id"]))


def unblock(*, account_id: uuid.UUID, blocked_id: uuid.UUID) -> None:
    """Take it back; where there is nothing to take back, nothing happens."""
    db.session.execute(delete(Block).where(Block.account_id == account_id, Block.blocked_id == blocked_id))
