"""A member's photo in this hub: made new before it is kept, shown instead of initials, gone with whose it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.jobs import queue
from hubapp.kernel import ids, pictures
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.kernel.pictures import NotAPicture
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.people.membership.errors import NoSuchMember
from hubapp.people.membership.models import Membership, MemberStatus
from hubapp.people.profiles import policies
from hubapp.people.profiles.errors import AudienceUnknown, BadPortrait

DROP = "profiles.drop_portrait"


def reencode(content: bytes) -> Mapping[int, bytes]:
    """The middle of a picture in the sizes that pages show; before any lock is taken, for it takes time.

    Refuses with BadPortrait.
    """
    try:
        return pictures.reencode_square(content, sides=policies.PORTRAIT_SIDES).files
    except NotAPicture as error:
        raise BadPortrait(_words(error.reason)) from error


def keep(*, account_id: uuid.UUID, sizes: Mapping[int, bytes], files: Files) -> None:
    """Show this photo of a member from now on, in place of the one before. Refuses with NoSuchMember."""
    member = _member(account_id)
    if member.status != MemberStatus.ACTIVE:
        raise NoSuchMember
    _drop(member)
    # A name of its own for each, so that nobody is shown what their browser kept of the one before.
    member.portrait = ids.short_code()
    for side, data in sizes.items():
        files.put(key_of(portrait=member.portrait, side=side), data)
    db.session.flush()


def remove(*, account_id: uuid.UUID) -> None:
    """Back to initials; where there is no photo, nothing happens. Refuses with NoSuchMember."""
    member = _member(account_id)
    _drop(member)
    member.portrait = None
    db.session.flush()


def show_to(*, account_id: uuid.UUID, audience: str) -> None:
    """Choose who sees one's photo. Refuses with AudienceUnknown or NoSuchMember."""
    if audience not in policies.AUDIENCES:
        raise AudienceUnknown("portrait_for")
    _member(account_id).portrait_for = audience
    db.session.flush()


def key_of(*, portrait: str, side: int) -> str:
    """Where a photo's file is kept; the hub's folder moves with the hub."""
    return f"hub/{require_hub_id()}/faces/{portrait}-{side}.webp"


def _drop(member: Membership) -> None:
    """Have the files deleted, should all this come to be: unlike a listing's, a face is nobody's to keep."""
    if member.portrait is not None:
        keys = [key_of(portrait=member.portrait, side=side) for side in policies.PORTRAIT_SIDES]
        queue.enqueue(DROP, hub_id=member.hub_id, arguments={"keys": keys})


def _member(account_id: uuid.UUID) -> Membership:
    """Theirs alone until this transaction ends, so that of two photos at once the files of one are dropped."""
    found = membership.member(account_id)
    if found is None:
        raise NoSuchMember
    standing.lock(membership_id=found.id)
    statement = select(Membership).where(Membership.id == found.id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def _words(reason: str) -> str:
    words: dict[str, str] = {
        "size": _("This picture is larger than %(most)d MB.", most=pictures.MAX_BYTES // 2**20),
        "pixels": _("This picture has more than %(most)d million pixels.", most=pictures.MAX_PIXELS // 10**6),
        "type": _("Only JPEG, PNG and WebP pictures can be shown here."),
        "broken": _("This picture is damaged and cannot be read."),
    }
    return words[reason]
