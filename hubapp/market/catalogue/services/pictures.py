"""Pictures of listings: made new before they are stored, a few per listing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from hubapp.kernel import ids, pictures
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.kernel.pictures import NotAPicture
from hubapp.market.catalogue import policies
from hubapp.market.catalogue.errors import BadPicture, NoSuchListing
from hubapp.market.catalogue.models import Listing, ListingImage


def add_picture(
    *, listing_id: UUID, seller_id: UUID | None, content: bytes, alt: str, files: Files, now: datetime
) -> ListingImage:
    """Add a picture after the ones there are. Refuses with NoSuchListing or BadPicture."""
    _refuse_others(listing_id, seller_id)
    count, last = db.session.execute(
        select(func.count(), func.coalesce(func.max(ListingImage.position), 0)).where(
            ListingImage.listing_id == listing_id
        )
    ).one()
    if count >= policies.MOST_PICTURES:
        raise BadPicture(_("A listing has at most %(most)d pictures. Remove one first.", most=policies.MOST_PICTURES))
    try:
        sizes = pictures.reencode(content)
    except NotAPicture as error:
        raise BadPicture(_words(error.reason)) from error
    picture = ListingImage(
        id=ids.uuid7(),
        listing_id=listing_id,
        position=last + 1,
        alt=alt.strip()[:200],
        width=sizes.width,
        height=sizes.height,
        widths=sorted(sizes.files),
        created_at=now,
    )
    for width, data in sizes.files.items():
        files.put(key_of(image_id=picture.id, width=width), data)
    db.session.add(picture)
    db.session.flush()
    return picture


def remove_picture(*, listing_id: UUID, seller_id: UUID | None, image_id: UUID) -> None:
    """Take a picture off its listing. Refuses with NoSuchListing.

    The files stay: pages that somebody has open still show them, and a rollback would not bring them back.
    """
    _refuse_others(listing_id, seller_id)
    picture = db.session.scalar(
        select(ListingImage).where(ListingImage.id == image_id, ListingImage.listing_id == listing_id)
    )
    if picture is not None:
        db.session.delete(picture)
        db.session.flush()


def key_of(*, image_id: UUID, width: int) -> str:
    """Where a picture's file is kept; the hub's folder moves with the hub."""
    return f"hub/{require_hub_id()}/pictures/{image_id}-{width}.webp"


def _refuse_others(listing_id: UUID, seller_id: UUID | None) -> None:
    # The row's lock keeps two uploads at once from passing the limit together.
    statement = select(Listing).where(Listing.id == listing_id).with_for_update(key_share=True)
    listing = db.session.scalar(statement)
    if listing is None or listing.seller_account_id != seller_id:
        raise NoSuchListing


def _words(reason: str) -> str:
    words: dict[str, str] = {
        "size": _("This picture is larger than %(most)d MB.", most=pictures.MAX_BYTES // 2**20),
        "pixels": _("This picture has more than %(most)d million pixels.", most=pictures.MAX_PIXELS // 10**6),
        "type": _("Only JPEG, PNG and WebP pictures can be shown here."),
        "broken": _("This picture is damaged and cannot be read."),
    }
    return words[reason]
