"""Everyone who ever joined, by name or handle: for those who run the hub."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text

from hubapp.kernel.db import db
from hubapp.people.membership.models import Membership
from hubapp.people.membership.queries import MEMBERS, MemberView, view_of

_FIND = (
    text("SELECT id FROM find_joined(:words, :at, :before, :most)")
    .bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("before", type_=Uuid()),
        bindparam("most", type_=Integer),
    )
    .columns(id=Uuid())
)


def joined(words: Sequence[str], *, after: tuple[datetime, UUID] | None = None, limit: int) -> list[MemberView]:
    """All states, whoever joined last first, paged by (joined_at, id); `words`: folded (kernel.folding)."""
    at, before = after or (None, None)
    values = {"words": list(words), "at": at, "before": before, "most": limit}
    return in_order(list(db.session.scalars(_FIND, values)))


def in_order(ids: Sequence[UUID]) -> list[MemberView]:
    """Members by their membership's id, in this order; who is not to be seen is left out."""
    known = people(ids)
    return [known[one] for one in ids if one in known]


def people(ids: Sequence[UUID]) -> dict[UUID, MemberView]:
    """Some members by their membership's id."""
    rows = db.session.execute(MEMBERS.where(Membership.id.in_(ids))).all() if ids else ()
    return {row[0].id: view_of(row) for row in rows}
