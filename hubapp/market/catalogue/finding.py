"""Listings by the words in them: in this hub, or in all whose market anybody may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, text

from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.kernel.searchable import Found
from hubapp.market.catalogue import queries
from hubapp.market.catalogue.models import Kind, Listing

_FIND = (
    text("SELECT class, id FROM find_listings(:words, :rank, :before, :most, :kinds)")
    .bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("rank", type_=Integer),
        bindparam("before", type_=Uuid()),
        bindparam("most", type_=Integer),
        bindparam("kinds", type_=ARRAY(Text)),
    )
    .columns(id=Uuid())
)
_FIND_OPEN = (
    text("SELECT * FROM find_open_listings(:words, :before, :most)")
    .bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("before", type_=Uuid()),
        bindparam("most", type_=Integer),
    )
    .columns(id=Uuid())
)


@dataclass(frozen=True, slots=True)
class OpenListing:
    """A live listing of some hub; `text` is the beginning of what it says."""

    hub_id: int
    id: UUID
    title: str
    text: str
    price: Money
    cover_seed: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some listings that were found, in their order; `last`: after which the next page begins, None at the end."""

    listings: Sequence[Listing]
    last: Found | None


def page(words: Sequence[str], *, kind: str = "", after: Found | None = None, limit: int = queries.PAGE) -> Page:
    """A page of the market's own search, in all kinds of listings or in one: what the hub's search finds there."""
    kinds = [kind] if kind in set(Kind) else None
    some = found(words, kinds=kinds, after=after, limit=limit + 1) if words else []
    rows = queries.listings(one.id for one in some[:limit])
    return Page([rows[one.id] for one in some if one.id in rows], some[limit - 1] if len(some) > limit else None)


def found(
    words: Sequence[str], *, kinds: Sequence[str] | None = None, after: Found | None = None, limit: int
) -> list[Found]:
    """Live listings with all of the words, of some kinds or of any: in the title first, the newest first."""
    values = {
        "kinds": kinds,
        "words": list(words),
        "rank": after.rank if after else None,
        "before": after.id if after else None,
        "most": limit,
    }
    return [Found(row[0], row[1]) for row in db.session.execute(_FIND, values)]


def found_everywhere(words: Sequence[str], *, before: UUID | None = None, limit: int) -> list[OpenListing]:
    """Live listings of all hubs that are not closed, the newest first."""
    rows = db.session.execute(_FIND_OPEN, {"words": list(words), "before": before, "most": limit})
    return [
        OpenListing(row.hub_id, row.id, row.title, row.body, Money(row.price, row.currency), row.cover_seed)
        for row in rows
    ]
