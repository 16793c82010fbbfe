"""Pictures of posts: made new before they are stored, four at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.community.conversations import policies
from hubapp.community.conversations.errors import BadPicture, NoSuchPost
from hubapp.community.conversations.models import Post, PostPicture
from hubapp.community.conversations.policies import Upload
from hubapp.kernel import ids, pictures
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.kernel.pictures import NotAPicture, Sizes


def reencode(*, uploads: Sequence[Upload]) -> list[tuple[Sizes, str]]:
    """The pictures in their sizes, with their words; before any lock is taken, for it takes time.

    Refuses with BadPicture.
    """
    if len(uploads) > policies.MOST_PICTURES:
        raise BadPicture(_("A post has at most %(most)s pictures.", most=policies.MOST_PICTURES))
    made = []
    for upload in uploads:
        try:
            made.append((pictures.reencode(upload.content), policies.one_line(upload.alt)[: policies.LONGEST_ALT]))
        except NotAPicture as error:
            raise BadPicture(_words(error.reason)) from error
    return made


def keep(*, post_id: UUID, sizes: Sequence[tuple[Sizes, str]], files: Files) -> None:
    """Store a new post's pictures."""
    for position, (made, alt) in enumerate(sizes, start=1):
        picture = PostPicture(
            id=ids.uuid7(),
            post_id=post_id,
            position=position,
            alt=alt,
            width=made.width,
            height=made.height,
            widths=sorted(made.files),
        )
        for width, data in made.files.items():
            files.put(key_of(picture_id=picture.id, width=width), data)
        db.session.add(picture)


def tell_pictures(*, post_id: UUID, author_id: UUID, alts: Mapping[UUID, str]) -> None:
    """Say anew what the pictures of one's post show. Refuses with NoSuchPost."""
    post = db.session.scalar(select(Post).where(Post.id == post_id, Post.author_id == author_id))
    if post is None:
        raise NoSuchPost
    for picture in db.session.scalars(select(PostPicture).where(PostPicture.post_id == post_id)):
        if picture.id in alts:
            picture.alt = policies.one_line(alts[picture.id])[: policies.LONGEST_ALT]
    db.session.flush()


def key_of(*, picture_id: UUID, width: int) -> str:
    """Where a picture's file is kept; the hub's folder moves with the hub."""
    return f"hub/{require_hub_id()}/posts/{picture_id}-{width}.webp"


def _words(reason: str) -> str:
    words: dict[str, str] = {
        "size": _("This picture is larger than %(most)d MB.", most=pictures.MAX_BYTES // 2**20),
        "pixels": _("This picture has more than %(most)d million pixels.", most=pictures.MAX_PIXELS // 10**6),
        "type": _("Only JPEG, PNG and WebP pictures can be shown here."),
        "broken": _("This picture is damaged and cannot be read."),
    }
    return words[reason]
