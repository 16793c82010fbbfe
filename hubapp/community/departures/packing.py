"""Putting a takeout together: JSON in files, pictures beside them, and a page of words on top."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hubapp.community.departures import policies
from hubapp.community.departures.parts import Part
from hubapp.kernel.files import Files, NoSuchFile


def packed(parts: Iterable[Part], *, files: Files, hub_name: str, now: datetime) -> bytes:
    """The ZIP. Pictures that are gone or have no room are named instead. Raises FilesUnavailable."""
    target = io.BytesIO()
    taken, left_out = 0, []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(f"{part.name}.json", as_json(part.content))
            for name, key in part.pictures:
                try:
                    content = files.get(key)
                except NoSuchFile:
                    left_out.append(name)
                    continue
                if not policies.fits(taken, len(content)):
                    left_out.append(name)
                    continue
                taken += len(content)
                archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content)
        if left_out:
            archive.writestr("left-out.json", as_json(left_out))
        archive.writestr("README.txt", _words(hub_name, now))
    return target.getvalue()


def as_json(content: Any) -> str:
    """Readable by people and by machines: times as ISO 8601, ids as text."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"a takeout holds plain values, not {type(value).__name__}")


def _words(hub_name: str, now: datetime) -> str:
    lines = (
        _("What is yours in %(hub)s, as of %(at)s (UTC).", hub=hub_name, at=f"{now:%Y-%m-%d %H:%M}"),
        "",
        _("Each .json file is a text file; any editor opens it. Pictures are in the folder pictures."),
        _("Amounts are in the smallest unit of their currency: 1250 EUR is 12.50 euros."),
        _("Of what you sold, who bought it is left out: that is theirs."),
    )
    return "\r\n".join(str(line) for line in lines) + "\r\n"
