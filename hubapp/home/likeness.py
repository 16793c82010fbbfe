"""What is called nearly as somebody typed: names and titles of a hub, for whom nothing was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text

from hubapp.kernel.db import db
from hubapp.kernel.searchable import Found

_FIND = (
    text("SELECT area, id FROM find_similar(:given, :areas, :viewer, :now, :locale, :fallback, :most)")
    .bindparams(
        bindparam("areas", type_=ARRAY(Text)),
        bindparam("viewer", type_=Uuid()),
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("most", type_=Integer),
    )
    .columns(id=Uuid())
)


def similar(
    words: Sequence[str],
    *,
    areas: Sequence[str],
    viewer_id: UUID | None,
    now: datetime,
    locales: tuple[str, str],
    limit: int,
) -> dict[str, list[Found]]:
    """Area → what is nearest in it, the nearest first; areas without any are left out. One query.

    `locales`: the reader's language and the hub's own, for pages.
    """
    values = {
        "given": " ".join(words),
        "areas": list(areas),
        "viewer": viewer_id,
        "now": now,
        "locale": locales[0],
        "fallback": locales[1],
        "most": limit,
    }
    found: dict[str, list[Found]] = {}
    for area, key in db.session.execute(_FIND, values):
        found.setdefault(area, []).append(Found(0, key))
    return {area: found[area] for area in areas if area in found}
