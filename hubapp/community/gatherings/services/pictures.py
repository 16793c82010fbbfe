"""A gathering's picture: made new before it is stored; the dates of a series that follow show it, too."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from hubapp.community.gatherings.errors import BadPicture
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.services import rows
from hubapp.kernel import ids, pictures
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.kernel.pictures import NotAPicture


def set_picture(*, gathering_id: UUID, content: bytes, alt: str, files: Files, now: datetime) -> None:
    """Show this picture instead of drawn art. Refuses with NoSuchGathering or BadPicture."""
    gathering = rows.for_change(gathering_id=gathering_id)
    try:
        sizes = pictures.reencode(content)
    except NotAPicture as error:
        raise BadPicture(_words(error.reason)) from error
    picture_id = ids.uuid7()
    for width, data in sizes.files.items():
        files.put(key_of(picture_id=picture_id, width=width), data)
    shown = {
        "picture_id": str(picture_id),
        "picture_widths": sorted(sizes.files),
        "picture_width": sizes.width,
        "picture_height": sizes.height,
        "picture_alt": alt.strip()[:200],
    }
    _show(gathering, shown, now)


def remove_picture(*, gathering_id: UUID, now: datetime) -> None:
    """Back to drawn art. The files stay: pages that somebody has open still show them."""
    names = ("picture_id", "picture_widths", "picture_width", "picture_height", "picture_alt")
    _show(rows.for_change(gathering_id=gathering_id), dict.fromkeys(names), now)


def key_of(*, picture_id: UUID, width: int) -> str:
    """Where a picture's file is kept; the hub's folder moves with the hub."""
    return f"hub/{require_hub_id()}/gatherings/{picture_id}-{width}.webp"


def put_on(*, gathering: Gathering, shown: dict[str, Any]) -> None:
    """Write a picture (as a series keeps it) on a date."""
    for name, value in shown.items():
        is_id = name == "picture_id" and value is not None
        setattr(gathering, name, UUID(value) if is_id else value)


def _show(gathering: Gathering, shown: dict[str, Any], now: datetime) -> None:
    dates = [gathering]
    if gathering.series_id is not None:
        series = rows.series_for_change(series_id=gathering.series_id)
        series.template = {**series.template, "picture": shown}
        dates += [one for one in rows.following(first=gathering) if not one.is_own]
    for one in dates:
        put_on(gathering=one, shown=shown)
        one.updated_at = now
    db.session.flush()


def _words(reason: str) -> str:
    words: dict[str, str] = {
        "size": _("This picture is larger than %(most)d MB.", most=pictures.MAX_BYTES // 2**20),
        "pixels": _("This picture has more than %(most)d million pixels.", most=pictures.MAX_PIXELS // 10**6),
        "type": _("Only JPEG, PNG and WebP pictures can be shown here."),
        "broken": _("This picture is damaged and cannot be read."),
    }
    return words[reason]
