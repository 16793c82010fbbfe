"""Members by their names, and by what they offer, seek, know or speak, as far as somebody may see it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text

from hubapp.kernel.db import db
from hubapp.kernel.searchable import Found

_FIND = (
    text("SELECT class, joined_at, id FROM find_people(:words, :seen, :viewer, :rank, :at, :before, :most, :kind)")
    .bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("seen", type_=ARRAY(Text)),
        bindparam("viewer", type_=Uuid()),
        bindparam("rank", type_=Integer),
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("before", type_=Uuid()),
        bindparam("most", type_=Integer),
        bindparam("kind", type_=Text),
    )
    .columns(id=Uuid())
)


def found(
    words: Sequence[str],
    *,
    viewer_id: UUID,
    seen: Sequence[str],
    kind: str = "",
    after: Found | None = None,
    limit: int,
) -> list[Found]:
    """Listed members: by name first, then by tags for these audiences; whoever joined last first.

    `kind`: by tags of that kind alone. Nobody who blocked the viewer, and nobody whom they blocked.
    """
    values = {
        "kind": kind or None,
        "words": list(words),
        "seen": list(seen),
        "viewer": viewer_id,
        "rank": after.rank if after else None,
        "at": after.at if after else None,
        "before": after.id if after else None,
        "most": limit,
    }
    return [Found(row[0], row[2], row[1]) for row in db.session.execute(_FIND, values)]
